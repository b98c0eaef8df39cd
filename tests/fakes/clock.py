"""A clock that nobody has to wait for."""

from datetime import UTC, datetime, timedelta


class TickingClock:
    """Begins at noon, and is one second later whenever it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """Tell the time, and let a second pass."""
        self._now += timedelta(seconds=1)
        return self._now
