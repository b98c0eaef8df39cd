"""A log in the making: made whole under another name, and put in place in one step."""

import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from openclaw_manager.adapters.event_store.schema import CREATE
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.domain.errors import LogExists, StoreFull, StoreUnavailable

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

_INSERT = """
INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, chain)
VALUES (?, ?, ?, ?, ?, ?)
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
        """Give it the name under which logs are found, if no other log has it."""
        with _speaking_of(self._path):
            self._connection.execute("COMMIT")
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.close()
            try:
                os.link(self._draft, self._path)
            except FileExistsError as error:
                raise LogExists(self._path) from error
            _sync_folder(self._path.parent)


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
