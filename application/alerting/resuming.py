"""Outages from before a watch began, and who was told of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from openclaw_manager.application.alerting.alert import OpenOutage
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.log_recorder import Sought
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Step
from openclaw_manager.domain.thresholds import Down
from openclaw_manager.domain.watch_events import AlertSent, WentDown

_OF_THE_OUTAGE = (About.DOWN.value, About.REMINDER.value)


class ResumedOutage(NamedTuple):
    """An outage that goes on, and when (UTC) each alert, by its name, last told of it."""

    outage: OpenOutage
    last_told: Mapping[str, datetime]


class OpenOutages:
    """Finds in the log the outages that go on."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def of(self, instances: Iterable[Watched]) -> list[ResumedOutage]:
        """Find those of some instances; raises a ``StoreError``."""
        return [one for instance in instances if (one := self._of(instance)) is not None]

    def _of(self, watched: Watched) -> ResumedOutage | None:
        instance = self._log.instance(watched.id)
        if instance.outage is None:
            return None
        head = self._log.head()
        began = Sought(originator_id=watched.id, topics=(WentDown.TOPIC,))
        [(position, event)] = self._log.events_between(head, 1, began, limit=1)
        assert isinstance(event, WentDown), "no other has this topic"
        return ResumedOutage(
            OpenOutage(watched, str(position), _down(event)),
            self._last_told(watched.id, position, head),
        )

    def _last_told(self, instance_id: UUID, after: int, upto: int) -> dict[str, datetime]:
        sent = Sought(originator_id=instance_id, topics=(AlertSent.TOPIC,))
        return {
            event.alert: event.timestamp
            for _, event in self._log.events_between(after, upto, sent)
            if isinstance(event, AlertSent) and event.about in _OF_THE_OUTAGE
        }


def _down(event: WentDown) -> Down:
    return Down(
        since=datetime.fromisoformat(event.since),
        at=event.timestamp,
        condition=Condition(event.condition),
        cause=Cause(event.cause),
        detail=event.detail,
        step=Step(event.step) if event.step else None,
        failures=event.failures,
    )
