"""What the log is opened with, where it is in PostgreSQL."""

from typing import Any

from eventsourcing.persistence import (
    AggregateRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)

from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.recorder import PostgresLogRecorder, PostgresStateRecorder
from openclaw_manager.application.ports.log_recorder import LogRecorder


class PostgresEventStore(InfrastructureFactory[TrackingRecorder]):
    """Opens the log in a database that was made ready for it; see ``EventLog``."""

    def __init__(self, connections: Connections) -> None:
        super().__init__({"IS_SNAPSHOTTING_ENABLED": "yes"})
        self._connections = connections

    def application_recorder(self) -> LogRecorder:
        """Make the recorder of events."""
        return PostgresLogRecorder(self._connections)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Make the recorder of the states of aggregates."""
        assert purpose == "snapshots", "all events are in the one log"
        return PostgresStateRecorder(self._connections)

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> Any:
        """Refuse: views follow the log by the position that is in them."""
        raise NotImplementedError

    def process_recorder(self) -> ProcessRecorder:
        """Refuse, for the same reason."""
        raise NotImplementedError
