"""Tallies: the round trips of many pings, added up from summaries and single ones."""

from openclaw_manager.application.ports.watch_records import PingRecord
from openclaw_manager.domain.latencies import Spread, quantile, spread_within


class Tally:
    """Adds up pings; a summary of a thousand takes no longer than one of ten.

    What it has come to stands under the same names as in a ``PingRecord``.
    """

    def __init__(self) -> None:
        self.pings = 0
        self.failures = 0
        self.buckets: dict[int, int] = {}
        self.minimum: float | None = None
        self.maximum: float | None = None

    def add(self, pings: "PingRecord | Tally") -> None:
        """Take more pings in."""
        self.pings += pings.pings
        self.failures += pings.failures
        for bucket, count in pings.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        if pings.minimum is not None and (self.minimum is None or pings.minimum < self.minimum):
            self.minimum = pings.minimum
        if pings.maximum is not None and (self.maximum is None or pings.maximum > self.maximum):
            self.maximum = pings.maximum

    def spread(self) -> Spread | None:
        """Tell how the round trips are spread, in milliseconds; None where none succeeded."""
        if self.minimum is None or self.maximum is None:
            return None
        return spread_within(self.buckets, self.minimum, self.maximum)

    def median(self) -> float | None:
        """Tell the median alone, which takes a third of the time."""
        found = quantile(self.buckets, 0.5)
        if found is None or self.minimum is None or self.maximum is None:
            return None
        return min(max(found, self.minimum), self.maximum)
