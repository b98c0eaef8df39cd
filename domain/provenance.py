"""When, who and why: what every event carries besides its fact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import AggregateEvent, BaseAggregate, Snapshot
from eventsourcing.utils import get_topic

from openclaw_manager.domain.reason import Reason


@dataclass(frozen=True, slots=True)
class Provenance:
    """When something was decided (UTC), by whom (``user@host``), and why, where it was said."""

    at: datetime
    actor: str
    reason: Reason | None = None


class Fact(AggregateEvent):
    """What every event of this domain is: one fact, with its provenance."""

    actor: str
    reason: str | None


class FactKeeper(BaseAggregate[UUID]):
    """An aggregate whose every event says when, who and why.

    Its public methods decide and may refuse; its events only assign, since they are applied
    again at every replay.
    """

    def record(self, fact: type[Fact], by: Provenance, **facts: Any) -> None:
        """Let a fact happen: apply it here, and keep it to be saved."""
        self.trigger_event(fact, timestamp=by.at, actor=by.actor, reason=by.reason, **facts)


class StateSnapshot(Snapshot):
    """The state of an aggregate at one version, so that older events need not be read again.

    The library's own reads the clock when it is taken, and holds the pending events of an
    aggregate that is not its ``Aggregate``; this one does neither.
    """

    TOPIC = "snapshot"

    @classmethod
    def take(cls, aggregate: FactKeeper) -> Self:  # type: ignore[override]
        """Take the state as it is; what stands in the columns of the store is left out."""
        columns = ("_id", "_version", "_pending_events")
        return cls(
            originator_id=aggregate.id,
            originator_version=aggregate.version,
            timestamp=aggregate.modified_on,
            topic=get_topic(type(aggregate)),
            state={key: value for key, value in vars(aggregate).items() if key not in columns},
        )
