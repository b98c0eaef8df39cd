"""The timeline: which position of the log belongs to a moment."""

from collections.abc import Callable
from datetime import datetime

from openclaw_manager.application.event_log import EventLog

_OUT_OF_ORDER = 500  # events; see Timeline


class Timeline:
    """Finds positions by time, in a log that is in the order in which events were appended.

    Mostly the two orders are one. They differ by moments where several processes append at
    once, each having looked at the clock before, and by more where the clock was set, or the
    clocks of several machines disagree. Then the times of the events are what counts, since
    that is what people read: an event whose clock was ahead is later than those that followed
    it, and the last event at or before a moment may have later ones in front of it.

    A position is found by halving the log and then looking at the next 500 events, so events
    that are out of order for longer than that may be missed.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def last_until(self, moment: datetime) -> int:
        """Give the position of the last event at or before a moment; 0 if there is none."""
        return self._furthest(0, self._log.head(), lambda at: at <= moment)

    def first_since(self, moment: datetime) -> int:
        """Give the position of the first event at or after a moment; one beyond all if none."""
        return self._furthest(self._log.head() + 1, 1, lambda at: at >= moment)

    def _furthest(self, start: int, end: int, holds: Callable[[datetime], bool]) -> int:
        """Give the last position on the way from ``start`` to ``end`` where it holds."""
        step = 1 if start <= end else -1
        found = start
        while (found := self._boundary(found, end, holds, step)) != end:
            beyond = self._log.times_between(found + step, end, _OUT_OF_ORDER)
            again = [position for position, at in beyond if holds(at)]
            if not again:
                break
            found = again[-1]
        return found

    def _boundary(self, start: int, end: int, holds: Callable[[datetime], bool], step: int) -> int:
        """Give a position where it holds, and at the next one does not, by halving."""
        found, near, far = start, start + step, end
        while (far - near) * step >= 0:
            middle = (near + far) // 2
            nearest = self._log.times_between(middle, near, 1)
            if not nearest:  # a damaged log may lack some
                near = middle + step
            elif holds(nearest[0][1]):
                found, near = nearest[0][0], middle + step
            else:
                far = nearest[0][0] - step
        return found
