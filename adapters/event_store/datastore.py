"""Connections to the log's file: durable, with the lock taken early, and errors in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eventsourcing.persistence import IntegrityError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from openclaw_manager.adapters.event_store.schema import problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable


class LogDatastore(SQLiteDatastore):
    """Speaks of SQLite's errors in the words of this program."""

    def __init__(self, path: Path, lock_timeout: float) -> None:
        super().__init__(str(path))
        self._path = path
        self.pool = _ConnectionPool(path, lock_timeout)

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Begin and end a transaction; raises a ``StoreError``, or ``IntegrityError``."""
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


class _Transaction(SQLiteTransaction):
    """Takes the write lock at once where something will be written.

    The library's own begins as a reader. Whoever reads first and writes then is turned away
    if another process wrote in between, and waiting does not help.
    """

    def __enter__(self) -> SQLiteCursor:
        if not self.commit:
            return super().__enter__()
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        return cursor


class _Connection(SQLiteConnection):
    """A connection whose transactions are ours."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _Transaction(self, commit=commit) as cursor, cursor:
            yield cursor


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
        return _Connection(connection, max_age=self.max_age)

    def _refuse_what_is_no_log(self, connection: sqlite3.Connection) -> None:
        problem = problem_with(connection)
        if problem:
            raise StoreDamaged(self._path, problem)
