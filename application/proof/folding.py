"""The aggregates, folded from their events alone and compared with what is kept of them."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.utils import TopicError

from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.domain.content.canonical import content_hash
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.outline import OUTLINE_BEGINNING, Outline
from openclaw_manager.domain.provenance import FactKeeper, FirstFact, StateSnapshot
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.snapshot import Snapshot
from openclaw_manager.domain.stored_content import StoredContent

_WHILE_APPLYING = (AssertionError, AttributeError, LookupError, TypeError, ValueError, TopicError)


class EventReader(Protocol):
    """Turns what is stored into events; raises ``StoreDamaged`` where that cannot be done."""

    def read(
        self, originator_id: UUID, version: int, topic: str, state: bytes
    ) -> DomainEventProtocol[UUID]:
        """Read an event, or a state snapshot, from the columns in which it is stored."""
        ...


class _Strand:
    """The events of one aggregate so far. ``aggregate`` is None where it need not be kept."""

    __slots__ = ("aggregate", "id", "lost", "version")

    def __init__(self, id_: UUID) -> None:
        self.id = id_
        self.version = 0
        self.aggregate: Any = None
        self.lost = False


class Folding:
    """Takes the rows of the log in their order, and holds what they make.

    Of snapshots and their contents, which never change, only their names are held: what they
    say may be larger than memory. An aggregate with an event that cannot be read or applied
    is lost from there on, and nothing more is said of it.
    """

    def __init__(self, events: EventReader) -> None:
        self.findings: list[Finding] = []
        self._events = events
        self._strands: dict[bytes, _Strand] = {}
        self._contents: set[str] = set()
        self._outlined: dict[str, set[str]] = {}
        self._snapshots: set[str] = set()

    def take(self, row: StoredRow) -> None:
        """Apply an event to its aggregate."""
        try:
            strand = self._strands.get(row.originator_id) or self._begun(row.originator_id)
            if not strand.lost:
                self._apply(row, strand)
        except StoreDamaged as damage:
            self._lose(row, damage.problem)
        except (AttributeError, TypeError, ValueError):  # no text, no id, no number
            self._lose(row, "holds something that is no event")

    def instances(self) -> list[Instance]:
        """Give all instances that could be folded, oldest first."""
        return [one for one in self._aggregates() if isinstance(one, Instance)]

    def reservations(self) -> list[NameReservation]:
        """Give all names that could be folded."""
        return [one for one in self._aggregates() if isinstance(one, NameReservation)]

    def has_snapshot(self, id_: str) -> bool:
        """Whether this is the id of a snapshot in the log."""
        return id_ in self._snapshots

    def _aggregates(self) -> Iterator[Any]:
        for strand in self._strands.values():
            if strand.aggregate is not None and not strand.lost:
                yield strand.aggregate

    def _begun(self, id_: bytes) -> _Strand:
        strand = self._strands[id_] = _Strand(UUID(id_.decode()))
        return strand

    def _apply(self, row: StoredRow, strand: _Strand) -> None:
        _, _, version, topic, state, _, kept_topic, kept_state = row
        if version != strand.version + 1:
            problem = f"is version {version} of {strand.id}, and {strand.version + 1} comes next"
            raise StoreDamaged("", problem)
        fact: Any = self._events.read(strand.id, version, _text_of(topic), state)
        aggregate = strand.aggregate
        if not _can_come(fact.__class__, aggregate.__class__, version == 1):
            raise StoreDamaged("", "is not of a kind that can come next in its aggregate")
        try:
            if aggregate is None:
                aggregate = fact.mutate(None)
                self._keep(row, strand, aggregate)
            else:  # as the library does, less what it checks, which was checked here
                fact.apply(aggregate)
                aggregate.version = version
                aggregate.modified_on = fact.timestamp
        except _WHILE_APPLYING as error:
            raise StoreDamaged("", "cannot be applied to its aggregate") from error
        strand.version = version
        if kept_state is not None or kept_topic is not None:
            self._compare_with_kept(row, aggregate)

    def _keep(self, row: StoredRow, strand: _Strand, aggregate: Any) -> None:
        """Keep a new aggregate, or what is needed of one that never changes."""
        if isinstance(aggregate, StoredContent):
            self._check_content(row, aggregate)
        elif isinstance(aggregate, Snapshot):
            self._check_contents_of(row, aggregate)
        else:
            strand.aggregate = aggregate

    def _compare_with_kept(self, row: StoredRow, aggregate: FactKeeper) -> None:
        problem = "has a state of its aggregate kept beside it that "
        try:
            topic = row.kept_topic.decode()
            state: Any = self._events.read(aggregate.id, row.version, topic, row.kept_state)
        except (StoreDamaged, AttributeError, ValueError):
            self.findings.append(Finding(f"{problem}cannot be read", row.position))
            return
        if type(state) is not StateSnapshot or vars(state) != vars(StateSnapshot.take(aggregate)):
            self.findings.append(Finding(f"{problem}is not what its events make", row.position))

    def _check_content(self, row: StoredRow, content: StoredContent) -> None:
        self._contents.add(content.hash)
        self._note_outline(content)
        named_for = StoredContent.create_id(content.hash)
        if content_hash(content.text) != content.hash or content.id != named_for:
            self.findings.append(Finding("holds another content than its hash says", row.position))

    def _check_contents_of(self, row: StoredRow, snapshot: Snapshot) -> None:
        self._snapshots.add(str(snapshot.id))
        refers_to = {snapshot.outline, *self._outlined.get(snapshot.outline, ())}
        for hash_ in sorted(refers_to - self._contents):
            problem = f"refers to a content ({hash_}) that the log does not have"
            self.findings.append(Finding(problem, row.position))

    def _note_outline(self, content: StoredContent) -> None:
        """Note what a content refers to, should it be an outline; most are none."""
        if content.text.startswith(OUTLINE_BEGINNING):
            with suppress(ValueError, LookupError, TypeError, AttributeError):
                outline = Outline.read(content.text)
                self._outlined[content.hash] = set(outline.contents.values())

    def _lose(self, row: StoredRow, problem: str) -> None:
        self.findings.append(Finding(problem, row.position))
        strand = self._strands.get(row.originator_id)
        if strand is not None:
            strand.lost = True


@lru_cache
def _can_come(fact: type[Any], aggregate: type[Any], first: bool) -> bool:
    """Whether an event is one of such an aggregate, and not its first unless it comes first.

    Of an aggregate that is not kept there is no other event than the first.
    """
    if first:
        return issubclass(fact, FirstFact)
    events = getattr(aggregate, "Event", None)
    return events is not None and issubclass(fact, events) and not issubclass(fact, FirstFact)


@lru_cache
def _text_of(topic: bytes) -> str:
    return topic.decode()
