"""A log that is exported from one home and imported into another is the same log."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from assembly import Core, core_in
from openclaw_manager.adapters.event_store.evidence import SqliteLogEvidence
from openclaw_manager.adapters.event_store.restoration import SqliteLogRestoration
from openclaw_manager.adapters.sealing import PassphraseSealing
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.credentials import NOTHING_GIVEN, GivenCredentials
from openclaw_manager.application.exporting import Exporting
from openclaw_manager.application.importing import Archive, Importing
from openclaw_manager.domain.chain import beginning, link
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


class RestlessSecrets:
    """The secrets of a home in which something happens whenever they are looked at."""

    def __init__(self, core: Core, happens: Callable[[], object]) -> None:
        self._core = core
        self._happens = happens

    def __getattr__(self, name: str) -> object:
        self._happens()
        return getattr(self._core.secrets, name)


def exporting_amid(core: Core, happens: Callable[[], object]) -> Exporting:
    """Put the export of a home together in which something happens all the time."""
    evidence = SqliteLogEvidence(str(core.home / "events.db"), lock_timeout=5)
    secrets = cast(SqliteSecretStore, RestlessSecrets(core, happens))
    return Exporting(core.log, evidence, secrets, PassphraseSealing())


def test_an_export_does_not_wait_for_others_to_pause(core: Core, tmp_path: Path) -> None:
    numbers = count()
    busy = exporting_amid(core, lambda: core.instances.update("home", tags=[f"n{next(numbers)}"]))
    before = core.read_view()
    lines = list(busy.lines(PASSPHRASE))
    assert core.read_view() != before
    assert import_into(tmp_path / "other", lines, PASSPHRASE).read_view() == before


def test_a_secret_that_is_replaced_meanwhile_comes_as_the_log_has_it(
    core: Core, tmp_path: Path
) -> None:
    replacements = iter(["another-token"])

    def replace() -> None:
        for token in replacements:
            core.instances.update("home", given=GivenCredentials(token=token))

    lines = list(exporting_amid(core, replace).lines(PASSPHRASE))
    other = import_into(tmp_path / "other", lines, PASSPHRASE)
    assert other.read_view() == core.read_view()
    assert "another-token" in other.data_json.read_text()


def test_lost_secrets_are_told_and_the_others_exported(core: Core) -> None:
    token = core.log.instance(core.log.ids_beginning("")[0]).credentials["token"]
    assert token is not None
    core.secrets.erase([token["ref"]])
    told: list[int] = []
    assert len(list(exporting(core).lines(PASSPHRASE, told.append))) == core.log.head() + 2
    assert told == [1]


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


def _linked_anew(lines: list[str]) -> list[str]:
    """Make the chain fit what the lines say, as whoever forges an export would."""
    header, *events = map(json.loads, lines)
    chain = beginning(header["log"])
    for event in events:
        state = json.dumps(event["state"], ensure_ascii=False, separators=(",", ":")).encode()
        id_ = UUID(event["id"]).bytes
        chain = link(chain, event["position"], id_, event["version"], event["topic"], state)
        event["chain"] = chain.hex()
    header["events"], header["head"] = len(events), chain.hex()
    return [json.dumps(line) + "\n" for line in (header, *events)]


def _saying(place: int, **said: object) -> Callable[[list[str]], list[str]]:
    """Let a line say something else."""
    return lambda lines: [
        json.dumps(json.loads(line) | said) + "\n" if number == place else line
        for number, line in enumerate(lines)
    ]


def _renamed(lines: list[str]) -> list[str]:
    """Let two instances have one name."""
    return [line.replace('"name":"laboratory"', '"name":"home"') for line in lines]


FORGERIES: dict[str, Callable[[list[str]], list[str]]] = {
    "a version left out": lambda lines: _linked_anew(_saying(7, version=7)(lines)),
    "a version twice": lambda lines: _linked_anew(_saying(7, version=1)(lines)),
    "a position left out": lambda lines: _linked_anew(_saying(len(lines) - 1, position=99)(lines)),
    "a beginning left out": lambda lines: _linked_anew([lines[0], *lines[7:]]),
    "two of one name": lambda lines: _linked_anew(_renamed(lines)),
    "endless events": _saying(0, events=float("inf")),
    "a position beyond numbers": _saying(3, position=2**64),
    "a position that is no number": _saying(3, position=3.5),
    "a version below numbers": _saying(3, version=-1),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_export_is_refused_and_leaves_nothing(
    core: Core, tmp_path: Path, forgery: Callable[[list[str]], list[str]]
) -> None:
    lines = list(exporting(core).lines())
    with pytest.raises(ArchiveRefused):
        import_into(tmp_path / "other", forgery(lines))
    assert list((tmp_path / "other").iterdir()) == []


def test_a_log_without_events_gives_way_and_one_that_lost_them_does_not(
    core: Core, tmp_path: Path
) -> None:
    lines = list(exporting(core).lines())
    unused = core_in(tmp_path / "unused")
    assert unused.log.head() == 0
    assert rows(import_into(unused.home, lines)) == rows(core)
    emptied = import_into(tmp_path / "emptied", lines)
    with closing(sqlite3.connect(emptied.home / "events.db")) as connection, connection:
        connection.execute("DELETE FROM stored_events")
    with pytest.raises(LogExists):
        import_into(emptied.home, lines)


@pytest.mark.parametrize("work", [-5, 1.5, float("inf")])
def test_a_seal_with_nonsense_for_its_cost_is_refused(
    core: Core, tmp_path: Path, work: float
) -> None:
    *lines, last = exporting(core).lines(PASSPHRASE)
    seal = json.loads(last)
    seal["secrets"]["work"] = work
    with pytest.raises(ArchiveRefused):
        import_into(tmp_path / "other", [*lines, json.dumps(seal) + "\n"], PASSPHRASE)


def test_what_would_be_read_back_as_other_bytes_is_no_backup(core: Core) -> None:
    """An event that no version of ours wrote like this, in a chain that holds."""
    with closing(sqlite3.connect(core.home / "events.db")) as connection, connection:
        id_, version, topic, state = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM stored_events"
        ).fetchone()
        spaced = state.replace(b'":"', b'": "')
        chain = link(beginning(core.log.id), 1, bytes.fromhex(id_), version, topic, spaced)
        connection.execute("DELETE FROM stored_events WHERE rowid > 1")
        connection.execute("UPDATE stored_events SET state = ?, chain = ?", (spaced, chain))
    with pytest.raises(StoreDamaged, match="cannot be read"):
        list(exporting(core).lines())


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
