"""Thresholds: how many pings in a row it takes to call a gateway down, or up again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InvalidThreshold
from openclaw_manager.domain.ping import PingOutcome, Step

# A watch looks these up a hundred million times a year.
_OK, _DEGRADED, _STARTING = Condition.OK, Condition.DEGRADED, Condition.STARTING
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many failures in a row mean down, and how many successes in a row mean up.

    Raises ``InvalidThreshold`` for less than one of either.
    """

    failures: int = 3
    successes: int = 2

    def __post_init__(self) -> None:
        for what, number in (("failures", self.failures), ("successes", self.successes)):
            if number < 1:
                raise InvalidThreshold(what, number)


class Down(NamedTuple):
    """A gateway went down: ``since`` the first failure of the run, for the cause of the last."""

    since: datetime
    at: datetime
    condition: Condition
    cause: Cause
    detail: str | None
    step: Step | None
    failures: int


class Up(NamedTuple):
    """A gateway came up: ``since`` the first success of the run.

    ``flaps`` counts the runs of successes during the outage that broke off too early.
    ``condition``, ``cause`` and ``latency_ms`` are those of the last success.
    """

    since: datetime
    at: datetime
    flaps: int
    successes: int
    condition: Condition = Condition.OK
    cause: Cause | None = None
    latency_ms: float | None = None


class Judge:
    """Weighs the pings of one gateway, one after the other.

    A gateway that answers well (``ok``, ``degraded``) succeeds, one that does not (``down``,
    ``refused``) fails. One that is ``starting`` does neither: runs go on as if it had not
    been asked.
    """

    def __init__(self, thresholds: Thresholds, *, down: bool = False) -> None:
        self.down = down
        self._needed = thresholds
        self._run = 0  # failures in a row, or while down successes in a row
        self._since = _NEVER
        self._flaps = 0

    def weigh(self, at: datetime, outcome: PingOutcome) -> Down | Up | None:
        """Take the next ping; the answer is what it made of the gateway, if anything."""
        condition = outcome.condition
        if condition is _OK or condition is _DEGRADED:
            if self.down:
                return self._recovering(at, outcome)
            self._run = 0
        elif condition is not _STARTING:
            if not self.down:
                return self._failing(at, outcome)
            self._flaps += self._run > 0
            self._run = 0
        return None

    def forget_run(self) -> None:
        """Count anew, since nobody watched for a while; down stays down, and up stays up."""
        self._run = 0

    def _failing(self, at: datetime, outcome: PingOutcome) -> Down | None:
        if self._falls_short_of(self._needed.failures, at):
            return None
        assert outcome.cause is not None, "whatever fails has a cause"
        self.down, self._run, self._flaps = True, 0, 0
        return Down(
            since=self._since,
            at=at,
            condition=outcome.condition,
            cause=outcome.cause,
            detail=outcome.detail,
            step=outcome.failed_step,
            failures=self._needed.failures,
        )

    def _recovering(self, at: datetime, outcome: PingOutcome) -> Up | None:
        if self._falls_short_of(self._needed.successes, at):
            return None
        self.down, self._run = False, 0
        return Up(
            since=self._since,
            at=at,
            flaps=self._flaps,
            successes=self._needed.successes,
            condition=outcome.condition,
            cause=outcome.cause,
            latency_ms=outcome.latency_ms,
        )

    def _falls_short_of(self, needed: int, at: datetime) -> bool:
        """Count one more of a run, and tell whether that is too short as yet."""
        if self._run == 0:
            self._since = at
        self._run += 1
        return self._run < needed
