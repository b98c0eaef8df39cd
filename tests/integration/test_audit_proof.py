"""The proof of the log: whatever is done to it is found and named, and nothing is changed."""

# ruff: noqa: S608 - all that is put into statements is the tests' own

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

import long_log
from assembly import Core, core_in
from openclaw_manager.adapters.event_store.evidence import SqliteLogEvidence
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.proof.checkpoint import Checkpoint
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.application.proof.verification import Verified
from openclaw_manager.domain.chain import beginning, link
from openclaw_manager.domain.errors import (
    CheckpointRefused,
    KeyRefused,
    NothingToVouchFor,
    SignedByAnother,
    StoreDamaged,
    StoreLocked,
)

Spoil = Callable[[sqlite3.Connection], object]
LAST = long_log.EVENTS


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("original") / "home"
    long_log.make(home)
    return home


@pytest.fixture
def home(original: Path, tmp_path: Path) -> Path:
    """Copy a home that may be spoilt."""
    return Path(shutil.copytree(original, tmp_path / "home"))


def _spoil(home: Path, *statements: str | Spoil) -> None:
    with closing(sqlite3.connect(home / "events.db")) as connection, connection:
        for statement in statements:
            if isinstance(statement, str):
                connection.execute(statement)
            else:
                statement(connection)


def _verify(home: Path, checkpoint: Checkpoint | None = None) -> Verified:
    core = core_in(home)
    try:
        return core.verification.verify(checkpoint)
    finally:
        core.log.close()


def _findings(home: Path, checkpoint: Checkpoint | None = None) -> list[Finding]:
    return _verify(home, checkpoint).findings


def _positions(home: Path) -> list[int | None]:
    return [finding.position for finding in _findings(home) if finding.path is None]


def _problems(home: Path, position: int | None = None) -> list[str]:
    found = _findings(home)
    return [one.problem for one in found if one.position == position and one.path is None]


def _rechained(connection: sqlite3.Connection) -> None:
    """Make the whole chain anew, as whoever can write the file can."""
    connection.row_factory = None
    (log_id,) = connection.execute("SELECT id FROM log").fetchone()
    previous = beginning(log_id)
    columns = "rowid, originator_id, originator_version, topic, state"
    for position, id_, version, topic, state in connection.execute(
        f"SELECT {columns} FROM stored_events ORDER BY rowid"
    ).fetchall():
        previous = link(previous, position, UUID(id_).bytes, version, topic, state)
        connection.execute(
            "UPDATE stored_events SET chain = ? WHERE rowid = ?", (previous, position)
        )


def _swapped(one: int, other: int, *columns: str) -> Spoil:
    """Let two rows change their places, in these columns."""

    def swap(connection: sqlite3.Connection) -> None:
        names = ", ".join(columns)
        rows = [
            connection.execute(
                f"SELECT {names} FROM stored_events WHERE rowid = ?", (at,)
            ).fetchone()
            for at in (one, other)
        ]
        connection.execute(
            "UPDATE stored_events SET originator_version = -rowid WHERE rowid IN (?, ?)",
            (one, other),
        )
        values = ", ".join(f"{name} = ?" for name in columns)
        for row, at in zip(rows, (other, one), strict=True):
            connection.execute(f"UPDATE stored_events SET {values} WHERE rowid = ?", (*row, at))

    return swap


CONTENT = ("originator_id", "originator_version", "topic", "state")
WHOLE = (*CONTENT, "chain")


# A log that is whole


def test_a_whole_log_holds_with_its_length_and_the_end_of_its_chain(home: Path) -> None:
    verified = _verify(home)

    assert verified.ok
    assert verified.events == LAST
    [(chain,)] = _rows(home, "SELECT chain FROM stored_events WHERE rowid = 200")
    assert verified.head == chain


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "events.db")) as connection:
        return connection.execute(query).fetchall()


def test_a_home_without_a_log_holds_and_gets_none(tmp_path: Path) -> None:
    evidence = SqliteLogEvidence(str(tmp_path / "events.db"), lock_timeout=1)

    assert not evidence.is_there()
    assert not list(tmp_path.iterdir())


def test_progress_is_told_up_to_the_end(home: Path) -> None:
    told: list[tuple[int, int]] = []
    core_in(home).verification.verify(progress=lambda done, of: told.append((done, of)))

    assert told[-1] == (LAST, LAST)


def test_what_is_appended_after_a_verification_is_verified_by_the_next(home: Path) -> None:
    core = core_in(home)
    core.instances.register("delta", "ws://delta", GivenCredentials())

    assert core.verification.verify().ok
    assert core.verification.verify().events == LAST + 2


def test_a_log_whose_lock_is_held_is_verified_all_the_same(home: Path) -> None:
    """A reader of a write-ahead log waits for nobody."""
    with closing(sqlite3.connect(home / "events.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert _verify(home).ok
        writer.execute("ROLLBACK")


def test_verifying_changes_no_byte_of_a_damaged_log(home: Path) -> None:
    _spoil(home, "UPDATE stored_events SET state = x'00' WHERE rowid = 7")
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    assert not _verify(home).ok

    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


# What was done to its rows


@pytest.mark.parametrize("position", [1, 2, 57, LAST - 1])
def test_a_row_that_was_removed_is_missing_at_its_position(home: Path, position: int) -> None:
    _spoil(home, f"DELETE FROM stored_events WHERE rowid = {position}")

    assert _problems(home, position) == ["is missing"]


def test_several_rows_that_were_removed_are_told_as_one_stretch(home: Path) -> None:
    _spoil(home, "DELETE FROM stored_events WHERE rowid BETWEEN 20 AND 30")

    assert _problems(home, 20) == ["is missing, and so is everything up to event 30"]


def test_an_end_that_was_cut_off_is_missing_even_without_a_checkpoint(home: Path) -> None:
    """SQLite remembers the last position, and so does the view."""
    _spoil(home, "DELETE FROM stored_events WHERE rowid > 190")
    found = _findings(home)

    assert Finding("is missing, and so is everything up to event 200", 191) in found
    assert Finding("ends at event 190, although data.json was made from 200 events") in found


def test_an_end_that_was_cut_off_without_a_trace_in_the_log_is_still_a_fault_of_the_log(
    home: Path,
) -> None:
    """To make data.json anew would destroy the last evidence, so it is not what is at fault."""
    _spoil(home, "DELETE FROM stored_events WHERE rowid > 190")
    _spoil(home, "UPDATE sqlite_sequence SET seq = 190 WHERE name = 'stored_events'")
    [finding] = _findings(home)

    assert finding == Finding("ends at event 190, although data.json was made from 200 events")


def test_a_row_that_was_changed_is_named_alone(home: Path) -> None:
    _spoil(
        home,
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '14.2', '14.3') "
        "AS BLOB) WHERE rowid = 150",
    )

    assert _positions(home) == [150]
    assert _problems(home, 150) == [
        "does not fit in the chain: it is not the event that was appended here"
    ]


def test_a_link_that_was_changed_is_told_from_an_event_that_was(home: Path) -> None:
    _spoil(home, "UPDATE stored_events SET chain = zeroblob(32) WHERE rowid = 57")

    assert _positions(home) == [57]
    assert "link in the chain" in _problems(home, 57)[0]


@pytest.mark.parametrize("columns", [CONTENT, WHOLE])
@pytest.mark.parametrize(("one", "other"), [(57, 120), (60, 61), (1, LAST)])
def test_two_rows_that_were_swapped_are_both_named(
    home: Path, one: int, other: int, columns: tuple[str, ...]
) -> None:
    _spoil(home, _swapped(one, other, *columns))
    found = {finding.position: finding.problem for finding in _findings(home)}

    assert {one, other} <= found.keys()
    assert f"belongs at position {one}" in " ".join(_problems(home, other))


def test_a_row_that_was_renumbered_is_named_with_the_position_where_it_belongs(home: Path) -> None:
    _spoil(home, "UPDATE stored_events SET rowid = 1057 WHERE rowid = 57")

    assert "is missing" in _problems(home, 57)
    assert "is the event that belongs at position 57" in _problems(home, 1057)


@pytest.mark.parametrize("position", [0, -5, 2**63 - 1, -(2**63)])
def test_a_row_at_a_position_that_is_none_is_found(home: Path, position: int) -> None:
    _spoil(home, f"UPDATE stored_events SET rowid = {position} WHERE rowid = 57")

    assert 57 in _positions(home)
    assert position in _positions(home)


def test_a_row_that_was_put_in_is_found_where_the_others_had_to_move(home: Path) -> None:
    def put_in(connection: sqlite3.Connection) -> None:
        for position in range(LAST, 57, -1):
            connection.execute(
                "UPDATE stored_events SET rowid = ? WHERE rowid = ?", (position + 1, position)
            )
        connection.execute(
            f"INSERT INTO stored_events SELECT 58, '{uuid4().hex}', 1, topic, chain, state "
            "FROM stored_events WHERE rowid = 57"
        )

    _spoil(home, put_in)
    positions = _positions(home)

    assert positions[0] == 58
    assert _problems(home)[-1].startswith("has more events that do not fit in the chain: ")


def test_a_row_that_was_doubled_at_the_end_is_found(home: Path) -> None:
    _spoil(
        home,
        "INSERT INTO stored_events SELECT NULL, originator_id, originator_version + 1, topic, "
        "chain, state FROM stored_events WHERE rowid = 200",
    )

    assert LAST + 1 in _positions(home)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("originator_id", "upper(originator_id)"),
        ("originator_id", "originator_id || '-'"),
        ("originator_id", "substr(originator_id, 2)"),
        ("originator_id", "CAST(x'ff' AS TEXT)"),
        ("originator_version", "9223372036854775807"),
        ("originator_version", "-1"),
        ("topic", "'os'"),
        ("topic", "''"),
        ("topic", "CAST(x'ff00' AS TEXT)"),
        ("topic", "'state'"),
        ("state", "x''"),
        ("state", "CAST(state || ' ' AS BLOB)"),
        ("chain", "x''"),
        ("chain", "CAST(chain || x'00' AS BLOB)"),
    ],
)
@pytest.mark.parametrize("position", [1, 2, 100, LAST])
def test_whatever_stands_in_a_column_is_named(
    home: Path, column: str, value: str, position: int
) -> None:
    _spoil(home, f"UPDATE stored_events SET {column} = {value} WHERE rowid = {position}")

    assert position in _positions(home)


def test_a_reservation_that_was_lost_with_a_new_chain_is_a_name_that_nobody_holds(
    home: Path,
) -> None:
    def lose(connection: sqlite3.Connection) -> None:
        (lost,) = connection.execute(
            "SELECT rowid FROM stored_events WHERE topic = 'name.reserved' LIMIT 1"
        ).fetchone()
        connection.execute("DELETE FROM stored_events WHERE rowid = ?", (lost,))
        for position in range(lost + 1, LAST + 1):
            connection.execute(
                "UPDATE stored_events SET rowid = ? WHERE rowid = ?", (position - 1, position)
            )
        connection.execute("UPDATE sqlite_sequence SET seq = 199")
        _rechained(connection)

    _spoil(home, lose)

    assert any("does not reserve the name 'alpha'" in problem for problem in _problems(home))


def test_a_version_that_an_aggregate_skips_is_found_behind_a_new_chain(home: Path) -> None:
    _spoil(
        home,
        "UPDATE stored_events SET originator_version = originator_version + 500 WHERE rowid = 200",
        _rechained,
    )

    assert _positions(home) == [LAST]
    assert "comes next" in _problems(home, LAST)[0]


# What is wrong with the store itself


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        ("CREATE TABLE notes (note TEXT)", "has a table 'notes' in it that is not ours"),
        (
            "CREATE TRIGGER t AFTER INSERT ON stored_events BEGIN DELETE FROM log; END",
            "has a trigger 't' in it that is not ours",
        ),
        ("DELETE FROM log", "has lost its id"),
        ("INSERT INTO log VALUES ('another')", "has 2 ids, and one is right"),
        (
            "UPDATE stored_snapshots SET originator_version = originator_version + 9999",
            "keeps states of aggregates at versions that no event has: 2",
        ),
    ],
)
def test_what_is_wrong_with_the_store_is_said(home: Path, spoil: str, problem: str) -> None:
    _spoil(home, spoil)

    assert problem in _problems(home)


def test_an_id_that_was_changed_is_found_by_the_chain_and_by_the_view(home: Path) -> None:
    _spoil(home, f"UPDATE log SET id = '{uuid4()}'")
    found = _findings(home)

    assert found[0] == Finding(
        "does not fit in the chain: it was changed, or the id of the log was", 1
    )
    assert found[1].problem.startswith("was made from another log")


@pytest.mark.parametrize(
    "value",
    [
        "CAST(replace(CAST(state AS TEXT), 'alpha', 'omega') AS BLOB)",
        "x'00'",
        "CAST(CAST(state AS TEXT) || '}' AS BLOB)",
    ],
)
def test_a_kept_state_that_is_not_what_events_make_is_found(home: Path, value: str) -> None:
    """It would be believed by whoever reads the instance."""
    _spoil(home, f"UPDATE stored_snapshots SET state = {value}")

    assert any("kept beside it" in one.problem for one in _findings(home))


def test_pages_that_do_not_fit_together_are_found_before_and_after(home: Path) -> None:
    path = home / "events.db"
    [(root,)] = _rows(home, "SELECT rootpage FROM sqlite_master WHERE name = 'stored_events'")
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x0d\xff" * 2048)
    try:
        found = _findings(home)
    except StoreDamaged:
        return
    assert found


# The view


def _change_view(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = home / "data.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _alpha(document: dict[str, Any]) -> dict[str, Any]:
    [entry] = [one for one in document["minions"] if one["title"] == "alpha"]
    return dict.__getitem__(entry, "fields")


def test_a_value_of_the_view_that_the_log_does_not_say_is_told_by_its_path(home: Path) -> None:
    _change_view(home, lambda document: _alpha(document).update(version="1.0"))
    [finding] = _findings(home)

    assert finding.position is None
    assert finding.path is not None
    assert finding.path.endswith("].fields.version")
    assert finding.problem == 'is "1.0", and the log says "2026.9.6"'


def test_no_secret_is_told_of_a_difference(home: Path) -> None:
    _change_view(home, lambda document: _alpha(document).update(token="another-secret"))
    _change_view(home, lambda document: _alpha(document).update(version=long_log.TOKEN))
    found = _findings(home)

    assert {one.path and one.path.rpartition(".")[2] for one in found} == {"token", "version"}
    assert not any(secret in str(found) for secret in (long_log.TOKEN, "another-secret"))
    assert str(found).count("sha256:") == 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda document: document["minions"].clear(), "is missing"),
        (lambda document: document["relations"].clear(), "is missing"),
        (
            lambda document: _alpha(document).pop("url"),
            'is missing, and the log says "ws://alpha.example:18789"',
        ),
        (
            lambda document: document.pop("openclawManager"),
            "does not say which log it was made from",
        ),
    ],
)
def test_what_the_view_lacks_is_told(
    home: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    _change_view(home, change)

    assert problem in [finding.problem for finding in _findings(home)]


def test_what_other_tools_put_into_the_view_is_their_own(home: Path) -> None:
    def add(document: dict[str, Any]) -> None:
        _alpha(document)["searchableText"] = "alpha"
        document["minions"].append({"id": str(uuid4()), "title": "theirs"})
        document["minions"].append("nothing")
        document["notes"] = 1

    _change_view(home, add)

    assert _verify(home).ok


@pytest.mark.parametrize("text", ["", "{", "[]", '{"minions": 5}'])
def test_a_damaged_view_is_told_and_left_as_it_is(home: Path, text: str) -> None:
    (home / "data.json").write_text(text)
    [finding] = _findings(home)

    assert finding.path == ""
    assert (home / "data.json").read_text() == text


def test_a_view_that_is_missing_is_told(home: Path) -> None:
    (home / "data.json").unlink()

    assert _findings(home) == [Finding("is missing", path="")]


def test_a_view_that_is_behind_is_compared_with_what_the_log_said_then(home: Path) -> None:
    core = core_in(home)
    before = (home / "data.json").read_bytes()
    core.instances.remove("alpha")
    (home / "data.json").write_bytes(before)

    assert core.verification.verify().ok


def test_a_log_that_is_gone_is_missed_by_the_view_and_by_a_checkpoint(home: Path) -> None:
    core = core_in(home)
    checkpoint = core.checkpoints.make()
    core.log.close()
    for path in home.glob("events.db*"):
        path.unlink()

    assert [one.problem for one in core.verification.verify(checkpoint).findings] == [
        "is missing, although data.json was made from it",
        f"is missing, although {checkpoint} vouches for 200 events",
    ]
    assert not (home / "events.db").exists()


# Checkpoints


def _vouched(home: Path) -> Checkpoint:
    """Make a checkpoint, write it, and read it again."""
    core = core_in(home)
    made = core.checkpoints.make()
    core.log.close()
    assert Checkpoint.read(json.dumps(made.document()).encode()) == made
    return made


def _cut(home: Path) -> None:
    """Cut the end off, and leave no trace of it in the file or the view."""
    _spoil(
        home,
        "DELETE FROM stored_snapshots",
        "DELETE FROM stored_events WHERE rowid > 190",
        "UPDATE sqlite_sequence SET seq = 190",
    )
    (home / "data.json").unlink()
    core = core_in(home)
    core.projection.catch_up()
    core.log.close()


def _rewrite(home: Path) -> None:
    """Change what was said, make the chain anew, and the view as well."""
    _spoil(
        home,
        "DELETE FROM stored_snapshots",
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'lovelace', "
        "'nobody') AS BLOB) WHERE rowid = 100",
        _rechained,
    )


@pytest.mark.parametrize("done", [_cut, _rewrite])
def test_only_a_checkpoint_tells_of_a_log_that_was_cut_or_rewritten_with_care(
    home: Path, done: Callable[[Path], object]
) -> None:
    checkpoint = _vouched(home)
    assert _verify(home, checkpoint).ok
    done(home)

    assert _verify(home).ok
    [finding] = _findings(home, checkpoint)
    assert finding.position in (191, LAST)
    assert str(checkpoint) in finding.problem


def test_a_checkpoint_holds_while_the_log_goes_on(home: Path) -> None:
    checkpoint = _vouched(home)
    core = core_in(home)
    core.instances.remove("alpha")

    assert core.verification.verify(checkpoint).ok
    later = core.checkpoints.make()
    assert later.position == LAST + 2
    assert later.public_key == checkpoint.public_key


def test_a_checkpoint_is_admitted_by_the_home_that_signed_it_and_with_its_key(
    home: Path, tmp_path: Path
) -> None:
    core = core_in(home)
    made = core.checkpoints.make()
    text = json.dumps(made.document()).encode()
    (Path(shutil.copytree(home, tmp_path / "other")) / "secrets.db").unlink()
    other = core_in(tmp_path / "other")

    assert core.checkpoints.admit(text) == made
    assert other.checkpoints.admit(text, made.public_key) == made
    with pytest.raises(SignedByAnother):
        other.checkpoints.admit(text)
    with pytest.raises(SignedByAnother):
        core.checkpoints.admit(text, core.keys.generate(core.keys.kind(made.public_key)).public_pem)
    with pytest.raises(KeyRefused):
        core.checkpoints.admit(text, "no key")


def test_a_checkpoint_of_another_log_is_refused(home: Path, tmp_path: Path) -> None:
    other = core_in(tmp_path / "other")
    other.instances.register("alpha", "ws://alpha", GivenCredentials())
    text = json.dumps(other.checkpoints.make().document()).encode()

    with pytest.raises(CheckpointRefused, match="is of another log"):
        core_in(home).checkpoints.admit(text)


@pytest.mark.parametrize("key", ["log", "position", "head", "at", "publicKey", "signature"])
def test_a_checkpoint_in_which_anything_was_changed_is_refused(home: Path, key: str) -> None:
    core = core_in(home)
    document = core.checkpoints.make().document()
    others: dict[str, Any] = {
        "log": str(uuid4()),
        "position": 199,
        "head": "00" * 32,
        "at": "2020-01-01T00:00:00+00:00",
        "publicKey": core.keys.generate(core.keys.kind(document["publicKey"])).public_pem,
        "signature": "AAAA",
    }
    with pytest.raises(CheckpointRefused):
        core.checkpoints.admit(json.dumps(document | {key: others[key]}).encode())


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"null", b"[]", b"{}", b"{", b"\xff\xfe", b"no JSON", b"1" * 5000, b"[" * 60000),
        b'{"format": "openclaw-manager-checkpoint"}',
        b'{"format": "openclaw-manager-checkpoint", "version": 2}',
        b'{"format": "openclaw-manager-checkpoint", "version": 1}',
        b'{"format": "openclaw-manager-checkpoint", "version": 1, "position": NaN}',
    ],
)
def test_what_is_no_checkpoint_is_refused(home: Path, text: bytes) -> None:
    with pytest.raises(CheckpointRefused):
        core_in(home).checkpoints.admit(text)


def test_a_checkpoint_that_was_cut_anywhere_is_refused(home: Path) -> None:
    core = core_in(home)
    text = json.dumps(core.checkpoints.make().document()).encode()
    for length in range(0, len(text), 7):
        with pytest.raises(CheckpointRefused):
            core.checkpoints.admit(text[:length])


@pytest.mark.parametrize(
    ("key", "value"),
    [("position", "200"), ("position", True), ("position", -1), ("head", "ff"), ("at", "soon")],
)
def test_what_no_checkpoint_says_is_refused_even_when_it_is_signed(
    home: Path, key: str, value: object
) -> None:
    document = core_in(home).checkpoints.make().document()

    with pytest.raises(CheckpointRefused):
        Checkpoint.read(json.dumps(document | {key: value}).encode())


def test_nothing_is_vouched_for_where_nothing_was_recorded(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home")

    with pytest.raises(NothingToVouchFor):
        core.checkpoints.make()


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE stored_events SET state = x'00' WHERE rowid = 200",
        "DELETE FROM stored_events WHERE rowid = 200",
        "DELETE FROM stored_events WHERE rowid = 199",
        "DELETE FROM log",
    ],
)
def test_an_end_of_the_log_that_does_not_hold_is_not_signed(home: Path, spoil: str) -> None:
    _spoil(home, spoil)

    with pytest.raises(StoreDamaged):
        core_in(home).checkpoints.make()


# Appending


APPEND = """
import sys
from pathlib import Path
from uuid import uuid4
sys.path.insert(0, sys.argv[2])
from assembly import core_in
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.secret import NO_CREDENTIALS
from long_log import BY
core = core_in(Path(sys.argv[1]))
for number in range(40):
    core.log.save(*(
        Instance.register(
            uuid4(), InstanceName("x"), GatewayUrl("ws://x"), NO_CREDENTIALS, [], BY
        )
        for _ in range(1 + number % 3)
    ))
"""


def test_eight_processes_that_append_at_once_leave_one_unbroken_chain(home: Path) -> None:
    command = [sys.executable, "-c", APPEND, str(home), str(Path(__file__).parents[1])]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(8)]
    errors = [process.communicate(timeout=120)[1] for process in processes]

    assert errors == [b""] * 8
    verified = _verify(home)
    assert verified.events == LAST + 8 * sum(1 + number % 3 for number in range(40))
    assert {finding.position for finding in verified.findings} == {None}, "nobody holds their name"
    assert all("reserve the name" in finding.problem for finding in verified.findings)


def test_who_reads_first_and_writes_then_waits_for_those_who_write(home: Path) -> None:
    """A transaction that began as a reader would be turned away whatever it waits."""
    core, other = core_in(home), core_in(home)
    instance, twin = (one.log.instance(one.log.ids_beginning("")[0]) for one in (core, other))
    assert instance.id == twin.id
    core.instances.register("delta", "ws://delta", GivenCredentials())
    other.instances.register("epsilon", "ws://epsilon", GivenCredentials())

    assert core.verification.verify().ok


def test_an_append_that_waits_too_long_for_the_lock_says_so(home: Path) -> None:
    core: Core = core_in(home, lock_timeout="50ms")
    with closing(sqlite3.connect(home / "events.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            core.instances.remove("alpha")
        writer.execute("ROLLBACK")

    assert core.verification.verify().ok


def test_no_chain_is_begun_in_a_log_that_has_lost_its_id(tmp_path: Path) -> None:
    core = core_in(tmp_path)
    _spoil(tmp_path, "DELETE FROM log")

    with pytest.raises(StoreDamaged, match="has lost its id"):
        core.instances.register("alpha", "ws://alpha", GivenCredentials())
    assert core.log.head() == 0


def test_a_checkpoint_that_is_signed_anew_with_the_same_key_is_another_document(home: Path) -> None:
    made = _vouched(home)
    forged = replace(made, position=150)

    with pytest.raises(CheckpointRefused, match="signature"):
        core_in(home).checkpoints.admit(json.dumps(forged.document()).encode())
