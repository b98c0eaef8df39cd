"""Verifying the log and vouching for it from the command line."""

import json
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from end_to_end.console import Console

SECRET = "a-token-that-nobody-may-read"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    (tmp_path / "token").write_text(SECRET)
    console = Console(tmp_path)
    console.run("instance", "register", "home", "--url", "ws://host", "--token", "@token")
    console.run("instance", "register", "office", "--url", "ws://office")
    return console


def _database(console: Console) -> sqlite3.Connection:
    return sqlite3.connect(console.home / ".openclaw-manager" / "events.db")


def _spoil(console: Console, statement: str) -> None:
    with closing(_database(console)) as connection, connection:
        connection.execute(statement)


def test_a_whole_log_is_said_to_hold_in_one_line_and_in_one_document(console: Console) -> None:
    answer = console.run("audit", "verify")

    assert answer.status == 0
    assert answer.out.startswith("all holds: 4 events; the chain ends in ")
    assert answer.err == ""
    document = console.run("audit", "verify", "--json").json
    assert document.keys() == {"ok", "events", "head", "findings"}
    assert document["ok"] is True
    assert document["events"] == 4
    assert answer.out.split()[-1] == document["head"]
    assert document["findings"] == []


def test_every_finding_is_a_line_with_its_position(console: Console) -> None:
    _spoil(console, "DELETE FROM stored_events WHERE rowid = 3")
    _spoil(console, "CREATE TABLE notes (note TEXT)")
    answer = console.run("audit", "verify")

    assert answer.status == 6
    assert "event 3: is missing\n" in answer.out
    assert "events.db: has a table 'notes' in it that is not ours\n" in answer.out
    assert "restore a backup" in answer.err
    answer = console.run("audit", "verify", "--json")
    assert answer.status == 6
    assert answer.json["ok"] is False
    assert {"position": 3, "path": None, "problem": "is missing"} in answer.json["findings"]


def test_a_view_that_was_changed_is_mended_by_the_command_that_is_named(console: Console) -> None:
    view = console.home / ".openclaw-manager" / "data.json"
    view.write_text(view.read_text().replace("ws://host", "ws://elsewhere"))
    answer = console.run("audit", "verify")

    assert answer.status == 6
    assert '].fields.url: is "ws://elsewhere", and the log says "ws://host"' in answer.out
    assert "doctor --fix" in answer.err
    console.run("doctor", "--fix")
    assert console.run("audit", "verify").status == 0
    assert SECRET not in answer.out + answer.err


def test_a_home_that_was_never_used_holds_and_stays_unused(tmp_path: Path) -> None:
    console = Console(tmp_path)

    assert console.run("audit", "verify").out == "nothing was ever recorded here\n"
    assert console.run("audit", "verify", "--json").json == {
        "ok": True,
        "events": 0,
        "head": None,
        "findings": [],
    }
    answer = console.run("audit", "checkpoint")
    assert answer.status == 1
    assert "nothing to vouch for" in answer.err
    assert not (tmp_path / ".openclaw-manager").exists()


def test_a_file_that_is_no_log_is_one_error(console: Console) -> None:
    (console.home / ".openclaw-manager" / "events.db").write_text("no log" * 1000)
    answer = console.run("audit", "verify", "--json")

    assert answer.status == 6
    assert answer.json["error"]["code"] == "store-damaged"


def test_a_checkpoint_goes_to_standard_output_and_comes_back_from_there(console: Console) -> None:
    made = console.run("audit", "checkpoint")
    (console.home / "kept.json").write_text(made.out)

    assert made.status == 0
    assert made.err == ""
    assert SECRET not in made.out
    document = json.loads(made.out)
    assert document["format"] == "openclaw-manager-checkpoint"
    assert document["position"] == 4
    answer = console.run("audit", "verify", "--checkpoint", "kept.json")
    assert answer.status == 0
    assert "vouches for 4" in answer.out
    assert console.run("audit", "checkpoint", "--json").json["head"] == document["head"]


def test_a_checkpoint_never_replaces_a_file_by_accident(console: Console) -> None:
    path = console.home / "kept.json"
    assert console.run("audit", "checkpoint", "--out", "kept.json").out == "kept.json\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    again = console.run("audit", "checkpoint", "--out", "kept.json")

    assert again.status == 2
    assert "exists already" in again.err
    assert path.read_bytes() == before
    assert console.run("audit", "checkpoint", "--out", "kept.json", "--force").status == 0
    assert console.run("audit", "checkpoint", "--out", "no/such/folder").status == 1


def test_a_log_whose_end_was_cut_is_told_by_a_checkpoint(console: Console) -> None:
    console.run("audit", "checkpoint", "--out", "kept.json")
    _spoil(console, "DELETE FROM stored_events WHERE rowid > 2")
    _spoil(console, "UPDATE sqlite_sequence SET seq = 2")
    (console.home / ".openclaw-manager" / "data.json").unlink()
    console.run("instance", "list")
    assert console.run("audit", "verify").status == 0
    answer = console.run("audit", "verify", "--checkpoint", "kept.json")

    assert answer.status == 6
    assert answer.out.startswith("event 3: is missing, although the checkpoint of ")


@pytest.mark.parametrize("content", [b"", b"{", b"no JSON", b"[]", b"\xff\xff", b"x" * 100_000])
def test_a_file_that_is_no_checkpoint_is_refused_in_one_sentence(
    console: Console, content: bytes
) -> None:
    (console.home / "kept.json").write_bytes(content)
    answer = console.run("audit", "verify", "--checkpoint", "kept.json", "--json")

    assert answer.status == 2
    assert answer.json["error"]["code"] == "checkpoint-refused"
    assert (console.home / "kept.json").read_bytes() == content


def test_a_checkpoint_of_another_key_says_how_to_give_that(
    console: Console, tmp_path: Path
) -> None:
    console.run("audit", "checkpoint", "--out", "kept.json")
    public = json.loads((tmp_path / "kept.json").read_text())["publicKey"]
    (tmp_path / "public.pem").write_text(public)
    for path in (tmp_path / ".openclaw-manager").glob("secrets.db*"):
        path.unlink()
    refused = console.run("audit", "verify", "--checkpoint", "kept.json")

    assert refused.status == 2
    assert "was not signed by the key of this home" in refused.err
    assert "--key FILE" in refused.err
    with_key = console.run(
        "audit", "verify", "--checkpoint", "kept.json", "--key", "public.pem", "--json"
    )
    assert not any("checkpoint" in one["problem"] for one in with_key.json["findings"])
    assert with_key.json["events"] == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", "token"),
        ("--checkpoint", "nowhere.json"),
        ("--checkpoint", "."),
        ("--checkpoint", "kept.json", "--key", "token"),
    ],
)
def test_what_cannot_be_a_checkpoint_or_a_key_is_wrong_usage(
    console: Console, arguments: tuple[str, ...]
) -> None:
    console.run("audit", "checkpoint", "--out", "kept.json")

    assert console.run("audit", "verify", *arguments).status == 2


def test_openssl_verifies_a_checkpoint_as_the_documents_say(
    console: Console, tmp_path: Path
) -> None:
    """Nobody has to believe this program."""
    made = console.run("audit", "checkpoint").json
    signature = made.pop("signature")
    (tmp_path / "text").write_text(json.dumps(made, sort_keys=True, separators=(",", ":")))
    (tmp_path / "signature.b64").write_text(signature + "\n")
    (tmp_path / "public.pem").write_text(made["publicKey"])
    script = (
        "openssl base64 -d -A -in signature.b64 -out signature && "
        "openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in text -sigfile signature"
    )
    run = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )

    assert run.returncode == 0, run.stderr
