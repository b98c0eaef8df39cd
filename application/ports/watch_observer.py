"""What a watch tells those who look on: a display, the metrics, the alerts."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.thresholds import Down, Up


class Watched(NamedTuple):
    """An instance that is being watched, as it was when the registry was last read."""

    id: UUID
    name: str
    url: str
    tags: Sequence[str]
    down_since: datetime | None
    """Since when (UTC) it has been down, where an outage of it is open."""


class Observation(NamedTuple):
    """What one watched ping found, and when it had found it (UTC)."""

    instance: Watched
    at: datetime
    outcome: PingOutcome
    cautions: Sequence[Caution] = ()
    """What to warn of, although the gateway may well be reachable."""


class Transition(NamedTuple):
    """An instance that went down or came up, which stands in the log already.

    ``incident`` is the id of the incident that began or ended with it.
    """

    instance: Watched
    change: Down | Up
    incident: str


class Trouble(StrEnum):
    """What may be wrong with the watcher itself, in codes that metrics and alerts may use."""

    OBSERVER_OFFLINE = "observer-offline"
    STORE_AT_FAULT = "store-at-fault"
    CHECK_FAILED = "check-failed"
    SECRET_MISSING = "secret-missing"
    LATE = "late"
    CLOCK_SET_BACK = "clock-set-back"


class WatchNotice(NamedTuple):
    """Something about the watcher itself; ``ended`` once it is well again."""

    at: datetime
    trouble: Trouble
    message: str
    """One sentence for a person, without secrets."""
    ended: bool = False
    about: str = ""
    """What tells this from the same trouble with others, such as an instance's name."""


class WatchObserver(Protocol):
    """Somebody who looks on. Nothing here may wait or raise: the watch goes on meanwhile."""

    def watching(self, instances: Sequence[Watched]) -> None:
        """Take the instances as they are watched from now on, by name."""
        ...

    def seen(self, observation: Observation) -> None:
        """Take what one ping found."""
        ...

    def changed(self, transition: Transition) -> None:
        """Take that an instance went down or came up."""
        ...

    def noticed(self, notice: WatchNotice) -> None:
        """Take what is wrong with the watcher itself, or is no more."""
        ...
