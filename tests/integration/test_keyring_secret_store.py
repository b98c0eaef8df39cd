"""What the secret store in a keyring says when there is no keyring to be had."""

import sys
from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as KeepsNothing
from keyring.errors import KeyringLocked

from openclaw_manager.adapters.secret_store.keyring import KeyringSecretStore
from openclaw_manager.domain.errors import StoreUnavailable


class StaysLocked(KeyringBackend):
    """A keyring whose owner does not unlock it."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(service, username, password)


class FailsInItsOwnWords(KeyringBackend):
    """A keyring that lets the error of its library through, and a secret with it."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ConnectionResetError(service, username, password)


@pytest.fixture(autouse=True)
def _session() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        (NoKeyring, "there is no keyring in this session"),
        (StaysLocked, "is locked, and was not unlocked"),
        (KeepsNothing, "does not keep what it is given"),
        (FailsInItsOwnWords, r"failed \(ConnectionResetError\)"),
    ],
)
def test_a_keyring_that_does_not_work_is_a_named_error(
    backend: type[KeyringBackend], problem: str
) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(StoreUnavailable, match=problem) as refusal:
        KeyringSecretStore("openclaw-manager").put({"a": "tok-secret"})
    assert "'openclaw-manager'" in str(refusal.value)
    assert "tok-secret" not in str(refusal.value)


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(StoreUnavailable, match="needs the package 'keyring'"):
        KeyringSecretStore("openclaw-manager").get(["a"])
