"""The plan of a watch: how often gateways are pinged, and how many at once."""

from datetime import timedelta
from math import ceil
from typing import NamedTuple

_MISSED = 3  # pings in a row


class WatchPlan(NamedTuple):
    """How a watch goes about it; times in seconds.

    Every gateway is pinged each ``interval``, at moments that lie ``spread`` apart at most, and
    each ping may take as long as ``timeout``. ``concurrency`` of them run at once, or more, up
    to ``at_most``, where that is what it takes to keep the schedule with nobody answering.
    """

    interval: float
    spread: float
    timeout: float
    concurrency: int
    at_most: int

    def places(self, gateways: int) -> int:
        """Tell how many pings may run at once with so many gateways."""
        all_silent = ceil(gateways * min(self.timeout / self.interval, 1))
        return min(max(self.concurrency, all_silent), self.at_most)

    @property
    def longest_gap(self) -> timedelta:
        """How long an instance may go without a ping and still count as watched meanwhile."""
        return timedelta(seconds=_MISSED * self.interval + self.timeout)
