"""Outages and pings in the log in PostgreSQL, read without anything of the event store."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.errors import store_error
from openclaw_manager.adapters.postgres.watch_queries import QUERIES
from openclaw_manager.adapters.watch_rows import Look, WatchRows

_AT_ONCE = 500  # rows


class PostgresWatchRecords(WatchRows):
    """Reads outages and pings from the database."""

    _queries = QUERIES

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @contextmanager
    def _looking(self) -> Iterator[Look]:
        try:
            with self._connections.one() as link:

                def look(statement: str, parameters: Mapping[str, Any]) -> Iterable[Any]:
                    return link.cursor().stream(statement, parameters, binary=True, size=_AT_ONCE)

                yield look
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error
