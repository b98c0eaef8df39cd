"""The instances of a watch as the log has them, without reading each anew every time."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.instance import Instance


class HeldInstances:
    """Keeps instances as they were saved, and reads those again that others changed.

    The log tells which these are from the events since the last time. So a watch that goes
    on for a year reads the events of an instance once.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._held: dict[UUID, Instance] = {}
        self.upto = 0
        """The position of the last event when instances were last handed out."""

    def take(self, ids: Iterable[UUID]) -> Mapping[UUID, Instance | StoreDamaged]:
        """Hand instances out as they are now, to be changed, and hold them no more.

        One that the log does not know is left out, and the error stands for one that cannot
        be read back. Raises a ``StoreError`` where none can.
        """
        self._let_go_of_what_changed()
        taken = {id_: found for id_ in ids if (found := self._take(id_)) is not None}
        if taken and all(isinstance(found, StoreDamaged) for found in taken.values()):
            raise next(found for found in taken.values() if isinstance(found, StoreDamaged))
        return taken

    def keep(self, instances: Iterable[Instance]) -> None:
        """Hold instances, which must be as the log has them."""
        self._held.update((one.id, one) for one in instances)

    def _let_go_of_what_changed(self) -> None:
        head = self._log.head()
        if head < self.upto:  # an older log was put in its place
            self._held.clear()
        if self._held:
            for id_, version in self._log.instances_changed(self.upto, head).items():
                if id_ in self._held and self._held[id_].version != version:
                    del self._held[id_]
        self.upto = head

    def _take(self, id_: UUID) -> Instance | StoreDamaged | None:
        try:
            return self._held.pop(id_, None) or self._log.instance(id_)
        except AggregateNotFoundError:
            return None
        except StoreDamaged as error:
            return error
