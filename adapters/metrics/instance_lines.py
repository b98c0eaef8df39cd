"""What is told of one instance, however it became known."""

from collections.abc import Sequence
from datetime import datetime

from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.adapters.metrics.lines import Labels, Lines
from openclaw_manager.domain.condition import Condition

_MS = 1000


class InstanceLines:
    """The lines of one instance by metric; what is not known of it is left out."""

    def __init__(self, name: str, id_: str) -> None:
        self._about: Labels = (name, id_)
        self._lines: dict[Family, Lines] = {}

    def text(self, family: Family) -> str:
        """Write the lines of a metric."""
        lines = self._lines.get(family)
        return lines.text() if lines else ""

    def describe(self, name: str, url: str, tags: Sequence[str]) -> None:
        """Take what people say of it."""
        if name != self._about[0]:
            self._about = (name, *self._about[1:])
            for lines in self._lines.values():
                lines.rename(self._about)
        self.put_labels(Family.INSTANCE, url)
        self.put(Family.TAG, {tag.partition("=")[::2]: 1 for tag in tags})

    def find(self, condition: str, cause: str | None) -> None:
        """Take what the last ping found."""
        self.put_one(Family.UP, int(condition in (Condition.OK, Condition.DEGRADED)))
        self.put(Family.CONDITION, {(one,): int(one == condition) for one in Condition})
        self.put(Family.CAUSE, {(cause,): 1} if cause else {})

    def succeed(self, at: datetime, round_trip_ms: float | None) -> None:
        """Take when the last success was, and its round trip."""
        self.put_one(Family.LAST_SUCCESS, at.timestamp())
        if round_trip_ms is not None:
            self.put_one(Family.LAST_ROUND_TRIP, round_trip_ms / _MS)

    def recognise(self, version: str | None, dialect: str | None, protocol: int | None) -> None:
        """Take what the gateway said of itself; what it did not say is an empty label."""
        said = (version or "", dialect or "", "" if protocol is None else str(protocol))
        if any(said):
            self.put_labels(Family.GATEWAY, *said)

    def expire(self, at: datetime) -> None:
        """Take when the certificate ends."""
        self.put_one(Family.CERTIFICATE_EXPIRY, at.timestamp())

    def be_down_since(self, since: datetime | None) -> None:
        """Take since when it has been down; None says that it is not."""
        self.put_one(Family.OUTAGE, int(since is not None))
        self.put(Family.OUTAGE_START, {(): since.timestamp()} if since else {})

    def put(self, family: Family, values: dict[Labels, float]) -> None:
        """Take the values of a metric by the labels that are not the instance's."""
        self.of(family).put(values)

    def put_one(self, family: Family, value: float) -> None:
        """Take the value of a metric that has no other labels."""
        self.put(family, {(): value})

    def put_labels(self, family: Family, *labels: str) -> None:
        """Take a fact that stands in labels."""
        self.put(family, {labels: 1})

    def of(self, family: Family) -> Lines:
        """Find the lines of a metric, or begin them."""
        return self._lines.setdefault(family, Lines(family, self._about))
