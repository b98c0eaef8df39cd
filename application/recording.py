"""How decisions become facts in the log: decided again whenever somebody else was faster."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from eventsourcing.persistence import RecordConflictError

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.projection import Projection
from openclaw_manager.domain.errors import StoreError, TooMuchContention, ViewBehind
from openclaw_manager.domain.provenance import FactKeeper, Provenance

Decision = TypeVar("Decision", bound=Sequence[FactKeeper])

# Each conflict means that somebody else got their fact in, so tries run out only where
# hundreds of processes change one instance without end.
_TRIES = 100


class FactRecorder:
    """Appends what was decided to the log, and brings the view along."""

    def __init__(self, log: EventLog, projection: Projection, clock: Clock, actor: str) -> None:
        self._log = log
        self._projection = projection
        self._clock = clock
        self._actor = actor

    def provenance(self, reason: str | None = None) -> Provenance:
        """Tell when something is being decided, by whom and why."""
        return Provenance(self._clock.now(), self._actor, reason)

    def record(self, decide: Callable[[], Decision]) -> Decision:
        """Append the facts of the aggregates that ``decide`` returns, all of them or none.

        ``decide`` reads what it decides upon; it is called again when others changed that
        meanwhile. Returns the decision that was recorded. Raises what ``decide`` raises,
        ``TooMuchContention``, a ``StoreError`` when nothing was recorded, and ``ViewBehind``
        when the facts are safe and only the view is not.
        """
        for _ in range(_TRIES):
            decision = decide()
            try:
                self._log.save(*decision)
            except RecordConflictError:
                continue
            self._publish()
            return decision
        raise TooMuchContention

    def _publish(self) -> None:
        try:
            self._projection.catch_up()
        except StoreError as error:
            raise ViewBehind(error.place, error.problem) from error
