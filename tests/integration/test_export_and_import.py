"""A log that is exported from one home and imported into another is the same log."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assembly import Core, core_in
from openclaw_manager.adapters.event_store.evidence import SqliteLogEvidence
from openclaw_manager.adapters.event_store.restoration import SqliteLogRestoration
from openclaw_manager.adapters.sealing import PassphraseSealing
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.credentials import NOTHING_GIVEN, GivenCredentials
from openclaw_manager.application.exporting import Exporting
from openclaw_manager.application.importing import Archive, Importing
from openclaw_manager.domain.errors import (
    ArchiveRefused,
    LogExists,
    OpenClawManagerError,
    SealRefused,
    StoreDamaged,
)

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def core(tmp_path: Path) -> Core:
    """Set up a home with a little history: names, tokens, a rename and a removal."""
    core = core_in(tmp_path / "home")
    for name in ("home", "server", "lab"):
        core.instances.register(
            name, f"ws://{name}:18789", GivenCredentials(token=f"token-of-{name}")
        )
    core.instances.rename("lab", "laboratory", reason="spelled out für alle")
    core.instances.remove("server")
    return core


def exporting(core: Core) -> Exporting:
    """Put the export of a home together."""
    evidence = SqliteLogEvidence(str(core.home / "events.db"), lock_timeout=5)
    return Exporting(core.log, evidence, core.secrets, PassphraseSealing())


def import_into(home: Path, lines: list[str], passphrase: str | None = None) -> Core:
    """Import lines into a home, and open that."""
    home.mkdir(exist_ok=True)
    importing = Importing(
        SqliteLogRestoration(home / "events.db"),
        SqliteSecretStore(home / "secrets.db", lock_timeout=5),
        PassphraseSealing(),
    )
    importing.take(Archive(lines), passphrase)
    core = core_in(home)
    core.projection.catch_up(anew=True)
    return core


def rows(core: Core) -> list[tuple[object, ...]]:
    """Read everything that is stored of the events."""
    with closing(sqlite3.connect(core.home / "events.db")) as connection:
        return connection.execute("SELECT * FROM stored_events ORDER BY rowid").fetchall()


def test_the_imported_log_is_the_same_to_the_byte(core: Core, tmp_path: Path) -> None:
    other = import_into(tmp_path / "other", list(exporting(core).lines()))
    assert rows(other) == rows(core)
    assert other.log.id == core.log.id


def test_with_the_secrets_the_views_are_equal(core: Core, tmp_path: Path) -> None:
    lines = list(exporting(core).lines(PASSPHRASE))
    other = import_into(tmp_path / "other", lines, PASSPHRASE)
    assert other.read_view() == core.read_view()
    assert "token-of-home" in other.data_json.read_text()


def test_secrets_are_never_readable_in_an_export(core: Core) -> None:
    for passphrase in (None, PASSPHRASE):
        text = "".join(exporting(core).lines(passphrase))
        assert "token-of" not in text
        assert PASSPHRASE not in text


def test_an_imported_log_goes_on(core: Core, tmp_path: Path) -> None:
    other = import_into(tmp_path / "other", list(exporting(core).lines(PASSPHRASE)), PASSPHRASE)
    other.instances.register("new", "ws://new:1", NOTHING_GIVEN)
    again = import_into(tmp_path / "third", list(exporting(other).lines()))
    assert rows(again) == rows(other)


def test_an_empty_log_can_be_carried_too(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home")
    other = import_into(tmp_path / "other", list(exporting(core).lines()))
    assert rows(other) == []
    assert other.log.id == core.log.id


def test_a_home_with_a_log_is_left_as_it_is(core: Core, tmp_path: Path) -> None:
    other = core_in(tmp_path / "other")
    other.instances.register("mine", "ws://mine:1", NOTHING_GIVEN)
    before = rows(other)
    with pytest.raises(LogExists):
        import_into(tmp_path / "other", list(exporting(core).lines()))
    assert rows(other) == before


def test_where_only_the_log_was_lost_the_secrets_that_are_there_are_kept(
    core: Core, tmp_path: Path
) -> None:
    lines = list(exporting(core).lines(PASSPHRASE))
    other = import_into(tmp_path / "other", lines, PASSPHRASE)
    (other.home / "events.db").unlink()
    again = import_into(tmp_path / "other", lines, PASSPHRASE)
    assert again.read_view() == core.read_view()


def _cut_in_half(lines: list[str]) -> list[str]:
    text = "".join(lines)
    return text[: len(text) // 2].splitlines(keepends=True)


def _without(index: int) -> Callable[[list[str]], list[str]]:
    return lambda lines: lines[:index] + lines[index + 1 :]


def _swapped(lines: list[str]) -> list[str]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def _changed(lines: list[str]) -> list[str]:
    return [line.replace("ws://home", "ws://evil") for line in lines]


def _with_more(lines: list[str]) -> list[str]:
    return [*lines, lines[-1]]


DAMAGES: dict[str, Callable[[list[str]], list[str]]] = {
    "nothing": lambda _: [],
    "no JSON": lambda lines: ["hello\n", *lines],
    "another JSON": lambda lines: ["[]\n", *lines],
    "another header": lambda lines: ['{"minions": []}\n', *lines],
    "half": _cut_in_half,
    "a line cut": lambda lines: [*lines[:-1], lines[-1][:-20]],
    "the end cut": lambda lines: lines[:-1],
    "no header": _without(0),
    "the first event gone": _without(1),
    "an event gone": _without(3),
    "two swapped": _swapped,
    "one changed": _changed,
    "one twice": _with_more,
    "an event that is none": lambda lines: [lines[0], "{}\n", *lines[2:]],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["bare", "sealed"])
def test_a_damaged_export_is_refused_and_leaves_nothing(
    core: Core,
    tmp_path: Path,
    damage: Callable[[list[str]], list[str]],
    passphrase: str | None,
) -> None:
    lines = damage(list(exporting(core).lines(passphrase)))
    with pytest.raises(ArchiveRefused):
        import_into(tmp_path / "other", lines, passphrase)
    assert [path.name for path in (tmp_path / "other").iterdir()] == []


@pytest.mark.parametrize("passphrase", ["wrong", "Correct horse battery staple"])
def test_a_wrong_passphrase_is_refused_and_leaves_nothing(
    core: Core, tmp_path: Path, passphrase: str
) -> None:
    lines = list(exporting(core).lines(PASSPHRASE))
    with pytest.raises(SealRefused):
        import_into(tmp_path / "other", lines, passphrase)
    assert list((tmp_path / "other").iterdir()) == []


def test_secrets_sealed_for_another_log_are_refused(core: Core, tmp_path: Path) -> None:
    other = core_in(tmp_path / "second")
    other.instances.register("home", "ws://home:1", GivenCredentials(token="another"))
    stolen = list(exporting(other).lines(PASSPHRASE))[-1]
    lines = [*list(exporting(core).lines(PASSPHRASE))[:-1], stolen]
    with pytest.raises(SealRefused):
        import_into(tmp_path / "other", lines, PASSPHRASE)


def test_a_seal_that_would_cost_too_much_to_try_is_refused(core: Core, tmp_path: Path) -> None:
    *lines, last = exporting(core).lines(PASSPHRASE)
    seal = json.loads(last)
    seal["secrets"]["work"] = 2**40
    with pytest.raises(SealRefused):
        import_into(tmp_path / "other", [*lines, json.dumps(seal) + "\n"], PASSPHRASE)


@pytest.fixture
def damaged(core: Core) -> Core:
    """Change one byte of an event behind the log's back."""
    with closing(sqlite3.connect(core.home / "events.db")) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = CAST(replace(state, 'laboratory', 'lavatory') "
            "AS BLOB)"
        )
    return core


def test_a_damaged_log_is_not_exported(damaged: Core) -> None:
    with pytest.raises(StoreDamaged, match="event") as refusal:
        list(exporting(damaged).lines())
    assert isinstance(refusal.value, OpenClawManagerError)
