"""Scales: where the marks of an axis are, and what stands beside them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10

from openclaw_manager.domain.availability import Span

_STEPS = (1, 2, 5, 10)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_TIMES = (
    *(_MINUTE * count for count in (1, 2, 5, 10, 20, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 5, 10, 30, 90, 365)),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def marks_up_to(maximum: float, most: int) -> Sequence[float]:
    """Give round numbers at equal distances, from 0 to one that is not below ``maximum``.

    There are ``most`` distances or fewer.
    """
    if not maximum > 0:
        return (0.0, 1.0)
    rough = maximum / most
    power = 10.0 ** floor(log10(rough))
    step = next(step for step in _STEPS if step * power >= rough * (1 - 1e-9)) * power
    return [step * number for number in range(ceil(maximum / step - 1e-9) + 1)]


def times_within(span: Span, most: int) -> tuple[Sequence[datetime], timedelta]:
    """Give times (UTC) that a clock or a calendar has marks for, and what lies between them.

    There are ``most`` or fewer.
    """
    length = span.end - span.start
    step = next((step for step in _TIMES if length / step <= most), _TIMES[-1])
    first = -(-(span.start - _EPOCH) // step)
    last = (span.end - _EPOCH) // step
    return [_EPOCH + number * step for number in range(first, last + 1)], step


def time_label(moment: datetime, step: timedelta) -> str:
    """Write what stands beside a mark: the time, or the day where one begins."""
    if step >= _DAY or moment.hour == moment.minute == 0:
        return f"{moment:%b} {moment.day}"
    return f"{moment:%H:%M}"


def number_label(number: float) -> str:
    """Write a number of milliseconds with no more digits than it needs."""
    return f"{number:.6g} ms"
