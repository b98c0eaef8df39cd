"""How far one attempt came, and how long each step took."""

from collections.abc import Iterator
from contextlib import contextmanager
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

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Time what happens inside, whichever way it ends."""
        began, ok = perf_counter(), False
        self._began = self._began or began
        try:
            yield
            ok = True
        finally:
            self._steps.append(TimedStep(step, rounded((perf_counter() - began) * _MS), ok))

    def drop_step(self) -> None:
        """Take back the last step, which turned out not to be one that this dialect has."""
        self._steps.pop()
