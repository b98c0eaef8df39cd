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
        holder = reservation.holder
        former = self._candidates(UUID(id_) for id_ in reservation.former_holders if id_ != holder)
        bearers = [one for one in former if name_key(one.name) == name_key(name)]
        if holder:  # need not be read: it is not removed, or it would have let go of the name
            bearers.append(Candidate(holder, reservation.name, removed=False))
        return bearers

    def _candidates(self, ids: Iterable[UUID]) -> list[Candidate]:
        return [
            Candidate(str(instance.id), instance.name, instance.removed_at is not None)
            for instance in map(self._log.instance, ids)
        ]
