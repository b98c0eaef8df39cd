"""One line of the history: an event, as it is told to people and programs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsourcing.utils import get_topic

from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact
from openclaw_manager.domain.stored_content import StoredContent

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
    ``data`` is what the event says, by the names of its attributes. ``instance_id`` and
    ``instance``, its name now, are those of the instance that the event is about; a stored
    content is about none.
    """

    position: int
    version: int
    event: str
    topic: str
    at: datetime
    actor: str
    reason: str | None
    data: dict[str, Any]
    instance_id: str | None
    instance: str | None


def entry_of(position: int, event: Fact, name_of: Callable[[str], str | None]) -> HistoryEntry:
    """Tell an event; ``name_of`` gives the name of an instance."""
    about = instance_id_in(event)
    return HistoryEntry(
        position=position,
        version=event.originator_version,
        event=type(event).__name__,
        topic=get_topic(type(event)),
        at=event.timestamp,
        actor=event.actor,
        reason=event.reason,
        data=_data(event),
        instance_id=about,
        instance=name_of(about) if about else None,
    )


def instance_id_in(event: Fact) -> str | None:
    """Tell which instance an event is about."""
    if isinstance(event, Instance.Event):
        return str(event.originator_id)
    about = getattr(event, "instance_id", None) or getattr(event, "holder", None)
    return about and str(about)


def _data(event: Fact) -> dict[str, Any]:
    if isinstance(event, StoredContent.Stored):  # what a gateway said is for ``snapshot show``
        return {"hash": event.hash, "size": len(event.text.encode())}
    return {name: getattr(event, name) for name in event.attributes() if name not in _ENVELOPE}
