"""Secrets in a shared store: what opens them, and what does not."""

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg
import pytest

from openclaw_manager.adapters.postgres.seal import Seal, new_key
from openclaw_manager.adapters.postgres.secrets import SealedSecretStore
from openclaw_manager.domain.errors import SecretsSealed, StoreDamaged
from stores import PostgresStore

KEY, OTHER_KEY = new_key(), new_key()
TOKEN = {"an-instance/token/1": "tok-very-secret", "an-instance/private_key/1": "key-very-secret"}


@pytest.fixture
def database(postgres: str) -> Iterator[PostgresStore]:
    with ExitStack() as closing:
        yield PostgresStore(postgres, closing)


def _with(database: PostgresStore, key: str) -> SealedSecretStore:
    return SealedSecretStore(database.connections(), lambda: key)


def _no_key() -> str:
    raise SecretsSealed("store.key", "is not there")


def test_the_server_never_sees_a_secret(database: PostgresStore, postgres: str) -> None:
    _with(database, KEY).put(TOKEN)
    with psycopg.connect(postgres) as link:
        stored = link.execute("SELECT ref, sealed FROM openclaw_manager.secrets").fetchall()
    assert {ref for ref, _ in stored} == TOKEN.keys()
    assert not any(b"very-secret" in sealed for _, sealed in stored)


def test_another_key_opens_nothing_and_changes_nothing(database: PostgresStore) -> None:
    _with(database, KEY).put(TOKEN)
    stranger = _with(database, OTHER_KEY)
    for use in (
        lambda: stranger.get(TOKEN),
        lambda: stranger.put({"other": "secret"}),
        lambda: stranger.reseal(new_key()),
        lambda: list(stranger.examine()),
    ):
        with pytest.raises(SecretsSealed, match="another key"):
            use()
    assert _with(database, KEY).get([*TOKEN, "other"]) == TOKEN


def test_without_a_secret_there_no_key_is_needed(database: PostgresStore) -> None:
    nobody = SealedSecretStore(database.connections(), _no_key)
    assert nobody.get(["a"]) == {}
    nobody.erase(["a"])
    with pytest.raises(SecretsSealed, match="is not there"):
        nobody.put({"a": "1"})


@pytest.mark.parametrize("key", ["", "short", b64encode(b"x" * 31).decode(), "é" * 44])
def test_what_is_no_key_is_said_to_be_none(database: PostgresStore, key: str) -> None:
    with pytest.raises(SecretsSealed, match="is no key"):
        _with(database, key).put(TOKEN)


def test_a_secret_that_was_moved_or_changed_does_not_open(
    database: PostgresStore, postgres: str
) -> None:
    store = _with(database, KEY)
    store.put(TOKEN)
    first, second = TOKEN
    with psycopg.connect(postgres) as link:
        link.execute(
            "UPDATE openclaw_manager.secrets SET sealed = "
            "(SELECT sealed FROM openclaw_manager.secrets WHERE ref = %s) WHERE ref = %s",
            (first, second),
        )
    assert store.get([first]) == {first: TOKEN[first]}
    with pytest.raises(StoreDamaged, match="a secret was changed"):
        store.get([second])


def test_a_seal_of_another_log_does_not_open_here() -> None:
    sealed = Seal(KEY, "one log").seal("secret", "ref")
    assert Seal(KEY, "one log").open(sealed, "ref") == "secret"
    with pytest.raises(ValueError, match="does not open"):
        Seal(KEY, "other log").open(sealed, "ref")
    with pytest.raises(ValueError, match="sealed in another way"):
        Seal(KEY, "one log").open(b"", "ref")


def test_all_are_sealed_anew_and_the_old_key_is_of_no_use(database: PostgresStore) -> None:
    old, new = _with(database, KEY), _with(database, OTHER_KEY)
    old.put(TOKEN)
    assert old.reseal(OTHER_KEY) == 2
    assert new.get(TOKEN) == TOKEN
    with pytest.raises(SecretsSealed):
        old.get(TOKEN)
    new.put({"later": "1"})
    assert new.references() == sorted([*TOKEN, "later"])


def test_a_secret_that_does_not_open_keeps_all_as_they_were(
    database: PostgresStore, postgres: str
) -> None:
    store = _with(database, KEY)
    store.put(TOKEN)
    first, second = TOKEN
    with psycopg.connect(postgres) as link:
        link.execute(
            "UPDATE openclaw_manager.secrets SET sealed = %s WHERE ref = %s",
            (os.urandom(64), second),
        )
    with pytest.raises(StoreDamaged):
        store.reseal(OTHER_KEY)
    assert store.get([first]) == {first: TOKEN[first]}
