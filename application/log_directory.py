"""The log as a directory of instances."""

from collections.abc import Iterable
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.selection import Candidate
from openclaw_manager.domain.name import name_key
from openclaw_manager.domain.text import is_printable


class LogDirectory:
    """Looks instances up in the log, each through an index; see ``Directory``."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def beginning(self, prefix: str) -> list[Candidate]:
        """Find instances whose id begins so."""
        return self._candidates(self._log.ids_beginning(prefix))

    def named(self, name: str) -> list[Candidate]:
        """Find who holds a name, and the removed instances that still bear it."""
        reservation = self._log.reservation(name) if is_printable(name) else None
        if reservation is None:
            return []
        holders = [*reservation.former_holders, reservation.holder]
        candidates = self._candidates({UUID(holder) for holder in holders if holder})
        return [one for one in candidates if name_key(one.name) == name_key(name)]

    def _candidates(self, ids: Iterable[UUID]) -> list[Candidate]:
        return [
            Candidate(str(instance.id), instance.name, instance.removed_at is not None)
            for instance in map(self._log.instance, ids)
        ]
