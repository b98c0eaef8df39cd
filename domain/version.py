"""Versions of gateways, and which comes before which."""

import re

from openclaw_manager.domain.errors import InvalidVersion

_VERSION = re.compile(r"v?(\d{1,9}(?:\.\d{1,9})*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_PREVIEW, _RELEASE, _CORRECTION = range(3)

_Key = tuple[list[int], int, list[tuple[bool, int, str]]]


def is_below(version: str | None, least: str) -> bool:
    """Whether a version comes before another one; one that is none does, since nobody knows.

    OpenClaw counts by date (``2026.9.6``), previews come before a release (``-beta.1``), and
    corrections after it (``-1``). Raises ``InvalidVersion`` for a ``least`` that is none.
    """
    bar = _key(least)
    if bar is None:
        raise InvalidVersion(least)
    key = _key(version or "")
    return key is None or key < bar


def _key(version: str) -> _Key | None:
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    numbers = [int(number) for number in match[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    suffix = match[2] or ""
    kind = _CORRECTION if suffix.isdecimal() else _PREVIEW if suffix else _RELEASE
    return numbers, kind, [_part(part) for part in suffix.split(".")]


def _part(part: str) -> tuple[bool, int, str]:
    """Count numbers by value, and before words."""
    return (False, int(part[:18]), "") if part.isdecimal() else (True, 0, part)
