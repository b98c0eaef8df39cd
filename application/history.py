"""History: what happened to one instance, read straight from the log."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.utils import get_topic

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.selection import select
from openclaw_manager.domain.provenance import Fact

_ENVELOPE = {
    "originator_id",
    "originator_version",
    "originator_topic",
    "timestamp",
    "actor",
    "reason",
}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event: where it stands, what happened, when (UTC), by whom and why.

    ``version`` counts the events of the instance, ``position`` those of the whole log.
    ``data`` is what the event says, by the names of its attributes.
    """

    position: int
    version: int
    event: str
    topic: str
    at: datetime
    actor: str
    reason: str | None
    data: dict[str, Any]


class History:
    """Tells what happened to instances."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def of(self, selector: str, limit: int | None = None) -> list[HistoryEntry]:
        """Tell the last ``limit`` events of an instance, oldest first; all of them without.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, a ``StoreError``.
        """
        instance_id = UUID(select(selector, LogDirectory(self._log)).id)
        events = self._log.history(instance_id, upto=self._log.head(), limit=limit)
        return [_entry(position, event) for position, event in events]


def _entry(position: int, event: Fact) -> HistoryEntry:
    return HistoryEntry(
        position=position,
        version=event.originator_version,
        event=type(event).__name__,
        topic=get_topic(type(event)),
        at=event.timestamp,
        actor=event.actor,
        reason=event.reason,
        data={
            field.name: getattr(event, field.name)
            for field in fields(event)
            if field.name not in _ENVELOPE
        },
    )
