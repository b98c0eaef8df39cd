"""``audit export`` and ``audit import``, as a user carries a registry to another machine."""

from pathlib import Path

import pytest

from end_to_end.console import Console

PASSPHRASE = {"PASSPHRASE": "correct horse"}
WITH_SECRETS = ("--with-secrets", "--passphrase", "env:PASSPHRASE")


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Be a user with two instances, one of them removed."""
    (tmp_path / "old").mkdir()
    console = Console(tmp_path / "old")
    for name in ("home", "server"):
        answer = console.run(
            *("instance", "register", name, "--url", f"ws://{name}:1", "--token", "env:TOKEN"),
            TOKEN=f"token-of-{name}",
        )
        assert answer.status == 0
    console.run("instance", "remove", "server", "--yes")
    return console


@pytest.fixture
def other(tmp_path: Path) -> Console:
    """Be the same user on another machine."""
    (tmp_path / "new").mkdir()
    return Console(tmp_path / "new")


def test_a_registry_moves_with_its_secrets(console: Console, other: Console) -> None:
    backup = other.home / "backup.jsonl"
    written = console.run("audit", "export", "--out", str(backup), *WITH_SECRETS, **PASSPHRASE)
    assert (written.status, written.out) == (0, "")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert "token-of" not in backup.read_text()
    taken = other.run(
        "audit", "import", str(backup), "--passphrase", "env:PASSPHRASE", **PASSPHRASE
    )
    assert taken.status == 0
    assert taken.out.startswith("imported ")
    everything = ("instance", "list", "--json", "--show-secrets")
    assert other.run(*everything).json == console.run(*everything).json
    assert other.run("audit", "verify").status == 0
    assert other.run("audit", "log", "--json").json == console.run("audit", "log", "--json").json


def test_without_secrets_an_import_says_what_did_not_come(console: Console, other: Console) -> None:
    exported = console.run("audit", "export")
    (other.home / "log.jsonl").write_text(exported.out)
    taken = other.run("audit", "import", "log.jsonl")
    assert taken.status == 0
    assert "tokens and keys did not come along" in taken.err
    assert other.run("audit", "verify").status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("import", "missing.jsonl"), 2, "missing.jsonl"),
        (("import", "half.jsonl", *WITH_SECRETS[1:]), 2, "line"),
        (("import", "whole.jsonl", "--passphrase", "env:WRONG"), 2, "passphrase does not open"),
        (("import", "whole.jsonl"), 2, "no terminal to ask for a passphrase"),
        (("import", "picture.png"), 2, "not UTF-8"),
        (("export", "--passphrase", "env:PASSPHRASE"), 2, "--with-secrets"),
        (("export", "--with-secrets"), 2, "no terminal to ask for a passphrase"),
        (("export", "--with-secrets", "--passphrase", "env:EMPTY"), 2, "empty passphrase"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(
    console: Console, other: Console, arguments: tuple[str, ...], status: int, said: str
) -> None:
    whole = console.run("audit", "export", *WITH_SECRETS, **PASSPHRASE).out
    (other.home / "whole.jsonl").write_text(whole)
    (other.home / "half.jsonl").write_text(whole[: len(whole) // 2])
    (other.home / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    answer = other.run("audit", *arguments, WRONG="no", EMPTY="", **PASSPHRASE)
    assert answer.status == status
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not (other.home / ".openclaw-manager" / "events.db").exists()


def test_a_log_that_is_there_is_not_buried(console: Console) -> None:
    backup = console.home / "backup.jsonl"
    console.run("audit", "export", "--out", str(backup))
    before = console.run("audit", "log", "--json").out
    assert console.run("audit", "export", "--out", str(backup)).status == 2
    answer = console.run("audit", "import", str(backup))
    assert answer.status == 2
    assert "has a log already" in answer.err
    assert console.run("audit", "log", "--json").out == before


def test_a_home_that_was_only_looked_at_takes_an_import(console: Console, other: Console) -> None:
    backup = other.home / "backup.jsonl"
    console.run("audit", "export", "--out", str(backup))
    assert other.run("audit", "log").status == 0
    assert other.run("audit", "import", str(backup)).status == 0
    assert other.run("audit", "verify").status == 0
    assert other.run("audit", "log", "--json").json == console.run("audit", "log", "--json").json


def test_a_dash_is_standard_output(console: Console) -> None:
    assert console.run("audit", "export", "--out", "-").out == console.run("audit", "export").out
    assert console.run("audit", "replay", "--to", "-").json["minions"]
    assert console.run("audit", "checkpoint", "--out", "-").json["position"]
    assert not (console.home / "-").exists()
