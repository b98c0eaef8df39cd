"""Secrets in the keyring of the operating system, through the optional package ``keyring``."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openclaw_manager.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


class KeyringSecretStore:
    """Keeps each secret as a password of one service, with its reference as the user name.

    A keyring knows no transactions: a ``put`` that fails half way leaves secrets to which
    nothing refers.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._place = f"the keyring, service {service!r}"

    def put(self, secrets: Mapping[str, str]) -> None:
        """Keep all of these; raises ``ValueError`` for a reference already in use."""
        if self.get(secrets):
            raise ValueError("a reference to a secret is used for a second one")
        with self._backend() as backend:
            for ref, value in secrets.items():
                backend.set_password(self._service, ref, value)
        if self.get(secrets) != dict(secrets):  # keyring's own null backend drops everything
            raise StoreUnavailable(self._place, "does not keep what it is given")

    def get(self, refs: Iterable[str]) -> dict[str, str]:
        """Look up many, one by one."""
        with self._backend() as backend:
            found = {ref: backend.get_password(self._service, ref) for ref in refs}
        return {ref: value for ref, value in found.items() if value is not None}

    def erase(self, refs: Iterable[str]) -> None:
        """Forget these; what remains on the disk is in the hands of the keyring."""
        kept = self.get(refs)
        with self._backend() as backend:
            for ref in kept:
                backend.delete_password(self._service, ref)

    @contextmanager
    def _backend(self) -> Iterator["KeyringBackend"]:
        """Lend the keyring of this session, and say in our words what it fails at."""
        try:
            import keyring
            from keyring.errors import KeyringLocked, NoKeyringError
        except ModuleNotFoundError as error:
            missing = f"needs the package {error.name!r}, which is not installed"
            raise StoreUnavailable(self._place, missing) from error
        try:
            yield keyring.get_keyring()
        except NoKeyringError as error:
            raise StoreUnavailable(self._place, "there is no keyring in this session") from error
        except KeyringLocked as error:
            raise StoreUnavailable(self._place, "is locked, and was not unlocked") from error
        except Exception as error:  # backends let the errors of their own libraries through
            failed = f"failed ({type(error).__name__})"
            raise StoreUnavailable(self._place, failed) from error
