"""How much of the watched time a gateway was not down."""

from datetime import UTC, datetime, timedelta

import pytest

from openclaw_manager.domain.availability import Span, availability, joined, total

_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _span(first: float, last: float) -> Span:
    return Span(_NOON + timedelta(minutes=first), _NOON + timedelta(minutes=last))


_HOUR = _span(0, 60)


def test_spans_that_overlap_or_touch_are_one() -> None:
    spans = [_span(30, 40), _span(0, 10), _span(10, 20), _span(15, 25), _span(16, 17)]

    assert joined(spans) == [_span(0, 25), _span(30, 40)]


def test_what_lies_outside_of_a_window_does_not_count() -> None:
    assert total([_span(-30, 10), _span(50, 90), _span(70, 80)], _HOUR) == timedelta(minutes=20)


@pytest.mark.parametrize(
    ("watched", "outages", "share"),
    [
        ([_span(0, 60)], [], 1),
        ([_span(0, 60)], [_span(0, 15)], 0.75),
        ([_span(0, 60)], [_span(-100, 100)], 0),
        ([_span(0, 20)], [_span(10, 20)], 0.5),
        ([_span(0, 10)], [_span(50, 60)], 0.5),  # an outage goes on while nobody looks
        ([_span(-60, 0)], [], None),
        ([_span(-60, 0)], [_span(-30, 100)], 0),
        ([], [_span(10, 11)], None),  # the good time around it is yet to be summed up
        ([], [], None),
        ([_span(5, 5)], [], None),
    ],
)
def test_availability_is_the_part_of_what_is_known_that_was_no_outage(
    watched: list[Span], outages: list[Span], share: float | None
) -> None:
    assert availability(watched, outages, _HOUR) == share
