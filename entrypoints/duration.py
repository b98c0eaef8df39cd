"""Durations as people write them."""

import re

_SHAPE = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_in(text: str) -> float:
    """Read ``5``, ``500ms``, ``5s``, ``2m``, ``2h`` or ``1d`` as seconds; raises ``ValueError``."""
    match = _SHAPE.fullmatch(text.strip())
    if not match:
        raise ValueError("is no duration; write seconds, or 500ms, 5s, 2m, 2h")
    return float(match[1]) * _SECONDS[match[2]]
