"""History: what happened to one instance or to all of them, read straight from the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from openclaw_manager.application.event_kinds import topics_of
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.event_search import EventSearch, Placed
from openclaw_manager.application.history_entry import HistoryEntry, entry_of
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.selection import select
from openclaw_manager.application.timeline import Timeline
from openclaw_manager.domain.errors import InvalidMoment

_Tell = Callable[[Placed], HistoryEntry]


@dataclass(frozen=True, slots=True)
class Query:
    """Which events are asked for; each part narrows it down.

    ``instances`` are selectors, ``events`` names of events, topics, their last parts, or
    patterns of topics. ``actor`` may leave out the host. ``since`` and ``until`` are times or
    positions, both included.
    """

    instances: Sequence[str] = ()
    events: Sequence[str] = ()
    actor: str | None = None
    since: datetime | int | None = None
    until: datetime | int | None = None


class History:
    """Tells what happened, always the oldest first.

    What is asked for is found from the newest backwards where a limit is given, so that the
    last events of a log of years cost what they cost in one of a day.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def of(self, selector: str, limit: int | None = None) -> list[HistoryEntry]:
        """Tell the last ``limit`` events of an instance; all of them without.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, a ``StoreError``.
        """
        return list(self.find(Query(instances=[selector]), limit))

    def find(self, query: Query, limit: int | None = None) -> Iterator[HistoryEntry]:
        """Tell the last ``limit`` events that are asked for; all of them without.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``UnknownEvent``,
        ``InvalidMoment`` for a position that is yet to come, a ``StoreError``.
        """
        search, (first, last) = self._search(query), self._span(query)
        if limit is None:
            return map(self._teller(), _within(query, search.between(first, last)))
        newest_first = search.between(first, last, newest_first=True)
        found = [*islice(_within(query, newest_first), limit)]
        return map(self._teller(), reversed(found))

    def follow(self, query: Query) -> "Following":
        """Tell what will happen from now on; ``since`` and ``until`` say nothing of that."""
        return Following(self._log, self._search(query), self._teller)

    def _search(self, query: Query) -> EventSearch:
        directory = LogDirectory(self._log)
        ids = {UUID(select(selector, directory).id) for selector in query.instances}
        topics = topics_of(query.events)
        return EventSearch(self._log, instances=[*ids], topics=topics, actor=query.actor)

    def _span(self, query: Query) -> tuple[int, int]:
        head, timeline = self._log.head(), Timeline(self._log)
        match query.since:
            case None:
                first = 1
            case datetime():
                first = timeline.first_since(query.since)
            case position if position > head + 1:
                raise InvalidMoment(str(position), f"is beyond the last event, {head}")
            case position:
                first = max(position, 1)
        match query.until:
            case None:
                return first, head
            case datetime():
                return first, timeline.last_until(query.until)
            case position:
                return first, min(position, head)

    def _teller(self) -> _Tell:
        """Make what tells events, and remembers the names of instances meanwhile."""

        @cache
        def name_of(instance_id: str) -> str | None:
            try:
                return self._log.instance(UUID(instance_id)).name
            except AggregateNotFoundError:  # a damaged log may lack it
                return None

        return lambda placed: entry_of(*placed, name_of)


class Following:
    """Tells what happens from now on; ``position`` is that of the last event before."""

    def __init__(
        self, log: EventLog, search: EventSearch, make_teller: Callable[[], _Tell]
    ) -> None:
        self._log = log
        self._search = search
        self._make_teller = make_teller
        self.position = log.head()

    def news(self) -> Iterator[HistoryEntry]:
        """Tell what happened since the last call, or since the beginning."""
        first, self.position = self.position + 1, self._log.head()
        return map(self._make_teller(), self._search.between(first, self.position))


def _within(query: Query, events: Iterator[Placed]) -> Iterator[Placed]:
    """Leave out what is between the right positions at the wrong time."""
    since, until = (
        end if isinstance(end, datetime) else None for end in (query.since, query.until)
    )
    for position, event in events:
        if (since is None or event.timestamp >= since) and (
            until is None or event.timestamp <= until
        ):
            yield position, event
