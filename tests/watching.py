"""A watch as those who look on see it, made by hand: who is watched, and what pings found."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from openclaw_manager.application.ports.watch_observer import Observation, Transition, Watched
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome
from openclaw_manager.domain.thresholds import Down, Up
from openclaw_manager.domain.trust import TlsFingerprint

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CERTIFICATE = Certificate(TlsFingerprint("sha256:" + "ab" * 32), datetime(2027, 1, 2, tzinfo=UTC))


def watched(
    name: str = "home",
    *,
    id_: UUID | None = None,
    url: str = "ws://127.0.0.1:18789",
    tags: Sequence[str] = (),
    down_since: datetime | None = None,
) -> Watched:
    return Watched(id_ or uuid4(), name, url, tags, down_since)


def success(latency_ms: float = 2.0, **facts: Any) -> PingOutcome:
    said: dict[str, Any] = {
        "connect_ms": 20.0,
        "version": "2026.9.6",
        "dialect": Dialect.OPENCLAW,
        "protocol": 4,
    }
    return PingOutcome(Condition.OK, latency_ms=latency_ms, **said | facts)


def failure(cause: Cause = Cause.TIMEOUT, **facts: Any) -> PingOutcome:
    return PingOutcome(cause.condition, cause, **facts)


def seen(instance: Watched, outcome: PingOutcome, after_s: float = 0) -> Observation:
    return Observation(instance, NOON + timedelta(seconds=after_s), outcome)


def went_down(instance: Watched, since: datetime = NOON) -> Transition:
    down = Down(since, since, Condition.DOWN, Cause.TIMEOUT, None, None, failures=3)
    return Transition(instance, down, "7")


def came_up(instance: Watched, since: datetime = NOON) -> Transition:
    return Transition(instance, Up(since, since, flaps=0, successes=2), "7")
