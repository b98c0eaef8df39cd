"""What a watch tells of one instance: also how often, and how fast."""

from datetime import datetime

from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.adapters.metrics.instance_lines import InstanceLines
from openclaw_manager.adapters.metrics.lines import HistogramLines, Labels
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.ping import PingOutcome

_RESULTS: dict[Condition, Labels] = {
    Condition.OK: ("success",),
    Condition.DEGRADED: ("success",),
    Condition.STARTING: ("starting",),
    Condition.REFUSED: ("failure",),
    Condition.DOWN: ("failure",),
}
_MS = 1000


class WatchedLines(InstanceLines):
    """Counts from zero, so that the first of each is seen as an increase too."""

    def __init__(self, name: str, id_: str) -> None:
        super().__init__(name, id_)
        self._pings: dict[Labels, float] = dict.fromkeys(_RESULTS.values(), 0)
        self.put(Family.PINGS, self._pings.copy())
        self._round_trips = HistogramLines(Family.ROUND_TRIP, self._about)
        self._lines[Family.ROUND_TRIP] = self._round_trips
        self._outages = 0
        self.put_one(Family.OUTAGES, self._outages)

    def observe(self, at: datetime, outcome: PingOutcome) -> None:
        """Take one ping."""
        self._pings[_RESULTS[outcome.condition]] += 1
        self.put(Family.PINGS, self._pings.copy())
        self.put_one(Family.LAST_PING, at.timestamp())
        self.find(outcome.condition, outcome.cause)
        if outcome.latency_ms is not None:
            self._round_trips.observe(outcome.latency_ms / _MS)
        if outcome.certificate is not None:
            self.expire(outcome.certificate.expires_at)
        if outcome.condition.reachable:
            self.succeed(at, outcome.latency_ms)
            self.recognise(outcome.version, outcome.dialect, outcome.protocol)
            if outcome.connect_ms is not None:
                self.put_one(Family.LAST_CONNECT, outcome.connect_ms / _MS)

    def count_outage(self) -> None:
        """Count an outage that began."""
        self._outages += 1
        self.put_one(Family.OUTAGES, self._outages)
