"""A look at the log that loads nothing of the event store."""

import os
import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from openclaw_manager.adapters.event_store.looking import looking
from openclaw_manager.adapters.event_store.schema import problem_with
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp

if TYPE_CHECKING:
    import sqlite3

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

    def _reading(self) -> "AbstractContextManager[sqlite3.Connection]":
        return looking(self._path, self._lock_timeout)
