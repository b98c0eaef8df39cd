"""Statistics: how available instances were of late, and how fast."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from openclaw_manager.application.outages import outages_since
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.watch_records import (
    OutageRecord,
    PingRecord,
    WatchedSpan,
    WatchRecords,
)
from openclaw_manager.application.tally import Tally
from openclaw_manager.domain.availability import Span, availability
from openclaw_manager.domain.latencies import Spread

WINDOWS = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
"""The times until now of which availability is told, the shortest first."""

HOURS = 24
_DAY, _LONGEST = WINDOWS["24h"], WINDOWS["30d"]
_HOUR = 3600  # seconds
_Record = TypeVar("_Record", PingRecord, WatchedSpan, OutageRecord)


class InstanceStatistics(NamedTuple):
    """What is known of one instance.

    ``availability`` has for each of ``WINDOWS`` the part of the watched time that was no
    outage, from 0 to 1, None where nothing is known. ``spread`` says how the round trips of
    the last 24 hours were spread, and ``medians`` are theirs hour by hour (milliseconds), as
    the clock tells hours in UTC: first the oldest, last the one that is going on. ``outage``
    is the one that goes on.
    """

    availability: Mapping[str, float | None]
    spread: Spread | None
    medians: Sequence[float | None]
    outage: OutageRecord | None

    @property
    def known(self) -> bool:
        """Whether there is anything to tell."""
        told = (*self.availability.values(), self.spread, self.outage)
        return any(one is not None for one in told)


class Statistics:
    """Works statistics out from what the log says of outages and pings."""

    def __init__(self, records: WatchRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def of(self, instance_id: str) -> InstanceStatistics:
        """Tell of one instance; raises a ``StoreError``."""
        return self._read([instance_id], instance_id)[instance_id]

    def of_all(self, instance_ids: Collection[str]) -> dict[str, InstanceStatistics]:
        """Tell of many instances by their ids; raises a ``StoreError``."""
        return self._read(instance_ids)

    def _read(self, ids: Collection[str], only: str | None = None) -> dict[str, InstanceStatistics]:
        now = self._clock.now()
        since = now - _LONGEST
        pings = _by_instance(ids, self._records.pings(now - _DAY, only))
        watched = _by_instance(ids, self._records.watched(since, only))
        outages = _by_instance(ids, outages_since(self._records, since, only))
        return {id_: _statistics(now, pings[id_], watched[id_], outages[id_]) for id_ in ids}


def _by_instance(ids: Collection[str], records: Iterable[_Record]) -> dict[str, list[_Record]]:
    found: dict[str, list[_Record]] = {id_: [] for id_ in ids}
    for record in records:
        if record.instance_id in found:
            found[record.instance_id].append(record)
    return found


def _statistics(
    now: datetime,
    pings: Iterable[PingRecord],
    watched: Iterable[WatchedSpan],
    outages: Iterable[OutageRecord],
) -> InstanceStatistics:
    known = [Span(one.since, one.until) for one in watched]
    down = [Span(one.began, one.ended or now) for one in outages]
    day, hours = Tally(), [Tally() for _ in range(HOURS)]
    for record in pings:
        day.add(record)
        age = _hour(now) - _hour(record.since + (record.until - record.since) / 2)
        if 0 <= age < HOURS:
            hours[HOURS - 1 - age].add(record)
    return InstanceStatistics(
        availability={
            name: availability(known, down, Span(now - length, now))
            for name, length in WINDOWS.items()
        },
        spread=day.spread(),
        medians=[hour.median() for hour in hours],
        outage=next((one for one in outages if one.ended is None), None),
    )


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // _HOUR)
