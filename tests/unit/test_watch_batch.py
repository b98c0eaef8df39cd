"""What a watch keeps while nothing can be recorded."""

from datetime import datetime, timedelta

from openclaw_manager.application.watching.batch import Item, condensed
from openclaw_manager.domain.rollup import PingSummary, Rollup
from watching import NOON, success

HOUR = timedelta(hours=1)


def _an_hour(since: datetime) -> PingSummary:
    rollup = Rollup()
    rollup.add(since, success())
    rollup.add(since + HOUR, success())
    summary = rollup.sum_up()
    assert summary is not None
    return summary


def _watched(items: list[Item]) -> timedelta:
    spans = (one.until - one.since for one in items if isinstance(one, PingSummary))
    return sum(spans, timedelta())


def test_summaries_without_a_gap_become_a_day_of_them() -> None:
    hours: list[Item] = [_an_hour(NOON + number * HOUR) for number in range(48)]
    kept = condensed(hours)
    assert len(kept) == 24
    assert _watched(kept) == _watched(hours) == 48 * HOUR


def test_a_time_in_which_nobody_watched_does_not_count_as_watched() -> None:
    before: list[Item] = [_an_hour(NOON + number * HOUR) for number in range(5)]
    after: list[Item] = [_an_hour(NOON + number * HOUR) for number in range(20, 50)]
    kept = condensed([*before, *after])
    assert _watched(kept) == 35 * HOUR
    assert len(kept) == 25
