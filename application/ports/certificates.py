"""The need to tell a file of certificate authorities from anything else."""

from typing import Protocol


class Authorities(Protocol):
    """Reads what people give as a CA file."""

    def admit(self, pem: str) -> str:
        """Validate a PEM text: one X.509 certificate or more, and nothing else in PEM.

        The result has the certificates in their order, each once, and no text between them.
        Raises ``InvalidAuthorities`` for anything else.
        """
        ...
