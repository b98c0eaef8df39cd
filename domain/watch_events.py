"""What a watch has to say of an instance: the events, and what they make of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from openclaw_manager.domain.condition import Condition, Status
from openclaw_manager.domain.provenance import Fact

if TYPE_CHECKING:
    from openclaw_manager.domain.alert import AlertReport
    from openclaw_manager.domain.instance import Instance
    from openclaw_manager.domain.rollup import PingSummary
    from openclaw_manager.domain.thresholds import Down, Up

_REACHABLE = frozenset(one.value for one in Condition if one.reachable)


class Outage(TypedDict):
    """An outage that has not ended, as events hold it; ``since`` is the first failure (ISO)."""

    since: str
    condition: str
    cause: str
    step: str | None


class InstanceEvent(Fact):
    """Anything that happens to an instance."""


class WentDown(InstanceEvent):
    """A watch called the gateway down: so many pings in a row had failed."""

    TOPIC = "instance.went-down"
    since: str
    condition: str
    cause: str
    detail: str | None
    step: str | None
    failures: int

    def apply(self, aggregate: "Instance") -> None:
        """Remember the outage, which lasts until it is ended."""
        aggregate.outage = Outage(
            since=self.since, condition=self.condition, cause=self.cause, step=self.step
        )
        aggregate.status = Status.UNREACHABLE.value
        aggregate.condition = self.condition
        aggregate.cause = self.cause


class CameUp(InstanceEvent):
    """A watch called the gateway up again, after so many pings in a row that succeeded."""

    TOPIC = "instance.came-up"
    since: str
    condition: str
    cause: str | None
    latency_ms: float | None
    flaps: int
    successes: int

    def apply(self, aggregate: "Instance") -> None:
        """Be reachable; the last of those pings was the last success."""
        aggregate.outage = None
        aggregate.status = Status.REACHABLE.value
        aggregate.condition = self.condition
        aggregate.cause = self.cause
        if self.latency_ms is not None:
            aggregate.last_ping_at = self.timestamp
            aggregate.last_ping_latency_ms = self.latency_ms


class PingsSummarised(InstanceEvent):
    """What the steady pings of a watch found in a span of time, which have no events of their own.

    ``buckets`` counts latencies by the steps of a scale, as JSON has them: text before number.
    """

    TOPIC = "instance.pings-summarised"
    since: str
    until: str
    count: int
    failures: int
    minimum_ms: float | None
    median_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    maximum_ms: float | None
    buckets: dict[str, int]
    condition: str
    cause: str | None
    last_success_at: str | None
    last_latency_ms: float | None
    version: str | None

    def apply(self, aggregate: "Instance") -> None:
        """Remember the last success, and what the last ping found.

        That does not change whether the instance is reachable: a watch says so in events of
        their own, once it has seen enough.
        """
        aggregate.watched_until = self.until
        if self.last_success_at is not None:
            succeeded = datetime.fromisoformat(self.last_success_at)
            if aggregate.last_ping_at is None or succeeded > aggregate.last_ping_at:
                aggregate.last_ping_at = succeeded
                aggregate.last_ping_latency_ms = self.last_latency_ms
                aggregate.version_of_gateway = self.version
        if (self.condition in _REACHABLE) == (aggregate.outage is None):
            aggregate.status = Condition(self.condition).status.value
            aggregate.condition = self.condition
            aggregate.cause = self.cause


class AlertSent(InstanceEvent):
    """An alert told somebody of the instance; ``incident`` is the id of the incident."""

    TOPIC = "instance.alert-sent"
    alert: str
    about: str
    incident: str | None
    attempts: int


class AlertFailed(InstanceEvent):
    """An alert could not tell anybody, however often it was tried: for this problem."""

    TOPIC = "instance.alert-failed"
    alert: str
    about: str
    incident: str | None
    attempts: int
    problem: str


def said_of_going_down(down: "Down") -> dict[str, Any]:
    """Say what ``WentDown`` says."""
    return {
        "since": down.since.isoformat(),
        "condition": down.condition.value,
        "cause": down.cause.value,
        "detail": down.detail,
        "step": down.step.value if down.step else None,
        "failures": down.failures,
    }


def said_of_coming_up(up: "Up", outage: Outage) -> dict[str, Any]:
    """Say what ``CameUp`` says; nothing ends before it began, even if a clock was set back."""
    return {
        "since": max(up.since, datetime.fromisoformat(outage["since"])).isoformat(),
        "condition": up.condition.value,
        "cause": up.cause.value if up.cause else None,
        "latency_ms": up.latency_ms,
        "flaps": up.flaps,
        "successes": up.successes,
    }


def said_of_pings(summary: "PingSummary") -> dict[str, Any]:
    """Say what ``PingsSummarised`` says."""
    spread = summary.spread
    succeeded = summary.last_success_at
    return {
        "since": summary.since.isoformat(),
        "until": summary.until.isoformat(),
        "count": summary.pings,
        "failures": summary.failures,
        "minimum_ms": spread and spread.minimum,
        "median_ms": spread and spread.median,
        "p95_ms": spread and spread.p95,
        "p99_ms": spread and spread.p99,
        "maximum_ms": spread and spread.maximum,
        "buckets": {str(bucket): count for bucket, count in summary.buckets.items()},
        "condition": summary.condition.value,
        "cause": summary.cause.value if summary.cause else None,
        "last_success_at": succeeded and succeeded.isoformat(),
        "last_latency_ms": summary.last_latency_ms,
        "version": summary.version,
    }


def said_of_alert(report: "AlertReport") -> dict[str, Any]:
    """Say what ``AlertSent`` and ``AlertFailed`` both say."""
    return {
        "alert": report.alert,
        "about": report.about.value,
        "incident": report.incident,
        "attempts": report.attempts,
    }
