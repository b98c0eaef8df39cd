"""Purging: the secrets of a removed instance are erased for good."""

from collections.abc import Callable, Sequence
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.minion import shown
from openclaw_manager.application.ports.examination import SecretInventory
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.domain.errors import (
    ErasureUnfinished,
    InstanceStillPresent,
    StoreError,
    ViewBehind,
)
from openclaw_manager.domain.instance import Instance


class Purging:
    """Erases the secrets of removed instances; what happened to those stays readable.

    The fact is recorded first and the erasure follows, so that the log never refers to what
    is not there. One that was interrupted is finished by doing it again.
    """

    def __init__(
        self, log: EventLog, facts: FactRecorder, secrets: SecretStore, inventory: SecretInventory
    ) -> None:
        self._log = log
        self._facts = facts
        self._secrets = secrets
        self._inventory = inventory

    def choose(self, selector: str) -> Minion:
        """Find the removed instance that is meant.

        Raises ``InstanceStillPresent``, ``InstanceNotFound``, ``AmbiguousInstance``, a
        ``StoreError``.
        """
        chosen = select(selector, LogDirectory(self._log), removed=True)
        if not chosen.removed:
            raise InstanceStillPresent(chosen.name)
        return shown(self._log.instance(UUID(chosen.id)))

    def purge(self, chosen: Minion, reason: str | None = None) -> Minion:
        """Record the purge, take the secrets out of the view, and erase them.

        Raises ``InstanceStillPresent`` if somebody restored it meanwhile, ``ErasureUnfinished``
        when the fact is recorded and the secrets are still there, and a ``StoreError``.
        """
        instance_id = UUID(chosen["id"])
        doomed: list[str] = []
        by = self._facts.provenance(reason)

        def decide() -> tuple[Instance]:
            leftover = self._kept_for(instance_id)  # before it can be restored, and given others
            instance = self._log.instance(instance_id)
            doomed[:] = [*instance.purge(by), *leftover]
            return (instance,)

        return shown(self._record(decide, chosen, doomed))

    def _record(
        self, decide: Callable[[], tuple[Instance]], chosen: Minion, doomed: Sequence[str]
    ) -> Instance:
        try:
            (instance,) = self._facts.record(decide)
        except ViewBehind:
            self._erase(chosen, doomed)
            raise
        self._erase(chosen, doomed)
        return instance

    def _kept_for(self, instance_id: UUID) -> list[str]:
        """List all that is kept for an instance, also what a crash left without a reference."""
        kept = self._inventory.references() or []
        return [ref for ref in kept if ref.startswith(f"{instance_id}/")]

    def _erase(self, chosen: Minion, doomed: Sequence[str]) -> None:
        try:
            self._secrets.erase(doomed)
        except StoreError as error:
            raise ErasureUnfinished(
                error.place, error.problem, chosen["title"], chosen["id"]
            ) from error
