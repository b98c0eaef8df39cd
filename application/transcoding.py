"""How events are written into the log and read back: plain JSON, with the time as ISO text."""

from dataclasses import fields
from datetime import datetime
from functools import cache
from json import JSONDecoder
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    DatetimeAsISO,
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    StoredEvent,
)
from eventsourcing.utils import TopicError

from openclaw_manager.domain.errors import StoreDamaged

_TAGGED = b'"_type_"'


class FactTranscoder(JSONTranscoder):
    """Writes an event as one flat JSON object that any tool can read.

    The library wraps each time into an object of its own, which is a third of the cost of
    reading an event. Only snapshots, whose times may stand anywhere, still use that form.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register(DatetimeAsISO())
        self._decode_plain = JSONDecoder().raw_decode

    def encode(self, obj: dict[str, Any]) -> bytes:
        """Write the state of an event or a snapshot as JSON."""
        return super().encode(obj | {"timestamp": obj["timestamp"].isoformat()})

    def decode(self, data: bytes) -> Any:
        """Read back what ``encode`` wrote; raises ``ValueError`` or ``KeyError`` if it is not."""
        state = super().decode(data) if _TAGGED in data else self._decode_plain(data.decode())[0]
        state["timestamp"] = datetime.fromisoformat(state["timestamp"])
        return state


class FactMapper(Mapper[UUID]):
    """Turns what is stored into events; raises ``StoreDamaged`` where that cannot be done."""

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Read an event back."""
        try:
            event = super().to_domain_event(stored_event)
        except MapperDeserialisationError as error:
            raise StoreDamaged(_place_of(stored_event), "cannot be read") from error
        except TopicError as error:
            problem = f"is of a kind that this version does not know ({stored_event.topic})"
            raise StoreDamaged(_place_of(stored_event), problem) from error
        if vars(event).keys() != _attributes_of(type(event)):
            raise StoreDamaged(_place_of(stored_event), "has less or more in it than it should")
        return event


@cache
def _attributes_of(kind: type[Any]) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def _place_of(stored: StoredEvent) -> str:
    return f"the log, event {stored.originator_version} of {stored.originator_id}"
