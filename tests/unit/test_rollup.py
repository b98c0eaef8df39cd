"""The rollup: many pings in, one summary out."""

from datetime import timedelta

import pytest

from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.latencies import Spread, counted, spread_of
from openclaw_manager.domain.rollup import PingSummary, Rollup, merged
from watching import NOON, failure, success

HALF_MINUTE = timedelta(seconds=30)
MINUTE = timedelta(minutes=1)


def _summary(*latencies: float, since: int = 0, until: int = 60, failures: int = 0) -> PingSummary:
    last = NOON + timedelta(minutes=until)
    return PingSummary(
        since=NOON + timedelta(minutes=since),
        until=last,
        pings=len(latencies) + failures,
        failures=failures,
        spread=spread_of(latencies),
        buckets=counted(latencies),
        condition=Condition.OK if latencies else Condition.DOWN,
        cause=None if latencies else Cause.TIMEOUT,
        last_success_at=last if latencies else None,
        last_latency_ms=latencies[-1] if latencies else None,
        version=f"after {until} minutes" if latencies else None,
    )


def test_a_summary_says_how_many_there_were_and_what_the_last_ones_found() -> None:
    rollup = Rollup()
    rollup.add(NOON, success(latency_ms=8.0, version="1"))
    rollup.add(NOON + HALF_MINUTE, success(latency_ms=4.0, version="2"))
    rollup.add(NOON + MINUTE, failure(Cause.TIMEOUT))
    rollup.add(NOON + 3 * HALF_MINUTE, failure(Cause.GATEWAY_STARTING))

    assert rollup.sum_up() == PingSummary(
        since=NOON,
        until=NOON + 3 * HALF_MINUTE,
        pings=4,
        failures=1,
        spread=Spread(4.0, 4.0, 8.0, 8.0, 8.0),
        buckets=counted([8.0, 4.0]),
        condition=Condition.STARTING,
        cause=Cause.GATEWAY_STARTING,
        last_success_at=NOON + HALF_MINUTE,
        last_latency_ms=4.0,
        version="2",
    )


def test_a_gateway_that_only_failed_has_no_latencies_and_no_last_success() -> None:
    rollup = Rollup()
    rollup.add(NOON, failure(Cause.TOKEN_MISMATCH))
    summary = rollup.sum_up()
    assert summary is not None
    assert (summary.pings, summary.failures, summary.condition) == (1, 1, Condition.REFUSED)
    assert (summary.spread, summary.buckets) == (None, {})
    assert (summary.last_success_at, summary.last_latency_ms, summary.version) == (None,) * 3


def test_a_degraded_gateway_succeeds() -> None:
    rollup = Rollup()
    rollup.add(NOON, success()._replace(condition=Condition.DEGRADED, cause=Cause.NOT_READY))
    summary = rollup.sum_up()
    assert summary is not None
    assert (summary.failures, summary.last_success_at, summary.cause) == (0, NOON, Cause.NOT_READY)


def test_each_summary_begins_where_the_one_before_ended() -> None:
    rollup = Rollup()
    assert rollup.sum_up() is None
    rollup.add(NOON, success())
    first = rollup.sum_up()
    assert rollup.sum_up() is None
    rollup.add(NOON + MINUTE, failure())
    second = rollup.sum_up()
    assert first is not None
    assert second is not None
    assert (first.since, first.until, first.pings) == (NOON, NOON, 1)
    assert (second.since, second.until, second.pings) == (NOON, NOON + MINUTE, 1)
    assert second.last_success_at is None


def test_two_summaries_merge_into_what_one_would_have_said() -> None:
    one = _summary(10.0, 20.0, until=60, failures=1)
    other = _summary(5.0, 40.0, since=60, until=120, failures=2)
    both = merged(one, other)

    assert both.since == one.since
    assert (both.until, both.condition, both.version) == (other.until, Condition.OK, other.version)
    assert (both.pings, both.failures) == (7, 3)
    assert both.buckets == counted([10.0, 20.0, 5.0, 40.0])
    exact = spread_of([10.0, 20.0, 5.0, 40.0])
    assert exact is not None
    assert both.spread == pytest.approx(exact, rel=0.025)
    assert (both.spread.minimum, both.spread.maximum) == (5.0, 40.0)  # type: ignore[union-attr]


def test_merging_with_hours_of_failures_keeps_the_last_success() -> None:
    well, ill = _summary(10.0, until=60), _summary(since=60, until=120, failures=9)

    both = merged(well, ill)
    assert (both.condition, both.cause) == (Condition.DOWN, Cause.TIMEOUT)
    assert (both.last_success_at, both.last_latency_ms) == (well.until, 10.0)
    assert (both.version, both.spread) == (well.version, well.spread)
    assert merged(ill, well).spread == well.spread
    assert merged(ill, ill).spread is None
