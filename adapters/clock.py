"""The clock of this machine."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the time of the operating system."""

    def now(self) -> datetime:
        """Tell the current time in UTC."""
        return datetime.now(UTC)
