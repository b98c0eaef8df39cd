"""A log in the making: made whole under another name, and put in place in one step."""

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from openclaw_manager.adapters.event_store.schema import CREATE, problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.domain.errors import LogExists, StoreFull, StoreUnavailable

_LOCK_TIMEOUT = 5.0  # seconds
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

_INSERT = """
INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, chain)
VALUES (?, ?, ?, ?, ?, ?)
"""

_MOVE = """
INSERT INTO main.stored_events (rowid, originator_id, originator_version, topic, state, chain)
SELECT rowid, originator_id, originator_version, topic, state, chain
FROM draft.stored_events ORDER BY rowid
"""

# A log whose events were deleted has given positions out, and is not one without events.
_WAS_USED = """
SELECT EXISTS (SELECT 1 FROM stored_events) OR EXISTS (SELECT 1 FROM sqlite_sequence WHERE seq > 0)
"""


class SqliteLogDraft:
    """A log that nobody sees yet, as others would see it half-made, or be told it is locked."""

    def __init__(self, connection: sqlite3.Connection, draft: Path, path: Path) -> None:
        self._connection = connection
        self._draft = draft
        self._path = path

    def append(self, rows: Sequence[StoredRow]) -> None:
        """Store events as they are given."""
        with _speaking_of(self._path):
            self._connection.executemany(
                _INSERT,
                (
                    (
                        row.position,
                        row.originator_id.decode(),
                        row.version,
                        row.topic.decode(),
                        row.state,
                        row.chain,
                    )
                    for row in rows
                ),
            )

    def place(self) -> None:
        """Give it the name under which logs are found, or its events to an unused log there."""
        with _speaking_of(self._path):
            if not self._was_first():
                self._fill()
            _sync_folder(self._path.parent)

    def place_unless_there(self) -> None:
        """Give it that name, or leave the log that has it alone: one without events is as good."""
        with _speaking_of(self._path):
            self._was_first()
            _sync_folder(self._path.parent)

    def _was_first(self) -> bool:
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.close()
        try:
            os.link(self._draft, self._path)
        except FileExistsError:
            return False
        return True

    def _fill(self) -> None:
        """Move into the log that is there at a stroke: others may have its file open."""
        with closing(_unused(self._path)) as connection:
            connection.execute("ATTACH ? AS draft", (str(self._draft),))
            with _only_writer(connection):
                _refuse_used(connection, self._path)
                connection.execute("UPDATE main.log SET id = (SELECT id FROM draft.log)")
                connection.execute(_MOVE)


@contextmanager
def drafted(path: Path, log_id: str) -> Iterator[SqliteLogDraft]:
    """Begin a log with this id; what was not placed at the end is gone."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with _speaking_of(path):
            os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = sqlite3.connect(draft, isolation_level=None)
        with closing(connection):
            with _speaking_of(path):
                connection.executescript(CREATE)
                connection.execute("BEGIN")
                connection.execute("INSERT INTO log VALUES (?)", (log_id,))
            yield SqliteLogDraft(connection, draft, path)
    finally:
        for leftover in (draft, f"{draft}-wal", f"{draft}-shm", f"{draft}-journal"):
            with suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(leftover)


def refuse_buried(path: Path) -> None:
    """Refuse what is there already, unless it is a log in which nothing was ever recorded."""
    if os.path.lexists(path):
        with _speaking_of(path):
            _unused(path).close()


def _unused(path: Path) -> sqlite3.Connection:
    """Open a log without events; raises ``LogExists`` for everything else."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=_LOCK_TIMEOUT,
        isolation_level=None,
    )
    try:
        _refuse_used(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_used(connection: sqlite3.Connection, path: Path) -> None:
    if problem_with(connection) or connection.execute(_WAS_USED).fetchone()[0]:
        raise LogExists(path)


@contextmanager
def _only_writer(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def _speaking_of(path: Path) -> Iterator[None]:
    """Say in our words why a log cannot be made."""
    try:
        yield
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
