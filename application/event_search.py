"""A search through the log: the events that somebody asks for, in either direction."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import repeat
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.history_entry import instance_id_in
from openclaw_manager.application.ports.log_recorder import Sought
from openclaw_manager.application.transcoding import member
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact
from openclaw_manager.domain.stored_content import StoredContent

_OF_INSTANCES = f"{Instance.TOPIC}."
_FIRST, _AT_ONCE = 32, 512  # events that are read at once
_CONTENTS_AT_ONCE = 8  # each may have millions of characters

Placed = tuple[int, Fact]
"""An event and its position."""


class EventSearch:
    """Finds events by what they are about, by kind and by actor.

    Without ``topics`` those of instances are meant, which is what happened; what is recorded
    along with that, such as who holds a name, is found where it is asked for. ``actor`` is
    the whole of it, or what stands before the ``@``.

    What has few events of its kind, or is about one instance, is found through an index,
    whatever else is in the log.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        instances: Sequence[UUID] = (),
        topics: Sequence[str] = (),
        actor: str | None = None,
    ) -> None:
        self._log = log
        self._about = frozenset(map(str, instances))
        self._actor = actor
        self._streams = list(_streams(instances, topics, actor))

    def between(self, first: int, last: int, *, newest_first: bool = False) -> Iterator[Placed]:
        """Read what is found at positions from ``first`` to ``last``, the greater one."""
        if first > last:
            return iter(())
        read = self._backwards if newest_first else self._forwards
        streams = (read(sought, first, last) for sought in self._streams)
        merged = merge(*streams, key=lambda placed: placed[0], reverse=newest_first)
        return (placed for placed in merged if self._is_meant(placed[1]))

    def _is_meant(self, event: Fact) -> bool:
        if self._about and instance_id_in(event) not in self._about:
            return False
        return self._actor in (None, event.actor, event.actor.rpartition("@")[0])

    def _forwards(self, sought: Sought, first: int, last: int) -> Iterator[Placed]:
        for size in _batch_sizes(sought):
            count, position = 0, last
            for position, event in self._log.events_between(first, last, sought, limit=size):
                yield position, event
                count += 1
            if count < size or position >= last:
                return
            first = position + 1

    def _backwards(self, sought: Sought, first: int, last: int) -> Iterator[Placed]:
        for size in _batch_sizes(sought):
            count, position = 0, first
            for position, event in self._log.events_between(last, first, sought, limit=size):
                yield position, event
                count += 1
            if count < size or position <= first:
                return
            last = position - 1


def _streams(
    instances: Sequence[UUID], topics: Sequence[str], actor: str | None
) -> Iterator[Sought]:
    """Take the search apart into such that no event is in two, and each has its index."""
    by_actor = [member("actor", actor)] if actor is not None else []
    of_instances = [topic for topic in topics if topic.startswith(_OF_INSTANCES)]
    others = [topic for topic in topics if topic not in of_instances]
    if not topics and not instances:
        yield Sought(topics_beginning=_OF_INSTANCES, containing=by_actor)
    if instances and (of_instances or not topics):
        for id_ in instances:
            yield Sought(originator_id=id_, topics=of_instances, containing=by_actor)
    elif of_instances:
        for topic in of_instances:
            yield Sought(topics=[topic], containing=by_actor)
    about = [str(instances[0]).encode()] if len(instances) == 1 else []
    for topic in others:
        yield Sought(topics=[topic], containing=[*by_actor, *about])


def _batch_sizes(sought: Sought) -> Iterator[int]:
    """Say how many events are read at once: few at first, since often no more are wanted."""
    if StoredContent.Stored.TOPIC in sought.topics:
        yield from repeat(_CONTENTS_AT_ONCE)
    size = _FIRST
    while True:
        yield size
        size = min(2 * size, _AT_ONCE)
