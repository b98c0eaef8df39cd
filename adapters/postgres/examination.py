"""The examination of the log in PostgreSQL: whether it is ours, whole, and takes another event."""

from collections.abc import Iterator

import psycopg

from openclaw_manager.adapters.postgres import recorder_queries as sql
from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.errors import store_error
from openclaw_manager.adapters.postgres.evidence import PostgresLogEvidence, refuse_damaged
from openclaw_manager.adapters.postgres.head import PostgresLogHead
from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import StoreUnavailable

_MAY_APPEND = f"SELECT has_table_privilege('{SCHEMA}.stored_events', 'INSERT')"


class PostgresLogExamination:
    """Examines the log in a database."""

    ids = (CheckId.STORE, CheckId.STORE_INTEGRITY, CheckId.STORE_WRITABLE)
    needs = frozenset({CheckId.CONFIG})

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def examine(self) -> Iterator[Check]:
        """Connect, look at what is there, and ask for the right to write."""
        stamp = PostgresLogHead(self._connections).stamp()
        found = f"{stamp.position} events in the {self._connections.place}"
        yield Check(CheckId.STORE, Verdict.OK, found)
        refuse_damaged(PostgresLogEvidence(self._connections), self._connections.place)
        yield Check(CheckId.STORE_INTEGRITY, Verdict.OK, "its tables are ours, and its end holds")
        self._ask_to_write()
        yield Check(CheckId.STORE_WRITABLE, Verdict.OK, "it takes another event")

    def _ask_to_write(self) -> None:
        """Take the lock under which events are written, and give it back."""
        patience = f"{max(1, int(self._connections.patience * 1000))}ms"
        try:
            with self._connections.one() as link:
                [(allowed,)] = link.execute(_MAY_APPEND)
                link.execute(sql.BEGIN)
                link.execute(sql.LOCK_TIMEOUT, (patience,))
                link.execute(sql.LOCK)
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error
        if not allowed:
            problem = "this user may read the log, and not append to it"
            raise StoreUnavailable(self._connections.place, problem)
