"""How long something lasted, as people say it."""

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def lasting(seconds: float) -> str:
    """Write a duration in its two greatest units, as in ``2 h 14 min``; less than 1 s as that."""
    left = int(seconds)
    if left < 1:
        return "less than 1 s"
    parts: list[str] = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(filter(None, parts[:2]))
