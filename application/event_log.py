"""The log: every fact about every instance, in order, and the aggregates read back from it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    RecordConflictError,
    Recording,
)
from eventsourcing.utils import Environment, EnvType, register_topic

from openclaw_manager.application.ports.log_recorder import LogRecorder, Sought
from openclaw_manager.application.transcoding import (
    TIME_WITHIN,
    FactMapper,
    FactTranscoder,
    time_in,
)
from openclaw_manager.domain.errors import StoreDamaged, StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact, FactKeeper, StateSnapshot
from openclaw_manager.domain.reservation import NameReservation

if TYPE_CHECKING:
    from openclaw_manager.domain.outline import Outline
    from openclaw_manager.domain.snapshot import Snapshot

# The library does this for the events of an aggregate by itself, and not for its snapshot.
register_topic(StateSnapshot.TOPIC, StateSnapshot)

# What has one event and no more is read as fast without its state.
_STATES_KEPT = (Instance, NameReservation)
_STATE_EVERY = 50  # events

_EVERYTHING = Sought()
_AT_ONCE = 200  # instances
_NEWEST = 2**62  # a version that no aggregate gets to
_BEGINNINGS = (Instance.Registered.TOPIC, Instance.Adopted.TOPIC)


def _replay(aggregate: Any, facts: Iterable[Any]) -> Any:
    """Apply facts one after the other, from a snapshot on or from none.

    The library's own function checks of each fact that it can be applied, which takes longer
    than to read it and to apply it.
    """
    for fact in facts:
        aggregate = fact.mutate(aggregate)
    return aggregate


def _reaches_a_milestone(keeper: FactKeeper) -> bool:
    """Whether so many events are pending that the state should be kept once they are saved."""
    stored = keeper.version - len(keeper.pending_events)
    return keeper.version // _STATE_EVERY > stored // _STATE_EVERY


def fact_mapper() -> FactMapper:
    """Read and write the events of the aggregates that a log holds."""
    return FactMapper(FactTranscoder())


def _time_of(position: int, beginning: bytes) -> datetime:
    try:
        return time_in(beginning)
    except ValueError as error:
        raise StoreDamaged(f"the log, position {position}", "cannot be read") from error


class EventLog(Application[UUID]):
    """Saves what aggregates decided, and reads it back by what people ask for.

    ``save`` (inherited) appends the pending events of all the aggregates that it is given in
    one transaction, or none: it raises ``RecordConflictError`` when another process was
    faster. Every method raises a ``StoreError`` when the store is at fault.
    """

    name = "openclaw-manager"

    def __init__(self, factory: InfrastructureFactory) -> None:
        self._given_factory = factory
        super().__init__()
        self._recorder = cast(LogRecorder, self.recorder)
        self._last_outline: tuple[str, Outline] | None = None

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:  # noqa: ARG002
        """Take the settings of the given factory: the library would read ``os.environ``."""
        return self._given_factory.env

    def construct_factory(self, env: Environment) -> InfrastructureFactory:  # noqa: ARG002
        """Use the given factory, instead of one found by the name of its module."""
        return self._given_factory

    def construct_mapper(self) -> Mapper[UUID]:
        """Write events as flat JSON."""
        return fact_mapper()

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        """Append the pending events of aggregates, and keep the state of some of them.

        Doing without the latter costs time later, and the events are safe.
        """
        keepers = [one for one in objs if type(one) in _STATES_KEPT]
        grown = [one for one in keepers if _reaches_a_milestone(one)]
        # The library's own asks of each what it is, which takes as long as to write it down.
        events = [event for one in objs for event in one.collect_events()]
        recordings = list(self.events.put(events, **kwargs))
        if grown and self.snapshots is not None:
            with suppress(StoreError, RecordConflictError):
                self.snapshots.put([StateSnapshot.take(one) for one in grown])
        return recordings

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

    def instances(self, versions: Mapping[UUID, int]) -> Iterator[Instance]:
        """Read instances as they were at these versions, many at once; the log must have them."""
        wanted = iter(versions.items())
        while some := dict(islice(wanted, _AT_ONCE)):
            for stored in self._recorder.select_aggregates(some):
                yield _replay(None, map(self.mapper.to_domain_event, stored))

    def latest(self, ids: Iterable[UUID]) -> list[Instance]:
        """Read instances as they are, many at once, in their order; the log must have them."""
        return list(self.instances(dict.fromkeys(ids, _NEWEST)))

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

    def snapshot(self, snapshot_id: UUID) -> "Snapshot":
        """Read a snapshot of which the log speaks."""
        snapshot: Snapshot = self._only_event_of(snapshot_id, "snapshot").mutate(None)
        return snapshot

    def snapshots_back_from(self, latest: str | None) -> "Iterator[Snapshot]":
        """Read a snapshot, the one before it, and so on, each when it is asked for."""
        while latest is not None:
            snapshot = self.snapshot(UUID(latest))
            yield snapshot
            latest = snapshot.previous

    def outline(self, snapshot: "Snapshot") -> "Outline":
        """Read what became of the sections in a snapshot; most share one with the one before."""
        from openclaw_manager.domain.outline import Outline

        if self._last_outline and self._last_outline[0] == snapshot.outline:
            return self._last_outline[1]
        text = self.content(snapshot.outline)
        try:
            outline = Outline.read(text)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            problem = f"has something else where the outline of {snapshot.id} was"
            raise StoreDamaged("the log", problem) from error
        self._last_outline = snapshot.outline, outline
        return outline

    def content(self, content_hash_: str) -> str:
        """Read a content of which the log speaks: the canonical text with this hash."""
        from openclaw_manager.domain.content.canonical import content_hash
        from openclaw_manager.domain.stored_content import StoredContent

        event = self._only_event_of(StoredContent.create_id(content_hash_), "content")
        text: str = event.text
        if content_hash(text) != content_hash_:
            raise StoreDamaged("the log", f"has another content where {content_hash_} was")
        return text

    def known_contents(self, hashes: Collection[str]) -> set[str]:
        """Tell which of these are the hashes of contents in the log."""
        from openclaw_manager.domain.stored_content import StoredContent

        ids = {StoredContent.create_id(one): one for one in hashes}
        known = self._recorder.known(list(ids), StoredContent.Stored.TOPIC)
        return {ids[id_] for id_ in known}

    def known_snapshots(self, ids: Collection[UUID]) -> set[UUID]:
        """Tell which of these are the ids of snapshots in the log."""
        if not ids:
            return set()
        from openclaw_manager.domain.snapshot import Snapshot

        return set(self._recorder.known(ids, Snapshot.Captured.TOPIC))

    def snapshots_beginning(self, prefix: str) -> list[UUID]:
        """Find snapshots by the beginning of their id."""
        from openclaw_manager.domain.snapshot import Snapshot

        digits = prefix.replace("-", "").lower()
        return list(self._recorder.ids_beginning(digits, (Snapshot.Captured.TOPIC,)))

    def _only_event_of(self, id_: UUID, kind: str) -> Any:
        event = next(self.events.get(id_, limit=1), None)
        if event is None:
            raise StoreDamaged("the log", f"has no {kind} {id_}, of which it speaks")
        return event

    def ids_beginning(self, prefix: str) -> list[UUID]:
        """Find instances, also removed ones, by the beginning of their id."""
        digits = prefix.replace("-", "").lower()
        return list(self._recorder.ids_beginning(digits, _BEGINNINGS))

    def instances_changed(self, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell the version that each instance reached by events at positions in (after, upto]."""
        return self._recorder.latest_versions(f"{Instance.TOPIC}.", after, upto)

    def instances_captured(self, after: int, upto: int) -> Collection[UUID]:
        """Tell which instances have snapshots from positions in (after, upto]."""
        return self._recorder.latest_versions(Instance.SnapshotTaken.TOPIC, after, upto).keys()

    def history(
        self, instance_id: UUID, *, upto: int, limit: int | None = None
    ) -> Iterator[tuple[int, Fact]]:
        """Read the last events of an instance with their positions, oldest first."""
        sought = Sought(originator_id=instance_id)
        return reversed([*self.events_between(upto, 0, sought, limit=limit)])

    def events_between(
        self, first: int, last: int, sought: Sought = _EVERYTHING, *, limit: int | None = None
    ) -> Iterator[tuple[int, Fact]]:
        """Read events from one position to another, backwards where the first is greater."""
        for notification in self._recorder.seek_events(sought, first, last, limit):
            yield notification.id, cast(Fact, self.mapper.to_domain_event(notification))

    def times_between(self, first: int, last: int, limit: int) -> list[tuple[int, datetime]]:
        """Tell when events happened, in the order of ``events_between``."""
        rows = self._recorder.seek_beginnings(first, last, limit, TIME_WITHIN)
        return [(position, _time_of(position, beginning)) for position, beginning in rows]
