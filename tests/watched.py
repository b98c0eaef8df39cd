"""Logs of gateways that were watched, made of the facts that a watch records."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from assembly import Core, core_in
from captures import register
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.selection import select
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.latencies import counted, spread_of
from openclaw_manager.domain.ping import PingOutcome, Step
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.rollup import PingSummary
from openclaw_manager.domain.thresholds import Down, Up

HOUR = timedelta(hours=1)


class WatchedHome:
    """A home in which facts are recorded at whatever time a test says."""

    def __init__(self, home: Path, *names: str, **settings: str) -> None:
        self.core: Core = core_in(home, **settings)
        register(self.core, *names)

    def id_of(self, name: str) -> str:
        """Tell the id of an instance."""
        return select(name, LogDirectory(self.core.log)).id

    def summarise(
        self, name: str, since: datetime, latencies: Sequence[float], failures: int = 0
    ) -> None:
        """Record that it was watched for an hour, with these round trips (milliseconds)."""
        until = since + HOUR
        summary = PingSummary(
            since=since,
            until=until,
            pings=len(latencies) + failures,
            failures=failures,
            spread=spread_of(latencies),
            buckets=counted(latencies),
            condition=Condition.OK if latencies else Condition.DOWN,
            cause=None if latencies else Cause.TIMEOUT,
            last_success_at=until if latencies else None,
            last_latency_ms=latencies[-1] if latencies else None,
            version="2026.9.6" if latencies else None,
        )
        self._record(name, until, lambda one, by: one.summarise_pings(summary, by))

    def go_down(self, name: str, at: datetime, cause: Cause = Cause.TIMEOUT) -> str:
        """Record that an outage began; give the id of the incident."""
        down = Down(at, at, Condition.DOWN, cause, "nobody there", Step.CONNECT, 3)
        self._record(name, at, lambda one, by: one.go_down(down, by))
        return str(self.core.log.head())

    def come_up(self, name: str, at: datetime, flaps: int = 0) -> None:
        """Record that an outage ended."""
        up = Up(at, at, flaps, 2)
        self._record(name, at, lambda one, by: one.come_up(up, by))

    def ping(self, name: str, at: datetime, latency_ms: float | None) -> None:
        """Record a ping by hand, which failed where there is no round trip."""
        outcome: PingOutcome = NOBODY_LISTENS
        if latency_ms is not None:
            outcome = REACHED._replace(latency_ms=latency_ms)
        self._record(name, at, lambda one, by: one.record_ping(outcome, by))

    def remove(self, name: str, at: datetime) -> None:
        """Record that an instance was removed."""
        self._record(name, at, lambda one, by: one.remove(by))

    def _record(
        self, name: str, at: datetime, decide: Callable[[Instance, Provenance], None]
    ) -> None:
        instance = self.core.log.instance(UUID(self.id_of(name)))
        decide(instance, Provenance(at, "ada@lovelace"))
        self.core.log.save(instance)

    def close(self) -> None:
        """Bring the view along, and let other processes have the log."""
        self.core.projection.catch_up()
        self.core.log.close()
