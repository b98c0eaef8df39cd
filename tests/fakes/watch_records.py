"""Outages and pings that stand in no log."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from openclaw_manager.application.ports.watch_records import (
    OutageRecord,
    PingRecord,
    WatchedSpan,
)
from openclaw_manager.domain.availability import Span, joined


class InMemoryWatchRecords:
    """Reads what it was made of."""

    def __init__(
        self, outages: Sequence[OutageRecord] = (), pings: Sequence[PingRecord] = ()
    ) -> None:
        self._outages = sorted(outages, key=lambda one: one.position, reverse=True)
        self._pings = pings

    def outages(self, instance_id: str | None = None) -> Iterator[OutageRecord]:
        """Read outages, the newest first."""
        return (one for one in self._outages if instance_id in (None, one.instance_id))

    def outage(self, position: int) -> OutageRecord | None:
        """Read the outage that began at a position."""
        return next((one for one in self._outages if one.position == position), None)

    def outages_at(self, position: int | None = None) -> Iterator[OutageRecord]:
        """Read the last outage of each instance until a position, if the next is beyond it."""
        last: dict[str, OutageRecord] = {}
        for one in reversed(self._outages):
            if position is None or one.position <= position:
                last[one.instance_id] = one
        for one in sorted(last.values(), key=lambda one: one.position, reverse=True):
            if position is not None or one.ended is None:
                yield one

    def pings(self, since: datetime, instance_id: str | None = None) -> Iterator[PingRecord]:
        """Read the pings that ended at a moment or later."""
        return (
            one
            for one in self._pings
            if one.until >= since and instance_id in (None, one.instance_id)
        )

    def watched(self, since: datetime, instance_id: str | None = None) -> Iterator[WatchedSpan]:
        """Read the times of summaries, joined."""
        pings = [one for one in self.pings(since, instance_id) if one.since < one.until]
        for id_ in {one.instance_id for one in pings}:
            for span in joined(Span(p.since, p.until) for p in pings if p.instance_id == id_):
                yield WatchedSpan(id_, *span)
