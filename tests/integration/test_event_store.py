"""The log in an SQLite file: what it keeps, what it finds, and what it refuses to open."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from openclaw_manager.adapters.event_store.head import SqliteLogHead
from openclaw_manager.adapters.event_store.sqlite import SqliteEventStore
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.errors import StoreDamaged, StoreLocked, StoreUnavailable
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.stamp import Stamp

BY = Provenance(datetime(2026, 11, 23, 16, tzinfo=UTC), "ada@lovelace")
REACHED = PingOutcome(Condition.OK, latency_ms=1.5, connect_ms=2.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


def _open(path: Path, lock_timeout: float = 10) -> EventLog:
    """Open the log as another process would."""
    store = SqliteEventStore(path, lock_timeout=lock_timeout)
    return EventLog(store)  # type: ignore[arg-type]  # the library's factories are invariant


@pytest.fixture
def log(path: Path) -> EventLog:
    return _open(path)


def _registered(name: str = "home", id_: UUID | None = None) -> Instance:
    return Instance.register(
        id_ or uuid4(), InstanceName(name), GatewayUrl("ws://host"), NO_CREDENTIALS, [], BY
    )


def _saved(log: EventLog, name: str = "home") -> UUID:
    instance = _registered(name)
    log.save(instance)
    return instance.id


def _ping(log: EventLog, id_: UUID, times: int = 1) -> None:
    for _ in range(times):
        instance = log.instance(id_)
        instance.record_ping(REACHED, BY)
        log.save(instance)


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# What is kept


def test_every_log_has_an_id_of_its_own_for_ever(path: Path, tmp_path: Path) -> None:
    first, again, other = _open(path), _open(path), _open(tmp_path / "other.db")
    assert first.id == again.id != other.id
    assert UUID(first.id).version == 4


def test_a_position_is_never_used_again(log: EventLog, path: Path) -> None:
    """What follows a lost event must not be taken for it by a view that has seen it."""
    _saved(log)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM stored_events")
    _saved(log, "other")
    assert log.head() == 2


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(log: EventLog, path: Path) -> None:
    """WAL with its default would lose what was acknowledged when the power fails."""
    with log.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2
    assert _rows(path, "PRAGMA journal_mode") == [("wal",)]


# Snapshots


def test_a_snapshot_says_what_all_events_say(log: EventLog, path: Path) -> None:
    id_ = _saved(log)
    _ping(log, id_, 120)
    with_snapshots = vars(log.instance(id_))
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute("DELETE FROM stored_snapshots").rowcount == 2
    assert vars(log.instance(id_)) == with_snapshots
    assert log.instance(id_).version == 121


READ = """
import sys
from pathlib import Path
from uuid import UUID
from openclaw_manager.adapters.event_store.sqlite import SqliteEventStore
from openclaw_manager.application.event_log import EventLog
log = EventLog(SqliteEventStore(Path(sys.argv[1]), lock_timeout=10))
print(log.instance(UUID(sys.argv[2])).version)
"""


def test_a_process_that_took_no_snapshot_reads_those_of_others(log: EventLog, path: Path) -> None:
    id_ = _saved(log)
    _ping(log, id_, 60)
    reading = [sys.executable, "-c", READ, str(path), str(id_)]
    assert subprocess.run(reading, capture_output=True, check=True).stdout == b"61\n"


def test_a_snapshot_that_cannot_be_taken_loses_no_event(log: EventLog, path: Path) -> None:
    """It only saves time later: whoever recorded the fiftieth event must not hear of it."""
    id_ = _saved(log)
    _ping(log, id_, 48)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE stored_snapshots")
        connection.execute(  # can be read, and not written
            "CREATE VIEW stored_snapshots AS SELECT originator_id, originator_version, topic, "
            "state FROM stored_events WHERE FALSE"
        )
    _ping(log, id_)
    assert log.instance(id_).version == 50


# How the file is made


def test_the_file_is_for_its_owner_alone_and_nothing_else_is_left(
    log: EventLog, path: Path
) -> None:
    _saved(log)
    files = list(path.parent.iterdir())
    assert {file.name for file in files} <= {"events.db", "events.db-wal", "events.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


CREATE = """
import os, sys
from pathlib import Path
from openclaw_manager.adapters.event_store.sqlite import SqliteEventStore
from openclaw_manager.application.event_log import EventLog
os.umask(0)
print("ready", flush=True)
sys.stdin.readline()
print(EventLog(SqliteEventStore(Path(sys.argv[1]), lock_timeout=30)).id, flush=True)
"""


def test_eight_processes_that_make_the_file_at_once_make_one_log(path: Path) -> None:
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", CREATE, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    try:
        for maker in makers:
            assert maker.stdout
            assert maker.stdout.readline() == "ready\n"
        for maker in makers:
            assert maker.stdin
            maker.stdin.write("\n")
            maker.stdin.flush()
        ids = {maker.communicate(timeout=60)[0] for maker in makers}
    finally:
        for maker in makers:
            maker.kill()
            maker.wait()
    assert len(ids) == 1
    assert [maker.returncode for maker in makers] == [0] * 8
    assert ids == {f"{_open(path).id}\n"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [file.name for file in path.parent.iterdir() if file.name.startswith(".")]


def test_the_environment_of_the_process_decides_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would take all of its settings from there."""
    for key, value in {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "OPENCLAW-MANAGER_PERSISTENCE_MODULE": "eventsourcing.popo",
        "SQLITE_DBNAME": str(tmp_path / "elsewhere.db"),
        "CREATE_TABLE": "yes",
        "IS_SNAPSHOTTING_ENABLED": "no",
        "AGGREGATE_CACHE_MAXSIZE": "10",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
        "TRANSCODER_TOPIC": "nonsense",
        "MAPPER_TOPIC": "nonsense",
    }.items():
        monkeypatch.setenv(key, value)
    log = _open(path)
    id_ = _saved(log)
    _ping(log, id_, 50)
    monkeypatch.undo()
    assert _open(path).instance(id_).version == 51
    assert _rows(path, "SELECT COUNT(*) FROM stored_snapshots") == [(1,)]
    assert not (tmp_path / "elsewhere.db").exists()
    [(state,)] = _rows(path, "SELECT state FROM stored_events WHERE rowid = 1")
    assert isinstance(state, bytes)
    assert state.startswith(b"{")


# What is no log


def _another_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE notes (note TEXT)")
        connection.execute("INSERT INTO notes VALUES ('precious')")


def _library_database(path: Path) -> None:
    """Make what the event sourcing library itself would have made."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE stored_events (originator_id TEXT)")


def _newer_layout(path: Path) -> None:
    _saved(_open(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 2")


def _truncated(path: Path) -> None:
    _saved(_open(path))
    _rows(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, path.stat().st_size // 2)


def _overwritten(path: Path) -> None:
    _saved(_open(path))
    _rows(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    page = 4096
    with path.open("r+b") as file:
        file.seek(page)
        file.write(b"\xff" * page * 2)


def _tables_missing(path: Path) -> None:
    _saved(_open(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE stored_events")


NO_LOGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (
        lambda path: path.write_text("no database\n" * 1000),
        "is not an SQLite database, or its beginning is damaged",
    ),
    "a letter": (
        lambda path: path.write_text("x"),
        "is not an event log of openclaw-manager",
    ),
    "empty": (lambda path: path.touch(), "is not an event log of openclaw-manager"),
    "of another application": (_another_database, "is not an event log of openclaw-manager"),
    "of the library": (_library_database, "is not an event log of openclaw-manager"),
    "newer": (
        _newer_layout,
        "was written by another version of openclaw-manager (layout 2)",
    ),
    "truncated": (_truncated, "is damaged"),
    "overwritten": (_overwritten, "is damaged"),
    "without tables": (_tables_missing, "does not hold the tables that it should"),
}


def _use(path: Path) -> None:
    log = _open(path)
    assert log.id
    log.head()
    for id_ in log.ids_beginning(""):
        log.instance(id_)


@pytest.mark.parametrize("kind", NO_LOGS)
def test_a_file_that_is_no_log_is_refused_in_one_sentence(path: Path, kind: str) -> None:
    make, problem = NO_LOGS[kind]
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged) as refusal:
        _use(path)
    assert str(refusal.value) == f"{path}: {problem}"
    assert path.read_bytes() == before, "what is not ours is not written into"


def _look(head: SqliteLogHead) -> None:
    head.stamp()
    head.registered([str(uuid4())])


@pytest.mark.parametrize("kind", NO_LOGS)
def test_who_only_looks_refuses_the_same_files(path: Path, kind: str) -> None:
    make, problem = NO_LOGS[kind]
    make(path)
    head = SqliteLogHead(str(path), lock_timeout=10)
    with pytest.raises(StoreDamaged) as refusal:
        _look(head)
    assert str(refusal.value) == f"{path}: {problem}"


@pytest.mark.parametrize(
    "state", [b"", b"{", b"[]", b"\xff", b'{"timestamp": 5}', b'{"timestamp": "soon"}', b"{}"]
)
def test_an_event_that_cannot_be_read_is_damage(log: EventLog, path: Path, state: bytes) -> None:
    id_ = _saved(log)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE stored_events SET state = ?", (state,))
    with pytest.raises(StoreDamaged, match="event 1 of"):
        log.instance(id_)
    with pytest.raises(StoreDamaged, match="event 1 of"):
        list(log.history(id_, upto=1))


def test_an_event_of_a_kind_from_the_future_is_said_to_be_one(log: EventLog, path: Path) -> None:
    id_ = _saved(log)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE stored_events SET topic = 'instance.teleported'")
    with pytest.raises(StoreDamaged, match=r"instance\.teleported"):
        log.instance(id_)
    with pytest.raises(StoreDamaged, match=r"instance\.teleported"):
        list(log.history(id_, upto=1))


def test_a_folder_in_place_of_the_file_is_one_sentence(path: Path) -> None:
    path.mkdir()
    for use in (lambda: _use(path), SqliteLogHead(str(path), lock_timeout=10).stamp):
        with pytest.raises(StoreUnavailable) as refusal:
            use()
        assert str(refusal.value) == f"{path}: cannot be opened"


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "events.db"
    with pytest.raises(StoreUnavailable, match="cannot be created: Not a directory"):
        _use(path)
    with pytest.raises(StoreUnavailable, match="cannot be read: Not a directory"):
        SqliteLogHead(str(path), lock_timeout=10).stamp()


# Who only looks


def test_who_only_looks_sees_the_head_of_the_log(log: EventLog, path: Path) -> None:
    head = SqliteLogHead(str(path), lock_timeout=10)
    assert head.stamp() == Stamp(log.id, 0)
    id_ = _saved(log)
    log.save(NameReservation.reserve_first(InstanceName("home"), id_, BY))
    assert head.stamp() == Stamp(log.id, 2)


def test_who_only_looks_makes_no_log(path: Path) -> None:
    assert SqliteLogHead(str(path), lock_timeout=10).stamp() is None
    assert list(path.parent.iterdir()) == []


def test_who_only_looks_tells_our_instances_from_all_other_ids(log: EventLog, path: Path) -> None:
    id_ = _saved(log)
    log.save(NameReservation.reserve_first(InstanceName("home"), id_, BY))
    others = [str(NameReservation.create_id("home")), str(uuid4()), "x", "", "\ud800", "a\0b", "%"]
    head = SqliteLogHead(str(path), lock_timeout=10)
    assert head.registered([str(id_), *others]) == {str(id_)}


# Locks


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


def test_a_lock_that_is_held_too_long_is_said_and_nothing_is_saved(
    log: EventLog, path: Path
) -> None:
    id_ = _saved(log)
    impatient = _open(path, lock_timeout=0.2)
    instance = impatient.instance(id_)
    instance.remove(BY)
    with _locked(path):
        with pytest.raises(StoreLocked) as refusal:
            impatient.save(instance)
        assert str(refusal.value) == (
            f"{path}: was kept locked by another process for longer than we waited"
        )
        assert impatient.instance(id_).removed_at is None, "reading needs no lock"
        assert SqliteLogHead(str(path), lock_timeout=0.2).stamp() == Stamp(log.id, 1)
    _ping(impatient, id_)
    assert impatient.instance(id_).version == 2


# A full disk

FILL = """
import resource, sys
from pathlib import Path
from assembly import core_in
from openclaw_manager.application.credentials import NOTHING_GIVEN
from openclaw_manager.domain.errors import StoreError

core = core_in(Path(sys.argv[1]))
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

def register(name, reason=None):
    core.instances.register(name, "ws://host", NOTHING_GIVEN, reason=reason)

register("first")
for number in range(3):
    resource.setrlimit(resource.RLIMIT_FSIZE, (34_000, hard))
    try:
        register(f"lost-{number}", "x" * 60_000)
    except StoreError as error:
        print(type(error).__mro__[1].__name__, core.log.head())
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    register(f"kept-{number}")
print([entry["title"] for entry in core.read_view()["minions"]])
"""


def test_a_process_that_found_the_disk_full_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """One that lives long must not keep a broken connection in its pool."""
    process = subprocess.run(
        [sys.executable, "-c", FILL, tmp_path / "home"],
        env={"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.stderr == ""
    assert process.stdout.splitlines() == [
        *("StoreError 2", "StoreError 4", "StoreError 6"),
        "['first', 'kept-0', 'kept-1', 'kept-2']",
    ]
