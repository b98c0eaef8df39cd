"""The need to know what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time, for the record and not for measuring durations."""

    def now(self) -> datetime:
        """Tell the current time as an aware UTC datetime."""
        ...
