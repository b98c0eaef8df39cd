"""The kinds of stores that a log may be in, for tests that hold for all of them."""

from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from openclaw_manager.adapters.event_store.evidence import SqliteLogEvidence
from openclaw_manager.adapters.event_store.head import SqliteLogHead
from openclaw_manager.adapters.event_store.restoration import SqliteLogRestoration
from openclaw_manager.adapters.event_store.sqlite import SqliteEventStore
from openclaw_manager.adapters.event_store.watch_records import SqliteWatchRecords
from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.evidence import PostgresLogEvidence
from openclaw_manager.adapters.postgres.head import PostgresLogHead
from openclaw_manager.adapters.postgres.initialisation import PostgresInitialisation
from openclaw_manager.adapters.postgres.restoration import PostgresLogRestoration
from openclaw_manager.adapters.postgres.server import server_at
from openclaw_manager.adapters.postgres.store import PostgresEventStore
from openclaw_manager.adapters.postgres.watch_records import PostgresWatchRecords
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.log_evidence import LogEvidence
from openclaw_manager.application.ports.log_head import LogHead
from openclaw_manager.application.ports.log_restoration import LogRestoration
from openclaw_manager.application.ports.watch_records import WatchRecords

_PATIENCE = 5.0  # seconds


class Store(Protocol):
    """A place for one log, and all that looks at it."""

    head: LogHead
    evidence: LogEvidence
    restoration: LogRestoration
    watch_records: WatchRecords

    def open(self) -> EventLog:
        """Open the log as another process would."""
        ...


class SqliteStore:
    """A file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.head: LogHead = SqliteLogHead(str(path), lock_timeout=_PATIENCE)
        self.evidence: LogEvidence = SqliteLogEvidence(str(path), lock_timeout=_PATIENCE)
        self.restoration: LogRestoration = SqliteLogRestoration(path)
        self.watch_records: WatchRecords = SqliteWatchRecords(str(path), lock_timeout=_PATIENCE)

    def open(self) -> EventLog:
        """Open it, and make it if it is not there."""
        return EventLog(SqliteEventStore(self._path, lock_timeout=_PATIENCE))  # type: ignore[arg-type]


class PostgresStore:
    """A database, which is made ready here."""

    def __init__(self, uri: str, closing: ExitStack) -> None:
        self._uri = uri
        self._closing = closing
        PostgresInitialisation(self.connections(initialised=False)).initialise()
        self.head: LogHead = PostgresLogHead(self.connections())
        self.evidence: LogEvidence = PostgresLogEvidence(self.connections())
        self.restoration: LogRestoration = PostgresLogRestoration(self.connections())
        self.watch_records: WatchRecords = PostgresWatchRecords(self.connections())

    def connections(self, *, initialised: bool = True) -> Connections:
        """Connect as another process would."""
        server = server_at(self._uri, {}, patience=_PATIENCE)
        connections = Connections(server, patience=_PATIENCE, initialised=initialised)
        self._closing.callback(connections.close)
        return connections

    def open(self) -> EventLog:
        """Open it."""
        return EventLog(PostgresEventStore(self.connections()))
