"""Outages that touched a time: found among all without reading all."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from openclaw_manager.application.ports.watch_records import OutageRecord, WatchRecords

_OUT_OF_ORDER = timedelta(days=1)  # by which a clock may have been set back meanwhile


def outages_since(
    records: WatchRecords, since: datetime, instance_id: str | None = None
) -> Iterator[OutageRecord]:
    """Read the outages, of one instance or of all, that went on at a moment or later.

    The newest come first.
    """
    position = None
    for outage in records.outages(instance_id):
        if went_on(outage, since):
            yield outage
        if outage.began < since - _OUT_OF_ORDER:
            position = outage.position
            break
    if position is not None and instance_id is None:
        for outage in records.outages_at(position - 1):
            if went_on(outage, since):
                yield outage


def went_on(outage: OutageRecord, since: datetime) -> bool:
    """Whether an outage went on at a moment or later."""
    return outage.ended is None or outage.ended >= since
