"""The need to read what the log says of outages and of pings, fast and without the aggregates."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol


class OutageRecord(NamedTuple):
    """An outage of an instance: it was called down, and whatever ended that.

    It began with the first failure (UTC) and ended with the first success, or when the
    instance was removed or got another address; ``ended`` is None while it goes on.
    ``failures`` counts the pings that it took to call it down, and ``flaps`` the runs of
    successes that broke off before it was called up again, 0 until then.
    """

    position: int
    """Where in the log it was called down."""
    instance_id: str
    began: datetime
    ended: datetime | None
    condition: str
    cause: str
    detail: str | None
    step: str | None
    failures: int
    flaps: int


class PingRecord(NamedTuple):
    """One ping, or many that were summarised, from the first to the last (UTC).

    ``buckets`` counts the successes by their round trip, as ``openclaw_manager.domain.latencies``
    does; ``minimum`` and ``maximum`` are the shortest and the longest, in milliseconds, None
    where none succeeded.
    """

    instance_id: str
    since: datetime
    until: datetime
    pings: int
    failures: int
    buckets: Mapping[int, int]
    minimum: float | None
    maximum: float | None


class WatchedSpan(NamedTuple):
    """A time in which a watch pinged an instance (UTC)."""

    instance_id: str
    since: datetime
    until: datetime


class WatchRecords(Protocol):
    """Reads outages and pings, of one instance or of all; outages always the newest first.

    The ids of instances are UUIDs with dashes. What it costs does not grow with what else is in
    the log. Every method raises a ``StoreError`` when the store is at fault.
    """

    def outages(self, instance_id: str | None = None) -> Iterator[OutageRecord]:
        """Read outages, each when it is asked for."""
        ...

    def outage(self, position: int) -> OutageRecord | None:
        """Read the outage that began at a position; None if none did."""
        ...

    def outages_at(self, position: int | None = None) -> Iterator[OutageRecord]:
        """Read the outages that went on at a position, or that go on now; one an instance."""
        ...

    def pings(self, since: datetime, instance_id: str | None = None) -> Iterator[PingRecord]:
        """Read the pings that ended at a moment or later.

        Of single pings no more than the last ten thousand are read for each instance asked for.
        """
        ...

    def watched(self, since: datetime, instance_id: str | None = None) -> Iterator[WatchedSpan]:
        """Read the times in which a watch ran, those that ended at a moment or later.

        It is a fast way to what ``pings`` tell too: times that follow each other without a gap
        are given as one.
        """
        ...
