"""The law of availability: it is what somebody finds who looks at every second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fakes.watch_records import InMemoryWatchRecords
from openclaw_manager.application.incidents import Incidents
from openclaw_manager.application.outages import outages_since
from openclaw_manager.application.ports.watch_records import OutageRecord, PingRecord
from openclaw_manager.application.statistics import WINDOWS, Statistics
from openclaw_manager.domain.availability import Span, availability, joined

_START = datetime(2026, 11, 23, 12, tzinfo=UTC)
_END = 600  # seconds
_SECONDS = st.integers(-50, _END + 50)
_SPANS = st.lists(st.tuples(_SECONDS, _SECONDS).map(sorted), max_size=12)


def _span(first: int, last: int) -> Span:
    return Span(_START + timedelta(seconds=first), _START + timedelta(seconds=last))


def _seconds(spans: list[list[int]], window: range) -> set[int]:
    return {second for first, last in spans for second in range(first, last) if second in window}


@given(_SPANS, _SPANS, st.integers(0, _END), st.integers(0, _END))
def test_availability_is_that_of_a_model_that_looks_at_every_second(
    watched: list[list[int]], outages: list[list[int]], first: int, last: int
) -> None:
    window = range(min(first, last), max(first, last))
    down = _seconds(outages, window)
    known = _seconds(watched, window) | down
    expected = 1 - len(down) / len(known) if watched and known else None

    found = availability(
        [_span(*one) for one in watched],
        [_span(*one) for one in outages],
        _span(window.start, window.stop),
    )

    assert found == expected or abs((found or 0) - (expected or 0)) < 1e-9
    assert (found is None) == (expected is None)


@given(_SPANS)
def test_joined_spans_cover_the_same_and_have_time_between_them(spans: list[list[int]]) -> None:
    everything = range(-50, _END + 51)
    found = joined(_span(*one) for one in spans)
    numbers = [
        [int((moment - _START).total_seconds()) for moment in (one.start, one.end)] for one in found
    ]

    assert _seconds(numbers, everything) == _seconds(spans, everything)
    assert all(one.end < other.start for one, other in pairwise(found))


class _Now:
    """A clock that stands still at the end."""

    def now(self) -> datetime:
        return _START + timedelta(seconds=_END)


_LIVES = st.lists(
    st.lists(st.integers(1, _END // 8), max_size=8),  # seconds up and down, by turns
    min_size=1,
    max_size=4,
)


def _records(lives: list[list[int]]) -> InMemoryWatchRecords:
    """Turn lives into a log: all is watched, and each second turn of an instance is down."""
    outages, pings = [], []
    for number, lengths in enumerate(lives):
        second = 0
        for turn, length in enumerate(lengths):
            if turn % 2:
                last = turn == len(lengths) - 1
                outages.append(
                    OutageRecord(
                        position=(second + 1) * len(lives) + number,
                        instance_id=str(number),
                        began=_START + timedelta(seconds=second),
                        ended=None if last else _START + timedelta(seconds=second + length),
                        condition="down",
                        cause="timeout",
                        detail=None,
                        step=None,
                        failures=3,
                        flaps=0,
                    )
                )
            second += length
        pings.append(PingRecord(str(number), *_span(0, _END), 9, 0, {}, None, None))
    return InMemoryWatchRecords(outages, pings)


def _down_at(lengths: list[int], second: int) -> bool:
    so_far = 0
    for turn, length in enumerate(lengths):
        so_far += length
        if second < so_far or turn == len(lengths) - 1:
            return bool(turn % 2)
    return False


@given(_LIVES)
def test_statistics_of_one_and_of_all_agree_with_the_lives_that_instances_had(
    lives: list[list[int]],
) -> None:
    statistics = Statistics(_records(lives), _Now())
    ids = [str(number) for number in range(len(lives))]
    of_all = statistics.of_all(ids)

    for id_, lengths in zip(ids, lives, strict=True):
        up = sum(not _down_at(lengths, second) for second in range(_END)) / _END
        of_one = statistics.of(id_)
        for name in WINDOWS:
            assert abs((of_one.availability[name] or 0) - up) < 1e-9
        assert of_all[id_].availability == of_one.availability
        assert (of_one.outage is not None) == _down_at(lengths, _END)


@given(_LIVES, st.integers(0, _END))
def test_incidents_since_a_moment_are_those_that_went_on_then_or_later(
    lives: list[list[int]], second: int
) -> None:
    records = _records(lives)
    since = _START + timedelta(seconds=second)
    names = {str(number): f"gw{number}" for number in range(len(lives))}
    incidents = Incidents(records, names, _Now())

    expected = [one for one in records.outages() if one.ended is None or one.ended >= since]
    assert list(outages_since(records, since)) == expected
    assert [one.id for one in incidents.find(since=since)] == [str(o.position) for o in expected]
    assert {one.instance_id for one in incidents.find(open_only=True)} == {
        str(number) for number, lengths in enumerate(lives) if _down_at(lengths, _END)
    }
