"""Statistics and courses, from records that stand in no log."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.watch_records import InMemoryWatchRecords
from openclaw_manager.application.course import Courses
from openclaw_manager.application.ports.watch_records import OutageRecord, PingRecord
from openclaw_manager.application.statistics import Statistics
from openclaw_manager.domain.latencies import counted

_NOW = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
_ID = "0b6f2f9e-0000-4000-8000-000000000001"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class _Clock:
    def now(self) -> datetime:
        return _NOW


def _summary(since: datetime, *latencies: float, failures: int = 0) -> PingRecord:
    return PingRecord(
        instance_id=_ID,
        since=since,
        until=since + _HOUR,
        pings=len(latencies) + failures,
        failures=failures,
        buckets=counted(latencies),
        minimum=min(latencies, default=None),
        maximum=max(latencies, default=None),
    )


def _single(at: datetime, latency: float | None) -> PingRecord:
    buckets = {} if latency is None else counted([latency])
    return PingRecord(_ID, at, at, 1, int(latency is None), buckets, latency, latency)


def _outage(began: datetime, ended: datetime | None) -> OutageRecord:
    return OutageRecord(7, _ID, began, ended, "down", "timeout", None, "connect", 3, 0)


def test_nothing_is_told_of_what_was_never_pinged() -> None:
    known = Statistics(InMemoryWatchRecords(), _Clock()).of(_ID)

    assert not known.known
    assert set(known.availability.values()) == {None}
    assert known.spread is None
    assert known.medians == [None] * 24


def test_one_ping_is_a_spread_and_no_availability() -> None:
    records = InMemoryWatchRecords(pings=[_single(_NOW - 40 * _MINUTE, 1.8)])
    known = Statistics(records, _Clock()).of(_ID)

    assert known.known
    assert known.availability == {"24h": None, "7d": None, "30d": None}
    assert known.spread is not None
    assert known.spread.median == known.spread.p99 == 1.8
    assert known.medians == [None] * 22 + [1.8, None]


def test_each_window_has_what_ended_in_it() -> None:
    records = InMemoryWatchRecords(
        pings=[
            _summary(_NOW - 2 * _HOUR, 10, 10, 10),
            _summary(_NOW - 3 * _DAY, 20, 20, 20, 20, 20, 20, 20),
            _summary(_NOW - 20 * _DAY, *[40.0] * 100),
            _summary(_NOW - 40 * _DAY, *[80.0] * 1000),
        ],
        outages=[_outage(_NOW - 3 * _DAY, _NOW - 3 * _DAY + 30 * _MINUTE)],
    )
    known = Statistics(records, _Clock()).of(_ID)

    assert known.spread is not None
    assert known.spread.maximum == 10
    assert known.availability == pytest.approx({"24h": 1, "7d": 0.75, "30d": 1 - 0.5 / 3})
    assert known.outage is None


def test_an_outage_that_goes_on_counts_until_now() -> None:
    records = InMemoryWatchRecords(
        pings=[_summary(_NOW - 2 * _HOUR, 10)], outages=[_outage(_NOW - _HOUR, None)]
    )
    known = Statistics(records, _Clock()).of(_ID)

    assert known.availability["24h"] == 0.5
    assert known.outage is not None
    assert known.outage.position == 7


def test_the_medians_are_by_the_hours_of_the_clock() -> None:
    full_hour = _NOW - 30 * _MINUTE
    records = InMemoryWatchRecords(
        pings=[
            *(_summary(full_hour - hours * _HOUR, 10.0 * hours) for hours in (1, 2, 23)),
            _summary(full_hour - 24 * _HOUR, 999),
            _single(full_hour - 61 * _MINUTE, 30),
            _single(_NOW - _MINUTE, 5),
            _single(_NOW, None),
        ]
    )
    medians = Statistics(records, _Clock()).of(_ID).medians

    assert medians[0] == 230
    assert medians[21:] == [pytest.approx(20, rel=0.025), 10, 5]
    assert set(medians[1:21]) == {None}


def test_a_course_begins_with_what_is_known_first() -> None:
    began = _NOW - 5 * _HOUR
    records = InMemoryWatchRecords(pings=[_summary(began, 10), _summary(_NOW - 40 * _DAY, 1)])

    assert Courses(records, _Clock()).of(_ID).span == (began, _NOW)
    assert Courses(records, _Clock()).of(_ID, _NOW - _DAY).span == (_NOW - _DAY, _NOW)
    assert Courses(InMemoryWatchRecords(), _Clock()).of(_ID).span == (_NOW - 10 * _MINUTE, _NOW)


def test_a_course_is_cut_into_slices_that_say_what_happened_in_them() -> None:
    start = _NOW - 10 * _HOUR
    records = InMemoryWatchRecords(
        pings=[
            _summary(start, 10.0, 12.0),
            _summary(start + 4 * _HOUR, 30, failures=40),
            _summary(start + 7 * _HOUR, 20, failures=1),
            _single(start + 8.5 * _HOUR, 5),
            _single(start + 9.5 * _HOUR, None),
        ],
        outages=[_outage(start + 4.5 * _HOUR, start + 5.5 * _HOUR)],
    )
    course = Courses(records, _Clock()).of(_ID, start)
    slices = course.slices(40)  # of a quarter of an hour

    assert (slices[0].median, slices[0].p95) == pytest.approx((10, 12), rel=0.025)
    assert slices[0].watched
    assert slices[10] == (None, None, False, False, False)
    assert [one.down for one in slices[16:24]] == [False] * 2 + [True] * 5 + [False]
    assert not any(one.failed for one in slices[:28])  # those of an outage are told as that
    assert slices[29].failed
    assert slices[34] == (5, 5, False, False, False)
    assert slices[38] == (None, None, False, False, True)
    assert course.availability == pytest.approx(2.5 / 3.5)
    assert course.time_down == _HOUR
