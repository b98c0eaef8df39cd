"""How events are written into the log and read back: plain JSON, with the time as ISO text."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from json import JSONDecoder
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    DatetimeAsISO,
    JSONTranscoder,
    Mapper,
    StoredEvent,
)
from eventsourcing.utils import TopicError, resolve_topic

from openclaw_manager.domain.errors import StoreDamaged

_TAGGED = b'"_type_"'
_TIME = rb'\{"timestamp":"([^"]{10,40})"'

_UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)
# Where the kinds of events are that few commands read: imported when there is one of them.
_LATE = {"snapshot": "snapshot", "content": "stored_content"}
_new, _set = object.__new__, object.__setattr__  # events are frozen


class FactTranscoder(JSONTranscoder):
    """Writes an event as one flat JSON object that any tool can read.

    The library wraps each time into an object of its own, which is a third of the cost of
    reading an event. Only snapshots, whose times may stand anywhere, still use that form.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register(DatetimeAsISO())
        self._scan: Callable[[str, int], tuple[Any, int]]
        self._scan = JSONDecoder().scan_once  # type: ignore[attr-defined]  # the stubs lack it

    def encode(self, obj: dict[str, Any]) -> bytes:
        """Write the state of an event or a snapshot as JSON."""
        time_first = {"timestamp": obj["timestamp"].isoformat()}
        return super().encode(time_first | obj | time_first)

    def decode(self, data: bytes) -> Any:
        """Read back what ``encode`` wrote; raises ``ValueError`` or ``KeyError`` if it is not."""
        try:
            state = super().decode(data) if _TAGGED in data else self._scan(data.decode(), 0)[0]
        except StopIteration as error:  # how the scanner says that there is no JSON
            raise ValueError("no JSON") from error
        state["timestamp"] = datetime.fromisoformat(state["timestamp"])
        return state


TIME_WITHIN = 60  # bytes, from the beginning of the state of an event


def time_in(beginning: bytes) -> datetime:
    """Read the time of an event from how its state begins; raises ``ValueError``."""
    match = re.match(_TIME, beginning)
    if not match:
        raise ValueError("no time at the beginning")
    return datetime.fromisoformat(match[1].decode())


def member(key: str, value_beginning: str) -> bytes:
    """Write how a member of a state stands there, where its text begins so."""
    text = json.dumps(value_beginning, ensure_ascii=False)
    return f'"{key}":{text}'.encode(errors="backslashreplace")[:-1]


class FactMapper(Mapper[UUID]):
    """Turns what is stored into events; raises ``StoreDamaged`` where that cannot be done."""

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Read an event back."""
        id_ = stored_event.originator_id
        assert isinstance(id_, UUID), "every aggregate here is named by a UUID"
        return self.read(
            id_, stored_event.originator_version, stored_event.topic, stored_event.state
        )

    def read(
        self, originator_id: UUID, version: int, topic: str, state: bytes
    ) -> DomainEventProtocol[UUID]:
        """Read an event from the columns in which it is stored.

        What is the same for all events of a kind is found out once, where the library's own
        way, which older versions of events still go, does so each time.
        """
        try:
            kind, attributes, is_first = _kind(topic)
            facts = self.transcoder.decode(state)
            if not is_first:
                stored = StoredEvent(originator_id, version, topic, state)
                facts = vars(super().to_domain_event(stored))
            facts["originator_id"] = originator_id
            facts["originator_version"] = version
        except TopicError as error:
            problem = f"is of a kind that this version does not know ({topic})"
            raise StoreDamaged(_named(originator_id, version), problem) from error
        except _UNREADABLE as error:
            raise StoreDamaged(_named(originator_id, version), "cannot be read") from error
        if facts.keys() != attributes:
            problem = "has less or more in it than it should"
            raise StoreDamaged(_named(originator_id, version), problem)
        event: DomainEventProtocol[UUID] = _new(kind)
        _set(event, "__dict__", facts)
        return event


@cache
def _kind(topic: str) -> tuple[type[Any], frozenset[str], bool]:
    """Find the class of an event, its attributes, and whether there was no other before it."""
    module = _LATE.get(topic.partition(".")[0])
    if module:
        import_module(f"openclaw_manager.domain.{module}")
    kind = resolve_topic(topic)
    attributes = frozenset(kind.attributes())
    return kind, attributes, getattr(kind, "class_version", 1) == 1


def _named(originator_id: UUID, version: int) -> str:
    return f"the log, event {version} of {originator_id}"
