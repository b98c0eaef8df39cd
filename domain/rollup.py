"""The rollup: the steady pings of one instance, made into one summary for each span of time."""

from array import array
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.latencies import (
    Spread,
    added_up,
    counted,
    spread_of,
    spread_within,
)
from openclaw_manager.domain.ping import PingOutcome

# A watch looks these up a hundred million times a year.
_OK, _DEGRADED, _STARTING = Condition.OK, Condition.DEGRADED, Condition.STARTING


class PingSummary(NamedTuple):
    """What the pings of one instance found in a span of time (UTC) in which it was watched.

    ``pings`` is how many there were, ``failures`` how many of them found the gateway ``down``
    or ``refused``. ``spread`` and ``buckets`` are about the latencies of those that succeeded.
    ``condition`` and ``cause`` are those of the last ping; ``last_success_at``,
    ``last_latency_ms`` and ``version`` of the last that succeeded, if any did.
    """

    since: datetime
    until: datetime
    pings: int
    failures: int
    spread: Spread | None
    buckets: Mapping[int, int]
    condition: Condition
    cause: Cause | None
    last_success_at: datetime | None
    last_latency_ms: float | None
    version: str | None


class Rollup:
    """Takes the pings of one instance in, each in next to no time, until they are summed up.

    A summary begins where the one before ended, since the instance was watched in between.
    """

    def __init__(self) -> None:
        self._until: datetime | None = None
        self._succeeded_at: datetime | None = None
        self._begin(None)

    def _begin(self, since: datetime | None) -> None:
        self._since = since
        self._count = self._failures = 0
        self._latencies = array("d")
        self._last: PingOutcome | None = None
        self._last_success: PingOutcome | None = None

    def add(self, at: datetime, outcome: PingOutcome) -> None:
        """Take the next ping."""
        if self._since is None:
            self._since = at
        self._until = at
        self._last = outcome
        self._count += 1
        condition = outcome.condition
        if condition is _OK or condition is _DEGRADED:
            self._last_success, self._succeeded_at = outcome, at
            latency = outcome.latency_ms
            if latency is not None:
                self._latencies.append(latency)
        elif condition is not _STARTING:
            self._failures += 1

    def sum_up(self) -> PingSummary | None:
        """Make a summary of what was taken since the last one; None where there was nothing."""
        if self._last is None or self._until is None or self._since is None:
            return None
        success = self._last_success
        latencies = sorted(self._latencies)
        summary = PingSummary(
            since=self._since,
            until=self._until,
            pings=self._count,
            failures=self._failures,
            spread=spread_of(latencies),
            buckets=counted(latencies),
            condition=self._last.condition,
            cause=self._last.cause,
            last_success_at=self._succeeded_at if success else None,
            last_latency_ms=success.latency_ms if success else None,
            version=success.version if success else None,
        )
        self._begin(self._until)
        return summary


def merged(earlier: PingSummary, later: PingSummary) -> PingSummary:
    """Make one summary of two that follow each other; its quantiles are those of buckets."""
    buckets = added_up([earlier.buckets, later.buckets])
    success = later if later.last_success_at else earlier
    return later._replace(
        since=earlier.since,
        pings=earlier.pings + later.pings,
        failures=earlier.failures + later.failures,
        spread=_spread_of_both(earlier.spread, later.spread, buckets),
        buckets=buckets,
        last_success_at=success.last_success_at,
        last_latency_ms=success.last_latency_ms,
        version=success.version,
    )


def _spread_of_both(
    one: Spread | None, other: Spread | None, buckets: Mapping[int, int]
) -> Spread | None:
    if one is None or other is None:
        return one or other
    return spread_within(buckets, min(one.minimum, other.minimum), max(one.maximum, other.maximum))
