"""Bringing a log back into a database in which nothing was ever recorded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import psycopg

from openclaw_manager.adapters.postgres import recorder_queries as sql
from openclaw_manager.adapters.postgres.connections import Connections, Link
from openclaw_manager.adapters.postgres.errors import store_error
from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.domain.errors import LogExists

_COPY = f"""
COPY {SCHEMA}.stored_events (position, originator_id, originator_version, topic, chain, state)
FROM STDIN WITH (FORMAT BINARY)
"""
_TYPES = ("int8", "uuid", "int8", "text", "bytea", "bytea")
_PLACE = f"UPDATE {SCHEMA}.log SET id = %s, given_out = %s"


class PostgresLogRestoration:
    """Makes the log from an archive, in one transaction; see ``LogRestoration``.

    Who does this must own the log, since it gets another id.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @contextmanager
    def draft(self, log_id: str) -> "Iterator[PostgresLogDraft]":
        """Begin; nobody else can append meanwhile."""
        place = self._connections.place
        with self._connections.one() as link:
            with _speaking_of(place):
                self._begin(link)
            yield PostgresLogDraft(link, log_id, place)

    def _begin(self, link: Link) -> None:
        patience = f"{max(1, int(self._connections.patience * 1000))}ms"
        link.execute(sql.BEGIN)
        link.execute(sql.LOCK_TIMEOUT, (patience,))
        row = link.execute(sql.LOCK).fetchone()
        [(position,)] = link.execute(sql.LAST_POSITION)
        if position or (row and row[1]):
            raise LogExists(f"the {self._connections.place}")


class PostgresLogDraft:
    """A log in the making, in a transaction that nobody else sees."""

    def __init__(self, link: Link, log_id: str, place: str) -> None:
        self._link = link
        self._log_id = log_id
        self._place = place
        self._last = 0

    def append(self, rows: Sequence[StoredRow]) -> None:
        """Store events as they are given."""
        with _speaking_of(self._place), self._link.cursor().copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                id_, topic = UUID(row.originator_id.decode()), row.topic.decode()
                copy.write_row((row.position, id_, row.version, topic, row.chain, row.state))
                self._last = row.position

    def place(self) -> None:
        """Give the log its id, and let others see it."""
        with _speaking_of(self._place):
            self._link.execute(_PLACE, (self._log_id, self._last))
            self._link.execute("COMMIT")


@contextmanager
def _speaking_of(place: str) -> Iterator[None]:
    """Say in our words why a log cannot be made."""
    try:
        yield
    except psycopg.Error as error:
        raise store_error(place, error) from error
