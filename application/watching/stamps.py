"""The time that a watch gives to what it finds."""

from collections.abc import Callable
from datetime import datetime, timedelta

from openclaw_manager.application.ports.clock import Clock

_SLOWED = 2


class Stamps:
    """Tells the time of the clock, but never an earlier one than before.

    When the clock is set back, the time goes on at half its speed until the clock has caught
    up, so that what lasts meanwhile still has a duration. ``monotonic`` tells seconds of a
    clock that nobody sets.
    """

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._last = clock.now()
        self._last_at = monotonic()
        self.behind = timedelta(0)
        """How far the clock is behind what was told last."""

    def now(self) -> datetime:
        """Tell the time (UTC)."""
        told, at = self._clock.now(), self._monotonic()
        self.behind = max(self._last - told, timedelta(0))
        slowly = self._last + timedelta(seconds=(at - self._last_at) / _SLOWED)
        self._last = slowly if self.behind else told
        self._last_at = at
        return self._last
