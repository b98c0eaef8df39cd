"""What every row is measured with, and what comes out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal, NamedTuple

_MS = 1000


class Goal(NamedTuple):
    """What a row is to reach; the unit is ``x`` for a ratio, ``ms``, ``%``, or none for a count."""

    comparison: Literal["at most", "at least"]
    value: float
    unit: str = "x"

    def is_met_by(self, reached: float) -> bool:
        """Compare, without rounding first."""
        return reached <= self.value if self.comparison == "at most" else reached >= self.value

    def __str__(self) -> str:
        return f"{self.comparison} {self.value:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table; ``ours`` and ``bare`` are medians in ``unit``, or counts."""

    what: str
    ours: float
    bare: float
    unit: str
    reached: float
    goal: Goal

    @property
    def met(self) -> bool:
        """Whether the goal was reached."""
        return self.goal.is_met_by(self.reached)

    def document(self) -> dict[str, Any]:
        """Give the line as JSON has it."""
        return {
            "what": self.what,
            "ours": self.ours,
            "bare": self.bare,
            "unit": self.unit,
            "reached": self.reached,
            "target": str(self.goal),
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder for one row, how often to measure, and whether to do it only for show."""

    folder: Path
    runs: int
    quick: bool

    def size(self, real: int, quick: int) -> int:
        """Choose how many of something there are."""
        return quick if self.quick else real

    def medians(
        self, ours: Callable[[], object], bare: Callable[[], object], runs: int | None = None
    ) -> tuple[float, float]:
        """Time both in turns, in milliseconds; the first turn of each warms up and is dropped."""
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(self.size(1 + (runs or self.runs), 1)):
            for work, kept in zip((ours, bare), times, strict=True):
                began = perf_counter()
                work()
                kept.append((perf_counter() - began) * _MS)
        first, second = (median(kept[0 if self.quick else 1 :]) for kept in times)
        return first, second

    def ratio(
        self,
        what: str,
        goal: Goal,
        ours: Callable[[], object],
        bare: Callable[[], object],
        runs: int | None = None,
    ) -> Result:
        """Time both in turns, and hold the ratio of their medians against the goal."""
        our_time, bare_time = self.medians(ours, bare, runs)
        return Result(what, our_time, bare_time, "ms", our_time / bare_time, goal)
