"""What every secret store does, the fake one and the real ones."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from fakes.secret_store import InMemorySecretStore
from openclaw_manager.adapters.postgres.seal import new_key
from openclaw_manager.adapters.postgres.secrets import SealedSecretStore
from openclaw_manager.adapters.secret_store.keyring import KeyringSecretStore
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.ports.secret_store import SecretStore
from stores import PostgresStore


class KeyringInMemory(KeyringBackend):
    """A keyring as the operating systems have them, for the time of a test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._passwords: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self._passwords[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self._passwords.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self._passwords:
            raise PasswordDeleteError("not found")
        del self._passwords[service, username]


@pytest.fixture(params=["fake", "sqlite", "sealed", "keyring"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SecretStore]:
    if request.param == "fake":
        yield InMemorySecretStore()
    elif request.param == "sqlite":
        yield SqliteSecretStore(tmp_path / "secrets.db", lock_timeout=5)
    elif request.param == "sealed":
        with ExitStack() as closing:
            database = PostgresStore(request.getfixturevalue("postgres"), closing)
            key = new_key()
            yield SealedSecretStore(database.connections(), lambda: key)
    else:
        before = keyring.get_keyring()
        keyring.set_keyring(KeyringInMemory())
        try:
            yield KeyringSecretStore("openclaw-manager")
        finally:
            keyring.set_keyring(before)


AWKWARD = {
    "a/token": "tok-1",
    "a/key": "-----BEGIN PRIVATE KEY-----\n" + "A" * 20_000 + "\n-----END PRIVATE KEY-----\n",
    "a/empty": "",
    "a/quotes '\" ; --": "it's; DROP TABLE secrets --",
    "a/ünïcode": "schlüssel 🔑\r\n\t",
    "a/nul": "before\0after",
}


def test_what_was_put_is_found_unchanged(store: SecretStore) -> None:
    store.put(AWKWARD)
    assert store.get(AWKWARD) == AWKWARD


def test_secrets_put_one_after_the_other_are_all_kept(store: SecretStore) -> None:
    for ref, value in AWKWARD.items():
        store.put({ref: value})
    assert store.get(AWKWARD) == AWKWARD


def test_what_was_never_put_is_absent_from_the_answer(store: SecretStore) -> None:
    assert store.get(["a"]) == {}
    store.put({"a": "1"})
    assert store.get(["b", "a", "c"]) == {"a": "1"}


def test_many_are_looked_up_at_once(store: SecretStore) -> None:
    """SQLite itself allows 32,766 parameters in a statement."""
    many = {f"ref-{number}": f"secret-{number}" for number in range(40_000)}
    store.put(many)
    assert store.get(many) == many


def test_any_iterable_of_references_will_do(store: SecretStore) -> None:
    store.put({"a": "1", "b": "2"})
    assert store.get(ref for ref in ("a", "b")) == {"a": "1", "b": "2"}
    store.erase(ref for ref in ("a", "b"))
    assert store.get({"a", "b"}) == {}


def test_nothing_put_is_nothing_kept(store: SecretStore) -> None:
    store.put({})
    assert store.get([]) == {}


def test_a_reference_is_never_used_for_a_second_secret(store: SecretStore) -> None:
    """Silently replacing a secret to which an event refers would lose it."""
    store.put({"a": "first"})
    with pytest.raises(ValueError, match="reference") as refusal:
        store.put({"b": "other", "a": "second"})
    assert "second" not in str(refusal.value).replace("a second one", "")
    assert store.get(["a", "b"]) == {"a": "first"}


def test_what_was_erased_is_gone_and_the_rest_stays(store: SecretStore) -> None:
    store.put({"a": "1", "b": "2", "c": "3"})
    store.erase(["a", "c"])
    assert store.get(["a", "b", "c"]) == {"b": "2"}


def test_erasing_what_is_not_there_is_no_error(store: SecretStore) -> None:
    store.erase(["a"])
    store.put({"b": "2"})
    store.erase(["a"])
    store.erase([])
    assert store.get(["b"]) == {"b": "2"}


def test_a_repr_shows_no_secret(store: SecretStore) -> None:
    store.put({"a": "tok-very-secret"})
    assert "tok-very-secret" not in repr(store)
