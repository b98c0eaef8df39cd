"""What the log needs of its recorder beyond what the library's own recorders give."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent


class Sought(NamedTuple):
    """Which events are looked for; each part narrows it down, and without any they all are.

    ``topics`` are the topics that an event may have, ``topics_beginning`` is how its topic
    begins, and ``containing`` are bytes that stand in its stored state, all of them.
    """

    originator_id: UUID | None = None
    topics: Sequence[str] = ()
    topics_beginning: str = ""
    containing: Sequence[bytes] = ()


class LogRecorder(ApplicationRecorder):
    """A recorder that knows which log it holds, and finds events by what people ask for.

    A position is the number of an event in the log: unique, rising, never used again.
    Every method raises a ``StoreError`` when the store is at fault.
    """

    @abstractmethod
    def log_id(self) -> str:
        """Tell this log from every other one: a UUID4 drawn when it was created."""

    @abstractmethod
    def latest_versions(self, topics_beginning: str, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell which aggregates had such events at positions in (after, upto].

        The answer has the last version of each in that span, oldest aggregate first.
        """

    @abstractmethod
    def seek_events(
        self, sought: Sought, first: int, last: int, limit: int | None
    ) -> Sequence[Notification]:
        """Read the events that are sought at positions from ``first`` to ``last``, in that order.

        Where ``first`` is greater, that is backwards. ``limit`` ends it after so many. Those of
        one aggregate, or of one topic, are found through an index.
        """

    @abstractmethod
    def select_aggregates(self, versions: Mapping[UUID, int]) -> Sequence[Sequence[StoredEvent]]:
        """Read what is needed to know aggregates as they were at these versions.

        The answer has for each, in their order, the last state that was kept until then, if
        any, and the events after it up to that version.
        """

    @abstractmethod
    def seek_beginnings(
        self, first: int, last: int, limit: int, size: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read of all events in a span the position and how the state begins, ``size`` bytes.

        The span and its order are those of ``seek_events``.
        """

    @abstractmethod
    def ids_beginning(self, prefix: str, topics: Sequence[str]) -> Sequence[UUID]:
        """Find the aggregates that began with one of these events and whose id begins so.

        ``prefix`` is lower-case hexadecimal, without dashes.
        """

    @abstractmethod
    def known(self, ids: Collection[UUID], topic: str) -> Sequence[UUID]:
        """Tell which of these are aggregates that began with such an event."""
