"""Times as every Minion and every document has them."""

from datetime import UTC, datetime


def iso(moment: datetime | None) -> str | None:
    """Write a time in UTC with milliseconds and a ``Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
