"""The log: every fact about every instance, in order, and the aggregates read back from it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, ClassVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import InfrastructureFactory, Mapper, RecordConflictError
from eventsourcing.utils import Environment, EnvType, register_topic

from openclaw_manager.application.ports.log_recorder import LogRecorder
from openclaw_manager.application.transcoding import FactMapper, FactTranscoder
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact, StateSnapshot
from openclaw_manager.domain.reservation import NameReservation

# The library does this for the events of an aggregate by itself, and not for its snapshot.
register_topic(StateSnapshot.TOPIC, StateSnapshot)


def _replay(aggregate: Any, facts: Iterable[Any]) -> Any:
    """Apply facts one after the other, from a snapshot on or from none.

    The library's own function checks of each fact that it can be applied, which takes longer
    than to read it and to apply it.
    """
    for fact in facts:
        aggregate = fact.mutate(aggregate)
    return aggregate


class EventLog(Application[UUID]):
    """Saves what aggregates decided, and reads it back by what people ask for.

    ``save`` (inherited) appends the pending events of all the aggregates that it is given in
    one transaction, or none: it raises ``RecordConflictError`` when another process was
    faster. Every method raises a ``StoreError`` when the store is at fault.
    """

    name = "openclaw-manager"
    snapshotting_intervals: ClassVar = {Instance: 50, NameReservation: 50}
    snapshotting_projectors: ClassVar = {Instance: _replay, NameReservation: _replay}

    def __init__(self, factory: InfrastructureFactory) -> None:
        self._given_factory = factory
        super().__init__()
        self._recorder = cast(LogRecorder, self.recorder)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:  # noqa: ARG002
        """Take the settings of the given factory: the library would read ``os.environ``."""
        return self._given_factory.env

    def construct_factory(self, env: Environment) -> InfrastructureFactory:  # noqa: ARG002
        """Use the given factory, instead of one found by the name of its module."""
        return self._given_factory

    def construct_mapper(self) -> Mapper[UUID]:
        """Write events as flat JSON."""
        return FactMapper(FactTranscoder())

    def take_snapshot(self, *args: Any, **kwargs: Any) -> None:
        """Take a snapshot, or do without: it saves time later, and the events are safe."""
        with suppress(StoreError, RecordConflictError):
            super().take_snapshot(*args, **kwargs)

    @property
    def id(self) -> str:
        """What tells this log from every other one."""
        return self._recorder.log_id()

    def head(self) -> int:
        """Tell the position of the last event; 0 when there is none."""
        return self.recorder.max_notification_id() or 0

    def instance(self, instance_id: UUID, version: int | None = None) -> Instance:
        """Read an instance, as it is or as it was; raises ``AggregateNotFoundError``."""
        instance: Instance = self.repository.get(
            instance_id, version=version, projector_func=_replay
        )
        return instance

    def reservation(self, name: str) -> NameReservation | None:
        """Read who holds a name; None if nobody ever did."""
        reservation: NameReservation
        try:
            reservation = self.repository.get(
                NameReservation.create_id(name), projector_func=_replay
            )
        except AggregateNotFoundError:
            return None
        return reservation

    def ids_beginning(self, prefix: str) -> list[UUID]:
        """Find instances, also removed ones, by the beginning of their id."""
        digits = prefix.replace("-", "").lower()
        return list(self._recorder.ids_beginning(digits, Instance.Registered.TOPIC))

    def instances_changed(self, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell the version that each instance reached by events at positions in (after, upto]."""
        return self._recorder.latest_versions(f"{Instance.TOPIC}.", after, upto)

    def history(
        self, instance_id: UUID, *, upto: int, limit: int | None = None
    ) -> Iterator[tuple[int, Fact]]:
        """Read the last events of an instance with their positions, oldest first."""
        for notification in self._recorder.select_history(instance_id, upto, limit):
            event = self.mapper.to_domain_event(notification)
            yield notification.id, cast(Fact, event)
