"""Moments as people write them: a time, how long ago, or a place in the log."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from openclaw_manager.domain.errors import InvalidMoment
from openclaw_manager.entrypoints.duration import seconds_in

EXAMPLES = "2026-11-23T16:00, 2026-11-23T16:00Z, 2026-11-23, 90m, 2h, 3d, yesterday, today, now"

_position = re.compile(r"[0-9]+").fullmatch
_ago = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|[smhd]))+", re.IGNORECASE).fullmatch
_parts_of = re.compile(r"[0-9.]+[a-z]+").findall
_DAYS_AGO = {"today": 0, "yesterday": 1}
_MOST_DIGITS = 18  # of a position: SQLite counts no further


def moment_in(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Read a moment, and give it in UTC; raises ``InvalidMoment``.

    It is an ISO time, of which a time without an offset is local and a date alone is its
    midnight; how long ago, as in ``90m``, ``2h``, ``1h30m`` or ``3d``; ``now``; or ``today`` or
    ``yesterday``, which are their midnights, as they are to journalctl.

    ``now`` has an offset. ``zone`` is the one that is local, None that of this machine. Of a
    local time that comes twice, when clocks are put back, the first is meant.
    """
    written = text.strip()
    word = written.lower().removesuffix(" ago")
    if _position(written):
        raise InvalidMoment(text, "is a number, and here a time is wanted: 2h, or 2026-11-23")
    try:
        if word == "now":
            return now.astimezone(UTC)
        if word in _DAYS_AGO:
            day = now.astimezone(zone).date() - timedelta(days=_DAYS_AGO[word])
            return _in_utc(datetime.combine(day, time()), zone)
        if _ago(word):
            seconds = sum(map(seconds_in, _parts_of(word)))
            return (now - timedelta(seconds=seconds)).astimezone(UTC)
        return _in_utc(_iso_time(written), zone)
    except OverflowError as error:
        raise InvalidMoment(text, "is beyond the years that can be counted") from error
    except ValueError as error:
        raise InvalidMoment(text, f"is none; one is written {EXAMPLES}") from error


def place_in(text: str, now: datetime, zone: tzinfo | None = None) -> datetime | int:
    """Read a moment, or digits alone as a position in the log; raises ``InvalidMoment``."""
    written = text.strip()
    if not _position(written):
        return moment_in(text, now, zone)
    if len(written) > _MOST_DIGITS:
        raise InvalidMoment(text, "is beyond the end of any log")
    return int(written)


def _iso_time(written: str) -> datetime:
    """Read an ISO time, or an ISO date as its midnight; raises ``ValueError``."""
    try:
        return datetime.combine(date.fromisoformat(written), time())
    except ValueError:
        return datetime.fromisoformat(written)


def _in_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)  # which takes a time without an offset as this machine's
