"""Outages and pings in the log's file, read without anything of the event store."""

from collections.abc import Iterator
from contextlib import contextmanager

from openclaw_manager.adapters.event_store.looking import looking
from openclaw_manager.adapters.event_store.watch_queries import QUERIES
from openclaw_manager.adapters.watch_rows import Look, WatchRows


class SqliteWatchRecords(WatchRows):
    """Reads outages and pings from the file, which has to be there."""

    _queries = QUERIES

    def __init__(self, path: str, *, lock_timeout: float) -> None:
        self._path = path
        self._lock_timeout = lock_timeout

    @contextmanager
    def _looking(self) -> Iterator[Look]:
        with looking(self._path, self._lock_timeout) as connection:
            yield connection.execute
