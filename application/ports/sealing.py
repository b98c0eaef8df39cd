"""The need to give secrets away in a form that only a passphrase opens."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sealed:
    """Bytes that only a passphrase opens, and what it takes to open them with it."""

    salt: bytes
    nonce: bytes
    work: int
    """How hard it was made to guess: the cost parameter N of scrypt (RFC 7914)."""
    sealed: bytes


class Sealing(Protocol):
    """Seals and opens: who has the seal and not the passphrase learns the size and no more."""

    def seal(self, plain: bytes, passphrase: str, bound_to: bytes) -> Sealed:
        """Seal bytes; what they are ``bound_to`` must be the same when they are opened."""
        ...

    def open(self, sealed: Sealed, passphrase: str, bound_to: bytes) -> bytes:
        """Open what was sealed; raises ``SealRefused`` for all that was not, or not like this."""
        ...
