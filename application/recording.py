"""How decisions become facts in the log: decided again whenever somebody else was faster."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from eventsourcing.persistence import RecordConflictError

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.projection import Projection
from openclaw_manager.domain.errors import (
    OldSecretKept,
    OpenClawManagerError,
    StoreError,
    TooMuchContention,
    ViewBehind,
)
from openclaw_manager.domain.provenance import Fact, FactKeeper, Provenance
from openclaw_manager.domain.reason import Reason

if TYPE_CHECKING:
    from openclaw_manager.application.ports.clock import Clock
    from openclaw_manager.application.ports.secret_store import SecretStore

Decision = TypeVar("Decision", bound=Sequence[FactKeeper])

# Each conflict means that somebody else got their fact in, so tries run out only where
# hundreds of processes change one instance without end.
_TRIES = 100
_NO_SECRETS: Mapping[str, str] = {}


class FactRecorder:
    """Appends what was decided to the log, with its secrets, and brings the view along."""

    def __init__(
        self,
        log: EventLog,
        secrets: "SecretStore",
        projection: Projection,
        clock: "Clock",
        actor: str,
    ) -> None:
        self._log = log
        self._secrets = secrets
        self._projection = projection
        self._clock = clock
        self._actor = actor

    def provenance(self, reason: str | None = None) -> Provenance:
        """Tell when something is being decided, by whom and why; raises ``InvalidReason``."""
        why = None if reason is None else Reason(reason)
        return Provenance(self._clock.now(), self._actor, why)

    def record(
        self,
        decide: Callable[[], Decision],
        *,
        keep: Mapping[str, str] = _NO_SECRETS,
        drop: Sequence[str] = (),
        appended: list[tuple[int, Fact]] | None = None,
    ) -> Decision:
        """Append the facts of the aggregates that ``decide`` returns, all of them or none.

        ``decide`` reads what it decides upon; it is called again when others changed that
        meanwhile. The secrets in ``keep`` are stored before the facts that refer to them, and
        the references in ``drop``, which ``decide`` may fill, are erased afterwards. ``appended``
        is filled with the facts and their positions.

        Returns the decision that was recorded. Raises what ``decide`` raises,
        ``TooMuchContention``, a ``StoreError`` when nothing was recorded, and when the facts
        are safe ``ViewBehind``, or ``OldSecretKept`` for what is left of ``drop``.
        """
        decision = decide()  # what is refused at once leaves no secret behind
        if keep:
            self._secrets.put(keep)
        decision, facts = self._append(decision, decide, keep)
        if appended is not None:
            appended += facts
        try:
            self._publish(decision)
        finally:  # also where the view is behind: what was replaced is not to be found any more
            self._drop(drop)
        return decision

    def _append(
        self, decision: Decision, decide: Callable[[], Decision], keep: Mapping[str, str]
    ) -> tuple[Decision, list[tuple[int, Fact]]]:
        for _ in range(_TRIES):
            try:
                recordings = self._log.save(*decision)
            except RecordConflictError:
                decision = self._decide_again(decide, keep)
            else:
                facts = [(one.notification.id, cast(Fact, one.domain_event)) for one in recordings]
                return decision, facts
        self._forget(keep)
        raise TooMuchContention

    def _decide_again(self, decide: Callable[[], Decision], keep: Mapping[str, str]) -> Decision:
        try:
            return decide()
        except OpenClawManagerError:
            self._forget(keep)
            raise

    def _forget(self, keep: Mapping[str, str]) -> None:
        """Erase secrets, only where it is certain that no event refers to them.

        A secret that nobody refers to does no harm; a reference to nothing would.
        """
        if keep:
            self._secrets.erase(keep)

    def _drop(self, old: Sequence[str]) -> None:
        if not old:
            return
        try:
            self._secrets.erase(old)
        except StoreError as error:
            raise OldSecretKept(error.place, error.problem) from error

    def _publish(self, decision: Sequence[FactKeeper]) -> None:
        try:
            self._projection.catch_up(decision)
        except StoreError as error:
            raise ViewBehind(error.place, error.problem) from error
