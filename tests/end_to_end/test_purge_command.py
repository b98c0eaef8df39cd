"""`instance purge`, and `instance restore` after it, as a user meets them."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.console import Console

HOME = ".openclaw-manager"
TOKEN = "tok-MARKER-0123456789"
REMOVED = ("instance", "purge", "home")


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Lend a user who removed an instance that had a token."""
    console = Console(tmp_path)
    register = ("instance", "register", "home", "--url", "ws://host", "--token", "env:T")
    assert console.run(*register, T=TOKEN).status == 0
    assert console.run("instance", "remove", "home").status == 0
    return console


def _holding_it(console: Console) -> set[str]:
    home = console.home / HOME
    return {path.name for path in home.iterdir() if b"MARKER" in path.read_bytes()}


def test_a_purge_erases_the_secrets_and_records_that_it_did(console: Console) -> None:
    assert _holding_it(console) == {"data.json", "secrets.db"}
    answer = console.run(*REMOVED, "--yes", "--json", "--reason", "sold")
    assert (answer.status, answer.err) == (0, "")
    assert answer.json["title"] == "home"
    assert "token" not in answer.json["fields"]
    assert _holding_it(console) == set()
    *_, last = console.run("instance", "history", "home", "--json").json
    assert (last["event"], last["topic"], last["reason"]) == ("Purged", "instance.purged", "sold")
    assert last["data"]["token"]["fingerprint"].startswith("sha256:")
    assert console.run(*REMOVED, "--yes").status == 0


def test_a_purged_instance_comes_back_without_credentials(console: Console) -> None:
    console.run(*REMOVED, "-y")
    assert console.run("instance", "restore", "home").status == 0
    shown = console.run("instance", "show", "home", "--json").json
    assert shown["fields"] == {"url": "ws://host", "status": "registered"}


def test_an_instance_that_is_not_removed_is_refused_with_what_to_type(console: Console) -> None:
    console.run("instance", "restore", "home")
    answer = console.run(*REMOVED, "--yes", "--json")
    assert answer.status == 2
    assert answer.json["error"]["code"] == "instance-still-present"
    assert answer.json["error"]["hint"] == "remove it: openclaw-manager instance remove home"
    assert _holding_it(console) == {"data.json", "secrets.db"}
    assert console.run("instance", "purge", "nobody", "--yes").status == 3


def test_without_a_terminal_and_without_yes_nothing_is_erased(console: Console) -> None:
    answer = console.run(*REMOVED)
    assert answer.status == 2
    assert "say --yes" in answer.err
    assert _holding_it(console) == {"data.json", "secrets.db"}


@pytest.mark.parametrize(("typed", "status", "left"), [("y\n", 0, 0), ("n\n", 1, 2), ("\n", 1, 2)])
def test_at_a_terminal_it_asks(console: Console, typed: str, status: int, left: int) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    script = Path(sys.executable).with_name("openclaw-manager")
    try:
        answer = subprocess.run(
            [script, *REMOVED],
            env={"PATH": os.defpath, "HOME": str(console.home), "LANG": "C.UTF-8"},
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert answer.returncode == status
    assert "Erase the secrets of 'home'" in answer.stderr
    assert len(_holding_it(console)) == left


def test_copies_of_the_view_that_hold_secrets_are_named(console: Console) -> None:
    copy = console.home / HOME / "data.json.damaged-20261124T120000Z-1"
    copy.write_text(TOKEN)
    answer = console.run(*REMOVED, "--yes")
    assert answer.status == 0
    assert f"warning: {copy} may hold its secrets" in answer.err
    assert copy.read_text() == TOKEN


def test_a_name_that_was_taken_meanwhile_is_told_and_another_can_be_given(
    console: Console,
) -> None:
    id_ = console.run("instance", "list", "--all", "--json").json[0]["id"]
    console.run("instance", "register", "HOME", "--url", "ws://other")
    answer = console.run("instance", "restore", "home", "--json")
    assert answer.status == 2
    error = answer.json["error"]
    assert error["code"] == "name-taken-meanwhile"
    assert "was taken meanwhile by the instance" in error["message"]
    assert error["hint"].endswith(f"openclaw-manager instance restore {id_} --as NAME")
    back = console.run("instance", "restore", "home", "--as", "back", "--json")
    assert (back.status, back.json["id"], back.json["title"]) == (0, id_, "back")
    assert console.run("instance", "restore", "home").status == 2
