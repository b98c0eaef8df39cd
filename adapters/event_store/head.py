"""A look at the log that loads nothing of the event store."""

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from openclaw_manager.adapters.event_store.schema import problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp

_uuid = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE).fullmatch
_INSTANCES = (
    "SELECT originator_id FROM stored_events "
    "WHERE originator_id = ? AND originator_version = 1 "
    "AND topic IN ('instance.registered', 'instance.adopted')"
)
_COUNT = """
SELECT COUNT(*) FROM stored_events
WHERE originator_version = 1 AND topic IN ('instance.registered', 'instance.adopted')
"""


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
        with self._reading() as connection:
            problem = problem_with(connection)
            if problem:
                raise StoreDamaged(self._path, problem)
            row = connection.execute("SELECT id FROM log").fetchone()
            if row is None:
                raise StoreDamaged(self._path, "has lost its id")
            (log_id,) = row
            (position,) = connection.execute("SELECT MAX(rowid) FROM stored_events").fetchone()
        return Stamp(log_id, position or 0)

    def registered(self, instance_ids: Iterable[str]) -> set[str]:
        """Tell which of these texts are the UUIDs, in any form, of instances in the log."""
        known = set()
        with self._reading() as connection:
            for instance_id in filter(_uuid, instance_ids):
                key = instance_id.replace("-", "").lower()
                if connection.execute(_INSTANCES, (key,)).fetchone():
                    known.add(instance_id)
        return known

    def instances(self) -> int:
        """Count the instances in the log, removed ones included."""
        with self._reading() as connection:
            (count,) = connection.execute(_COUNT).fetchone()
        return int(count)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(self._path, timeout=self._lock_timeout, isolation_level=None)
            ) as connection:
                yield connection
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error
