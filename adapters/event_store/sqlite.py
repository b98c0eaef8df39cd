"""The log in an SQLite file: durable, for many processes at once, created whole or not at all."""

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    PersistenceError,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteFactory,
)

from openclaw_manager.adapters.event_store.schema import CREATE, problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.application.ports.log_recorder import LogRecorder
from openclaw_manager.domain.errors import StoreDamaged, StoreFull, StoreUnavailable

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

# Every id that begins with the prefix, each found through the index: an instance with a
# million events costs no more than one with a single event.
_IDS_BEGINNING = """
WITH RECURSIVE ids (id) AS (
    SELECT MIN(originator_id) FROM stored_events
    WHERE originator_id >= :first AND originator_id < :end
    UNION ALL
    SELECT (SELECT MIN(originator_id) FROM stored_events
            WHERE originator_id > ids.id AND originator_id < :end)
    FROM ids WHERE ids.id IS NOT NULL
)
SELECT originator_id FROM ids JOIN stored_events ON originator_id = ids.id
WHERE originator_version = 1 AND topic = :topic
"""

_LATEST_VERSIONS = """
SELECT originator_id, MAX(originator_version) AS version FROM stored_events
WHERE rowid > ? AND rowid <= ? AND topic GLOB ? || '*'
GROUP BY originator_id ORDER BY MIN(rowid)
"""

_HISTORY = """
SELECT * FROM stored_events WHERE originator_id = ? AND rowid <= ?
ORDER BY originator_version DESC LIMIT ?
"""


class SqliteEventStore(SQLiteFactory):
    """Opens the log in a file, creating it when it is not there; see ``EventLog``."""

    def __init__(self, path: Path, *, lock_timeout: float) -> None:
        super().__init__(
            {
                "SQLITE_DBNAME": str(path),
                "CREATE_TABLE": "no",
                "IS_SNAPSHOTTING_ENABLED": "yes",
            }
        )
        if not os.path.exists(path):  # unlike Path.exists, false where we may not look
            _create(path)
        self.datastore = _Datastore(path, lock_timeout)

    def application_recorder(self) -> LogRecorder:
        """Make the recorder of events."""
        return SqliteLogRecorder(self.datastore)


class SqliteLogRecorder(SQLiteApplicationRecorder, LogRecorder):
    """Records events in the file, and finds them by what people ask for."""

    def __init__(self, datastore: SQLiteDatastore) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "VALUES (?, ?, ?, ?)"
        )

    def log_id(self) -> str:
        """Read the id that the log was created with."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT id FROM log")
            return str(cursor.fetchone()["id"])

    def latest_versions(self, topics_beginning: str, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell the last version that aggregates reached in a span of the log."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_LATEST_VERSIONS, (after, upto, topics_beginning))
            return {UUID(row["originator_id"]): row["version"] for row in cursor.fetchall()}

    def select_history(
        self, originator_id: UUID, upto: int, limit: int | None
    ) -> Sequence[Notification]:
        """Read the last events of one aggregate, oldest first."""
        everything = -1
        parameters = (originator_id.hex, upto, everything if limit is None else limit)
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_HISTORY, parameters)
            rows = cursor.fetchall()
        return [
            Notification(
                id=row["rowid"],
                originator_id=originator_id,
                originator_version=row["originator_version"],
                topic=row["topic"],
                state=row["state"],
            )
            for row in reversed(rows)
        ]

    def ids_beginning(self, prefix: str, topic: str) -> Sequence[UUID]:
        """Find aggregates by the beginning of their id."""
        after_every_digit = "g"
        parameters = {"first": prefix, "end": prefix + after_every_digit, "topic": topic}
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_IDS_BEGINNING, parameters)
            return [UUID(row["originator_id"]) for row in cursor.fetchall()]


class _Datastore(SQLiteDatastore):
    """Speaks of SQLite's errors in the words of this program."""

    def __init__(self, path: Path, lock_timeout: float) -> None:
        super().__init__(str(path))
        self._path = path
        self.pool = _ConnectionPool(path, lock_timeout)

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        try:
            with super().transaction(commit=commit) as cursor:
                yield cursor
        except IntegrityError:  # somebody else was faster: for the application to decide
            raise
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error
        except PersistenceError as error:
            cause = error.__cause__
            if isinstance(cause, sqlite3.Error):
                raise store_error(self._path, cause) from error
            raise StoreUnavailable(self._path, "gave no connection") from error


class _ConnectionPool(SQLiteConnectionPool):
    """Opens connections to a file that is known to be a log, and commits to the disk itself."""

    def __init__(self, path: Path, lock_timeout: float) -> None:
        super().__init__(db_name=str(path), pool_timeout=lock_timeout)
        self._path = path
        self._lock_timeout = lock_timeout

    def _create_connection(self) -> SQLiteConnection:
        connection = sqlite3.connect(
            self._path,
            check_same_thread=False,
            isolation_level=None,  # the library begins and ends its transactions itself
            timeout=self._lock_timeout,
        )
        try:
            self._refuse_what_is_no_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        return SQLiteConnection(connection, max_age=self.max_age)

    def _refuse_what_is_no_log(self, connection: sqlite3.Connection) -> None:
        problem = problem_with(connection)
        if problem:
            raise StoreDamaged(self._path, problem)


def _create(path: Path) -> None:
    """Make an empty log elsewhere and put it in place in one step.

    Eight processes may do so at once, and any of them may be killed in between: one file gets
    the name, and it is complete. A database in the making would be seen half-made, and would
    answer some of the eight that it is locked.
    """
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                connection.executescript(CREATE)
                connection.execute("INSERT INTO log VALUES (?)", (str(uuid4()),))
                connection.execute("PRAGMA journal_mode = WAL")
            with suppress(FileExistsError):  # another process was faster: its log is as good
                os.link(draft, path)
        finally:
            for leftover in (draft, f"{draft}-wal", f"{draft}-shm", f"{draft}-journal"):
                with suppress(FileNotFoundError):
                    os.unlink(leftover)
        _sync_folder(path.parent)
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    except OSError as error:
        kind = StoreFull if error.errno in _NO_SPACE else StoreUnavailable
        raise kind(path, f"cannot be created: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
