"""When, who and why: what every event carries besides its fact."""

from datetime import datetime
from functools import cache
from inspect import get_annotations
from typing import Any, NamedTuple, NoReturn, Self
from uuid import UUID

from eventsourcing.domain import (
    BaseAggregate,
    CanInitAggregate,
    CanMutateAggregate,
    CanSnapshotAggregate,
)
from eventsourcing.utils import get_topic

from openclaw_manager.domain.reason import Reason


class Provenance(NamedTuple):
    """When something was decided (UTC), by whom (``user@host``), and why, where it was said."""

    at: datetime
    actor: str
    reason: Reason | None = None


class Recorded:
    """What the log keeps: it has what its class and those before it annotate, and never changes.

    The library takes events of any class. Its own are dataclasses, each of which takes 0.7 ms
    to make: those of this domain would be a tenth of a whole ping.
    """

    originator_id: UUID
    originator_version: int
    timestamp: datetime

    def __init__(self, **said: Any) -> None:
        """Say everything that there is to say, and nothing else."""
        if said.keys() != set(self.attributes()):
            raise TypeError(f"{sorted(said)} given, and not {sorted(self.attributes())}")
        vars(self).update(said)

    @classmethod
    @cache
    def attributes(cls) -> tuple[str, ...]:
        """Name what there is to say, first what all such records have."""
        records = [base for base in reversed(cls.__mro__) if issubclass(base, Recorded)]
        return tuple(dict.fromkeys(name for one in records for name in get_annotations(one)))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} was recorded, and cannot change")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.originator_id, self.originator_version))

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__qualname__}({said})"


class Fact(Recorded, CanMutateAggregate[UUID]):
    """What every event of this domain is: one fact, with its provenance."""

    actor: str
    reason: str | None


class FirstFact(Fact, CanInitAggregate[UUID]):
    """The fact with which an aggregate begins; ``originator_topic`` tells of which class."""

    originator_topic: str


class FactKeeper(BaseAggregate[UUID]):
    """An aggregate whose every event says when, who and why.

    Its public methods decide and may refuse; its events only assign, since they are applied
    again at every replay.
    """

    def record(self, fact: type[Fact], by: Provenance, **facts: Any) -> None:
        """Let a fact happen: apply it here, and keep it to be saved."""
        self.trigger_event(fact, timestamp=by.at, actor=by.actor, reason=by.reason, **facts)


class StateSnapshot(Recorded, CanSnapshotAggregate[UUID]):
    """The state of an aggregate at one version, so that older events need not be read again.

    The library's own reads the clock when it is taken, and holds the pending events of an
    aggregate that is not its ``Aggregate``; this one does neither.
    """

    TOPIC = "state"
    topic: str
    state: dict[str, Any]

    @classmethod
    def take(cls, aggregate: FactKeeper) -> Self:  # type: ignore[override]
        """Take the state as it is; what stands in the columns of the store is left out."""
        columns = ("_id", "_version", "_pending_events")
        state = {key: value for key, value in vars(aggregate).items() if key not in columns}
        class_version = getattr(type(aggregate), "class_version", 1)
        if class_version > 1:
            state["class_version"] = class_version
        return cls(
            originator_id=aggregate.id,
            originator_version=aggregate.version,
            timestamp=aggregate.modified_on,
            topic=get_topic(type(aggregate)),
            state=state,
        )
