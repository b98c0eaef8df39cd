"""Incidents: which instance was down, from when to when, and why, read from the log alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple

from openclaw_manager.application.outages import outages_since
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.watch_records import OutageRecord, WatchRecords
from openclaw_manager.domain.errors import IncidentNotFound

_FEW = 16  # instances, of which each is looked at alone, where the outages of all may be many
_position = re.compile(r"[0-9]{1,18}", re.ASCII).fullmatch


class Incident(NamedTuple):
    """An outage as it is told: ``id`` is its name for ever, the position where it begins.

    ``start`` is the first failure (UTC), ``end`` the first success, or when the instance was
    removed or got another address; None while it goes on, and then ``duration_s`` (seconds)
    lasts until now. ``step`` is where pings failed when it was called down, ``failures`` how
    many it took, and ``flaps`` counts the runs of successes that broke off before the end.
    """

    id: str
    instance_id: str
    name: str
    start: datetime
    end: datetime | None
    duration_s: float
    condition: str
    cause: str
    detail: str | None
    step: str | None
    failures: int
    flaps: int


class Incidents:
    """Finds incidents of instances that are given with their names, by id.

    What it costs grows with the incidents that are asked for, and not with how long gateways
    have been watched. Where there are no instances, the log is not looked at: there may be none.
    """

    def __init__(self, records: WatchRecords, names: Mapping[str, str], clock: Clock) -> None:
        self._records = records
        self._names = names
        self._clock = clock

    def find(
        self,
        *,
        since: datetime | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> list[Incident]:
        """Find incidents, the newest first: the last ``limit``, or all.

        With ``since`` those that went on at that moment or later, with ``open_only`` those
        that go on now. Raises a ``StoreError``.
        """
        found = self._outages(since, limit, open_only=open_only)
        known = (one for one in found if one.instance_id in self._names)
        return [*map(self._told, islice(known, limit))]

    def show(self, incident_id: str) -> Incident:
        """Find one incident; raises ``IncidentNotFound``, a ``StoreError``."""
        outage = None
        if self._names and _position(incident_id):
            outage = self._records.outage(int(incident_id))
        if outage is None or outage.instance_id not in self._names:
            raise IncidentNotFound(incident_id)
        return self._told(outage)

    def _outages(
        self, since: datetime | None, limit: int | None, *, open_only: bool
    ) -> Iterable[OutageRecord]:
        if not self._names:
            return ()
        if open_only:
            return (one for one in self._records.outages_at() if one.ended is None)
        if len(self._names) > _FEW:
            return self._going_back(since)
        # Those of one are read before those of the next: each that is underway holds a connection,
        # of which a shared store lends few.
        of_each = ([*islice(self._going_back(since, id_), limit)] for id_ in self._names)
        return merge(*of_each, key=lambda outage: outage.position, reverse=True)

    def _going_back(
        self, since: datetime | None, instance_id: str | None = None
    ) -> Iterator[OutageRecord]:
        if since is None:
            return self._records.outages(instance_id)
        return outages_since(self._records, since, instance_id)

    def _told(self, outage: OutageRecord) -> Incident:
        until = outage.ended or self._clock.now()
        return Incident(
            id=str(outage.position),
            instance_id=outage.instance_id,
            name=self._names[outage.instance_id],
            start=outage.began,
            end=outage.ended,
            duration_s=max((until - outage.began).total_seconds(), 0.0),
            condition=outage.condition,
            cause=outage.cause,
            detail=outage.detail,
            step=outage.step,
            failures=outage.failures,
            flaps=outage.flaps,
        )
