"""The need to keep tokens and private keys apart from the log, which never forgets."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class SecretStore(Protocol):
    """Keeps secrets under references that are used once and never again.

    A secret is stored before the event that refers to it, so a crash between the two leaves
    a secret that nobody refers to, and never a reference to nothing. Every method raises a
    ``StoreError`` (damaged, locked, full or unavailable) when it cannot do its work.
    """

    def put(self, secrets: Mapping[str, str]) -> None:
        """Keep all of these, durably, before returning; a reference is never put twice."""
        ...

    def get(self, refs: Iterable[str]) -> dict[str, str]:
        """Look up many at once; those that are not there are absent from the answer."""
        ...

    def erase(self, refs: Iterable[str]) -> None:
        """Forget these for good, so that no byte of them is left; unknown ones are ignored."""
        ...
