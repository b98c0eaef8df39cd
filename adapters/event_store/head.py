"""A look at the log that loads nothing of the event store."""

import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing

from openclaw_manager.adapters.event_store.schema import problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp

_INSTANCES = (
    "SELECT originator_id FROM stored_events "
    "WHERE originator_id = ? AND originator_version = 1 AND topic = 'instance.registered'"
)


class SqliteLogHead:
    """Tells how far the log has come, and which instances stand in it."""

    def __init__(self, path: str, *, lock_timeout: float) -> None:
        self._path = path
        self._lock_timeout = lock_timeout

    def stamp(self) -> Stamp | None:
        """Tell the id of the log and the position of its last event; None without a log."""
        try:
            os.stat(self._path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(self._path, f"cannot be read: {error.strerror}") from error
        with closing(self._connect()) as connection:
            return self._read(connection)

    def _connect(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(self._path, timeout=self._lock_timeout, isolation_level=None)
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error

    def _read(self, connection: sqlite3.Connection) -> Stamp:
        try:
            problem = problem_with(connection)
            if problem:
                raise StoreDamaged(self._path, problem)
            (log_id,) = connection.execute("SELECT id FROM log").fetchone()
            (position,) = connection.execute("SELECT MAX(rowid) FROM stored_events").fetchone()
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error
        return Stamp(log_id, position or 0)

    def registered(self, instance_ids: Iterable[str]) -> set[str]:
        """Tell which of these ids, UUIDs in any form, the log knows as instances."""
        known = set()
        with closing(self._connect()) as connection:
            for instance_id in instance_ids:
                key = instance_id.replace("-", "").lower()
                if connection.execute(_INSTANCES, (key,)).fetchone():
                    known.add(instance_id)
        return known
