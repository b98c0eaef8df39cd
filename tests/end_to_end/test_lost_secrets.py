"""Secrets that are lost or damaged: what still works, what is said, and how to get out of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from end_to_end.console import Console
from end_to_end.gateway import gateway

_NOWHERE = "ws://127.0.0.1:9"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with gateway("openclaw", "--token", "env:T", T="right") as url:
        yield url


@pytest.fixture
def console(tmp_path: Path, url: str) -> Console:
    """Two instances at one gateway: ``home`` is paired, ``work`` shows a token alone."""
    console = Console(tmp_path)
    for name in ("home", "work"):
        register = ("instance", "register", name, "--url", url, "--token", "env:T")
        assert console.run(*register, T="right").status == 0
    assert console.run("instance", "pair", "home").status == 0
    return console


def _change_secrets(console: Console, statement: str) -> None:
    with (
        closing(sqlite3.connect(console.home / ".openclaw-manager" / "secrets.db")) as connection,
        connection,
    ):
        assert connection.execute(statement).rowcount == 1


def _lose_token(console: Console, name: str) -> None:
    instance_id = console.run("instance", "show", name, "--json").json["id"]
    _change_secrets(console, f"DELETE FROM secrets WHERE ref LIKE '{instance_id}/token/%'")  # noqa: S608


def _damage_device_key(console: Console) -> None:
    _change_secrets(console, "UPDATE secrets SET value = 'no key' WHERE ref = 'device/ed25519'")


def test_an_instance_without_its_secret_keeps_no_other_from_being_pinged(console: Console) -> None:
    console.run("instance", "register", "down", "--url", _NOWHERE)
    _lose_token(console, "work")
    answer = console.run("instance", "ping", "--all", "--json")
    assert answer.status == 6, "which wins over 4"
    assert [one["name"] for one in answer.json] == ["down", "home"]
    assert console.run("instance", "history", "home", "-o", "name").out.count("Pinged\n") == 1
    assert answer.err.startswith(
        "error: work was not pinged: the secret store: "
        "has no token of 'work', to which the log refers\n"
        "hint: give it again: openclaw-manager instance update work --token @FILE\n"
    )
    assert "Traceback" not in answer.err
    alone = console.run("instance", "ping", "work", "--json")
    assert (alone.status, alone.json["error"]["code"]) == (6, "secret-missing")


def test_where_no_instance_has_its_secrets_none_is_said_to_be_missing(console: Console) -> None:
    for name in ("home", "work"):
        _lose_token(console, name)
    answer = console.run("instance", "ping", "--all")
    assert (answer.status, answer.out) == (6, "no instance was pinged\n")
    assert answer.err.count("error: ") == 2


def test_a_damaged_device_key_concerns_only_those_that_are_paired_with_it(console: Console) -> None:
    _damage_device_key(console)
    answer = console.run("instance", "ping", "--all", "--json")
    assert answer.status == 6
    assert [one["name"] for one in answer.json] == ["work"]
    assert answer.err.startswith(
        "error: home was not pinged: the secret store: "
        "holds something else where the device key of this home was\n"
        "hint: make another: openclaw-manager keys replace\n"
    )


def test_a_damaged_device_key_is_replaced_and_instances_are_paired_again(console: Console) -> None:
    _damage_device_key(console)
    shown = console.run("keys", "show", "--json")
    assert (shown.status, shown.json["error"]["code"]) == (6, "device-key-damaged")
    assert "device-key: openclaw-manager keys replace" in console.run("doctor").out

    unasked = console.run("keys", "replace")
    assert unasked.status == 2
    assert "paired with the key, and to be paired again: home\n" in unasked.err
    assert console.run("keys", "show").status == 6

    replaced = console.run("keys", "replace", "--yes", "--json")
    assert replaced.status == 0
    assert replaced.err.endswith("next: openclaw-manager instance pair home\n")
    assert replaced.json == console.run("keys", "show", "--json").json

    refused = console.run("instance", "ping", "home")
    assert refused.status == 5
    assert "next: openclaw-manager instance pair home" in refused.err
    assert console.run("instance", "pair", "home").status == 0
    assert console.run("instance", "ping", "home").status == 0
    paired = console.run("instance", "show", "home", "--json").json["fields"]
    assert paired["deviceId"] == replaced.json["deviceId"]


def test_a_device_key_that_is_good_can_be_replaced_and_leaves_no_trace(console: Console) -> None:
    secrets = console.home / ".openclaw-manager" / "secrets.db"
    with closing(sqlite3.connect(secrets)) as connection:
        [(pem,)] = connection.execute("SELECT value FROM secrets WHERE ref = 'device/ed25519'")
    before = console.run("keys", "show", "-o", "name").out
    assert console.run("keys", "replace", "--yes", "-o", "name").out != before
    assert pem.splitlines()[1].encode() not in secrets.read_bytes()
