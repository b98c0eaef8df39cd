"""How far one attempt came, and how long each step took."""

from time import perf_counter
from typing import Protocol

from openclaw_manager.domain.ping import Certificate, Dialect, Step, TimedStep

_MS = 1000


def rounded(ms: float) -> float:
    """Keep the microseconds; no clock here tells more."""
    return round(ms, 3)


class Presents(Protocol):
    """Something in which a certificate can be read, in its own time."""

    @property
    def certificate(self) -> Certificate | None:
        """What it says; None if it cannot be read."""
        ...


class Progress:
    """The steps taken so far; the last one is not ok if the attempt ended in it."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._steps: list[TimedStep] = []
        self.dialect: Dialect | None = None
        self.presented: Presents | None = None

    @property
    def certificate(self) -> Certificate | None:
        """What was presented for TLS, read now: that may take longer than a whole step."""
        return self.presented.certificate if self.presented else None

    @property
    def steps(self) -> tuple[TimedStep, ...]:
        """The steps, in the order in which they were taken."""
        return tuple(self._steps)

    @property
    def ms(self) -> float:
        """How long ago the first step began."""
        now = perf_counter()
        return (now - (self._began or now)) * _MS

    def step(self, step: Step) -> "_Timing":
        """Time what happens in the context that this is, whichever way it ends."""
        began = perf_counter()
        self._began = self._began or began
        return _Timing(self._steps, step, began)

    def drop_step(self) -> None:
        """Take back the last step, which turned out not to be one that this dialect has."""
        self._steps.pop()


class _Timing:
    """The time of one step; a generator would do, and take longer than some of the steps."""

    __slots__ = ("_began", "_step", "_steps")

    def __init__(self, steps: list[TimedStep], step: Step, began: float) -> None:
        self._steps = steps
        self._step = step
        self._began = began

    def __enter__(self) -> None:
        """Begin, which has happened."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End, well or not."""
        ms = rounded((perf_counter() - self._began) * _MS)
        self._steps.append(TimedStep(self._step, ms, kind is None))
