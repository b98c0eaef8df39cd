"""The course of an instance: how fast it was and when it was down, from one moment to another."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from openclaw_manager.application.outages import outages_since
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.watch_records import (
    OutageRecord,
    PingRecord,
    WatchRecords,
)
from openclaw_manager.application.tally import Tally
from openclaw_manager.domain.availability import Span, availability, joined, total

_LONGEST = timedelta(days=30)
_SHORTEST = timedelta(minutes=10)


class Slice(NamedTuple):
    """What happened in one of many equal parts of a course.

    ``median`` and ``p95`` are round trips in milliseconds, None where no ping succeeded.
    """

    median: float | None
    p95: float | None
    watched: bool
    down: bool
    failed: bool
    """Whether a ping failed that belongs to no outage."""


class Course(NamedTuple):
    """What is known of an instance in a span of time."""

    span: Span
    pings: Sequence[PingRecord]
    outages: Sequence[OutageRecord]

    @property
    def watched(self) -> list[Span]:
        """The times in which a watch pinged it, the oldest first."""
        return joined(Span(one.since, one.until) for one in self.pings if one.since < one.until)

    @property
    def availability(self) -> float | None:
        """The part of the watched time that was no outage; None where it was never watched."""
        return availability(self.watched, self.down, self.span)

    @property
    def down(self) -> list[Span]:
        """The outages, as far as they lie in the span, the oldest first."""
        spans = (Span(one.began, one.ended or self.span.end) for one in self.outages)
        return sorted(part for span in spans if (part := span.within(self.span)))

    @property
    def time_down(self) -> timedelta:
        """How long it was down in all."""
        return total(self.down, self.span)

    @property
    def stray_failures(self) -> list[PingRecord]:
        """The pings of which some failed at a time in which there was no outage."""
        down = self.down
        starts = [span.start for span in down]

        def apart(record: PingRecord) -> bool:
            before = bisect_right(starts, record.until)
            return not before or down[before - 1].end < record.since

        return [record for record in self.pings if record.failures and apart(record)]

    def slices(self, count: int) -> list[Slice]:
        """Cut the span into equal parts; what was summarised for longer is in all of its parts."""
        tallies = [Tally() for _ in range(count)]
        for record in self.pings:
            for part in self._parts(record.since, record.until, count):
                tallies[part].add(record)
        watched = {part for span in self.watched for part in self._parts(*span, count)}
        down = {part for span in self.down for part in self._parts(*span, count)}
        stray = self.stray_failures
        failed = {p for one in stray for p in self._parts(one.since, one.until, count)}
        return [
            Slice(
                median=spread.median if (spread := tally.spread()) else None,
                p95=spread.p95 if spread else None,
                watched=part in watched,
                down=part in down,
                failed=part in failed,
            )
            for part, tally in enumerate(tallies)
        ]

    def _parts(self, start: datetime, end: datetime, count: int) -> Iterator[int]:
        """Tell the numbers of the parts that a time lies in."""
        length = (self.span.end - self.span.start) / count
        first, last = ((moment - self.span.start) // length for moment in (start, end))
        yield from range(max(first, 0), min(last, count - 1) + 1)


class Courses:
    """Reads the courses of instances from the log."""

    def __init__(self, records: WatchRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def of(self, instance_id: str, since: datetime | None = None) -> Course:
        """Tell the course of an instance until now.

        Without ``since`` it begins with the first thing that is known of the last 30 days.
        Raises a ``StoreError``.
        """
        now = self._clock.now()
        start = since or now - _LONGEST
        pings = list(self._records.pings(start, instance_id))
        outages = list(outages_since(self._records, start, instance_id))
        if since is None:
            began = [one.since for one in pings] + [one.began for one in outages]
            start = max(start, min([*began, now - _SHORTEST]))
        return Course(Span(start, now), pings, outages)
