"""Time travel: what the view showed at any place in the log."""

from collections.abc import Callable, Sequence
from datetime import datetime

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.minion import shown
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.showing import Showing, Shown
from openclaw_manager.application.timeline import Timeline
from openclaw_manager.domain.errors import InvalidMoment
from openclaw_manager.domain.instance import Instance

Progress = Callable[[int, int], None]
"""Is told how many of how many instances were read."""


def _untold(_done: int, _of: int) -> None:
    """Tell nobody."""


class TimeTravel:
    """Shows instances as they were, from the same events and by the same rules as the view.

    A place is a position of the log, or a moment, which stands for the last event at or before
    it; what that means where a clock jumped is told in ``Timeline``. Only the settings are
    those of today: whether secrets are shown at all, and how many snapshots.
    """

    def __init__(
        self, log: EventLog, showing: Showing, clock: Clock, *, snapshot_secrets: str
    ) -> None:
        self._log = log
        self._showing = showing
        self._clock = clock
        self._with_secrets = snapshot_secrets == "include"

    def position(self, place: datetime | int) -> int:
        """Give the position that a place stands for; 0 if it is before the first event.

        Raises ``InvalidMoment`` for what is yet to come, a ``StoreError``.
        """
        head = self._log.head()
        if isinstance(place, int):
            if place > head:
                raise InvalidMoment(str(place), f"is beyond the last event, {head}")
            return place
        position = Timeline(self._log).last_until(place)
        if place > self._clock.now() and position == head:
            raise InvalidMoment(str(iso(place)), "is in the future, of which nothing is known")
        return position

    def began(self) -> datetime | None:
        """Tell when the first event happened; None if nothing ever did."""
        first = self._log.times_between(1, self._log.head(), 1)
        return first[0][1] if first else None

    def instances(
        self, position: int, *, reveal: bool = False, progress: Progress = _untold
    ) -> list[Minion]:
        """Show the instances at a position, removed ones included.

        Their secrets are shown as fingerprints, or with ``reveal`` as far as they are still
        there: those that were replaced since have been erased.
        """
        return self._entries(self._read(position, progress), reveal=reveal)

    def view(self, position: int, *, reveal: bool = False, progress: Progress = _untold) -> Shown:
        """Show all that the view showed: instances likewise, snapshots and relations."""
        instances = self._read(position, progress)
        snapshots = self._showing.snapshots(instances)
        entries = self._entries(instances, reveal=reveal)
        return Shown(entries + snapshots.minions, snapshots.relations)

    def _read(self, position: int, progress: Progress) -> list[Instance]:
        versions = self._log.instances_changed(0, position)
        instances = []
        for instance in self._log.instances(versions):
            instances.append(instance)
            progress(len(instances), len(versions))
        return instances

    def _entries(self, instances: Sequence[Instance], *, reveal: bool) -> list[Minion]:
        if reveal or not self._with_secrets:
            return self._showing.instances(instances)
        return [shown(instance) for instance in instances]
