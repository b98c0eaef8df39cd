"""Availability: how much of the time in which a gateway was watched it was not down."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """A time from one moment to another, not before it."""

    start: datetime
    end: datetime

    def within(self, other: "Span") -> "Span | None":
        """Give the part that lies in another; None where that is nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap or touch; the answer is in order, with time between any two."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            if span.end > found[-1].end:
                found[-1] = Span(found[-1].start, span.end)
        else:
            found.append(span)
    return found


def total(spans: Iterable[Span], window: Span) -> timedelta:
    """Tell how much of a window the spans cover, each moment counted once."""
    inside = (part for span in spans if (part := span.within(window)))
    return sum((span.end - span.start for span in joined(inside)), timedelta())


def availability(watched: Iterable[Span], outages: Iterable[Span], window: Span) -> float | None:
    """Tell which part of the time known in a window was no outage, from 0 to 1.

    Known is a time that was watched, or belongs to an outage: that an outage goes on while
    nobody looks is what its having no end says. None where nothing is known, or nothing was
    watched as yet, in the window or not: an outage is known at once, and the good time before
    it only with the summary to come.
    """
    watched, outages = list(watched), list(outages)
    known = total([*watched, *outages], window)
    if not watched or not known:
        return None
    return 1 - total(outages, window) / known
