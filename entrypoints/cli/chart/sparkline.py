"""Sparklines: numbers as bars one character high."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
NOTHING = "·"


def sparkline(numbers: Sequence[float | None]) -> str:
    """Draw a bar for each number, as high in comparison with the greatest as the number is."""
    greatest = max((number for number in numbers if number is not None), default=0)
    return "".join(NOTHING if one is None else _bar(one, greatest) for one in numbers)


def _bar(number: float, greatest: float) -> str:
    share = number / greatest if greatest else 0
    return BARS[min(int(share * len(BARS)), len(BARS) - 1)]
