"""Alerts as the operator set them up, and what is to be told by which."""

from typing import NamedTuple
from uuid import UUID

from openclaw_manager.application.ports.alert_channel import AlertChannel, AlertMessage
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.thresholds import Down


class Alert(NamedTuple):
    """One way in which somebody is told; times in seconds.

    ``on`` is what is told, ``repeat`` after how long it is told again that an instance is
    still down, if ever, ``selector`` of which instances, None for all. One message may take
    ``timeout``, and is tried ``retries`` times more.
    """

    name: str
    on: frozenset[About]
    repeat: float | None
    selector: LabelSelector | None
    timeout: float
    retries: int
    channel: AlertChannel

    def is_for(self, instance: Watched) -> bool:
        """Whether it tells of this instance."""
        return self.selector is None or self.selector.selects(instance.tags)


class OpenOutage(NamedTuple):
    """An outage that has not ended; ``incident`` is its id."""

    instance: Watched
    incident: str
    down: Down


class Order(NamedTuple):
    """A message that is to be sent, and of which outage it tells."""

    instance_id: UUID
    incident: str
    about: About
    message: AlertMessage
