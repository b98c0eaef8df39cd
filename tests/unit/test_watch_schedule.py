"""When a watch pings whom: at a fixed rate, spread, and in step whatever is late."""

from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.application.watching.schedule import Schedule

IDS = [UUID(int=(2 * number + 1) * 2**128 // 8, version=4) for number in range(4)]


def _ticks(schedule: Schedule, until: float) -> dict[UUID, list[float]]:
    """Follow a schedule without ever being late."""
    ticks: dict[UUID, list[float]] = {}
    while (now := schedule.next()) < until:
        for id_ in schedule.due(now):
            ticks.setdefault(id_, []).append(now)
    return ticks


def test_everybody_is_due_soon_and_then_at_a_fixed_rate() -> None:
    schedule = Schedule(30.0, 30.0, 100.0)
    schedule.keep(IDS, 100.0)
    ticks = _ticks(schedule, 100.0 + 3600)
    assert ticks.keys() == set(IDS)
    for times in ticks.values():
        assert 100.0 <= times[0] < 100.1
        assert 15.0 <= times[1] - times[0] <= 45.0
        assert {round(after - before, 6) for before, after in pairwise(times[1:])} == {30.0}


def test_the_moments_of_many_are_spread_over_the_interval() -> None:
    schedule = Schedule(30.0, 30.0, 0.0)
    ids = [uuid4() for _ in range(1000)]
    schedule.keep(ids, 0.0)
    ticks = _ticks(schedule, 90.0)
    in_each_second = [0] * 30
    for times in ticks.values():
        in_each_second[int(times[-1] % 30)] += 1
    assert max(in_each_second) < 100, "all at once would be a thousand"


def test_without_a_spread_all_are_due_at_the_same_time() -> None:
    schedule = Schedule(30.0, 0.0, 0.0)
    schedule.keep(IDS, 0.0)
    assert [len(set(times)) for times in zip(*_ticks(schedule, 100.0).values(), strict=True)] == [
        1
    ] * 4


def test_a_thousand_are_not_asked_all_at_once_in_the_beginning() -> None:
    schedule = Schedule(30.0, 30.0, 0.0)
    schedule.keep([uuid4() for _ in range(1000)], 0.0)
    assert len(list(schedule.due(1.0))) < 200
    assert len(list(schedule.due(20.0))) > 600


def test_missed_ticks_are_skipped_and_the_moments_stay() -> None:
    schedule = Schedule(30.0, 30.0, 0.0)
    schedule.keep(IDS[:1], 0.0)
    [first, second] = [schedule.next() for _ in range(2) if list(schedule.due(schedule.next()))]
    assert list(schedule.due(second + 1000.0)) == IDS[:1], "once, and not for each tick"
    assert schedule.next() > second + 1000.0
    assert (schedule.next() - second) % 30 == pytest.approx(0)
    assert first < second


def test_who_comes_and_goes_moves_nobody_else() -> None:
    alone, others = Schedule(30.0, 30.0, 0.0), Schedule(30.0, 30.0, 0.0)
    alone.keep(IDS[:1], 0.0)
    others.keep(IDS, 0.0)
    expected = _ticks(alone, 200.0)[IDS[0]][1:]
    times = _ticks(others, 100.0)[IDS[0]]
    others.keep(IDS[:2], 100.0)
    times += _ticks(others, 200.0)[IDS[0]]
    assert times[1:] == expected


def test_who_is_gone_is_not_due_any_more_and_is_soon_once_they_came_again() -> None:
    schedule = Schedule(30.0, 30.0, 0.0)
    schedule.keep(IDS[:1], 0.0)
    list(schedule.due(5.0))
    schedule.keep([], 6.0)
    assert list(schedule.due(1000.0)) == []
    assert schedule.next() == float("inf")
    schedule.keep(IDS[:1], 1001.0)
    assert 1001.0 <= schedule.next() < 1001.1


@pytest.mark.parametrize(
    ("gateways", "timeout", "concurrency", "at_most", "places"),
    [
        (4, 10.0, 32, 1000, 32),
        (1000, 10.0, 32, 5000, 334),
        (1000, 60.0, 32, 5000, 1000),
        (1000, 10.0, 32, 200, 200),
        (1000, 10.0, 4, 4, 4),
    ],
)
def test_there_are_places_enough_for_the_schedule_with_nobody_answering(
    gateways: int, timeout: float, concurrency: int, at_most: int, places: int
) -> None:
    assert WatchPlan(30.0, 30.0, timeout, concurrency, at_most).places(gateways) == places
