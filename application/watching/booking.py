"""Booking: how what a watch decided becomes facts in the log."""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.log_recorder import Sought
from openclaw_manager.application.ports.watch_observer import Transition, Watched
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.watching.batch import Batch, Entry, Item, PossibleNews
from openclaw_manager.application.watching.held import HeldInstances
from openclaw_manager.domain.errors import OldSecretKept, StoreDamaged, StoreError, ViewBehind
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact, Provenance
from openclaw_manager.domain.rollup import PingSummary
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.domain.thresholds import Down, Up

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import Admitted, CredentialDesk


# What becomes a fact with the time of its own, by which it is known again.
_FACTS: Mapping[type[Item], type[Fact]] = {
    PingSummary: Instance.PingsSummarised,
    Down: Instance.WentDown,
    Up: Instance.CameUp,
}
_TOPICS = (
    Instance.PingsSummarised.TOPIC,
    Instance.WentDown.TOPIC,
    Instance.CameUp.TOPIC,
)


class Saved(NamedTuple):
    """What stands in the log now, and is to be told.

    ``problem`` is what else is wrong although the facts are safe: ``data.json`` is behind the
    log (``ViewBehind``), an old secret is not erased (``OldSecretKept``), or an instance
    cannot be read back (``StoreDamaged``), and nothing is recorded of that one.
    """

    transitions: Sequence[Transition] = ()
    problem: StoreError | None = None


class _Change(NamedTuple):
    """A transition that was decided; ``incident`` where that began before.

    ``stands`` says that it is in the log already, from a time when we were told otherwise.
    """

    instance: Watched
    change: Down | Up
    incident: str | None
    stands: bool = False


class _Decision(NamedTuple):
    """What became of a batch: the instances with their new facts, and what is to be told."""

    instances: list[Instance]
    changes: list[_Change]
    replaced: list[str]
    problem: StoreDamaged | None

    @property
    def grown(self) -> list[Instance]:
        """The instances that have something to be recorded."""
        return [one for one in self.instances if one.pending_events]


class Booking:
    """Appends batches to the log, and decides again where somebody else was faster."""

    def __init__(self, log: EventLog, facts: FactRecorder, desk: "CredentialDesk") -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._held = HeldInstances(log)
        self._doubtful_after: int | None = None
        """The position after which there may be facts of which we were told that they failed."""

    def record(self, batch: Batch) -> Saved:
        """Append all of it in one transaction, with one rewrite of the view.

        An instance that was removed or moved meanwhile is left as it is. Raises a
        ``StoreError`` or ``TooMuchContention`` when nothing was recorded, or nobody knows
        whether it was: the next time, what stands in the log is told and not recorded again.
        """
        tokens = self._issued(batch.entries)
        decision = self._decide(batch.entries, tokens)
        if decision.grown:
            saved = self._append(decision, batch.entries, tokens)
        else:
            saved = Saved([*_told(decision.changes, ())], decision.problem)
            self._held.keep(decision.instances)
        self._doubtful_after = None
        batch.recorded = True
        return saved

    def _append(
        self, first: _Decision, entries: Sequence[Entry], tokens: "Mapping[UUID, Admitted]"
    ) -> Saved:
        decisions: list[_Decision] = []
        replaced: list[str] = []
        appended: list[tuple[int, Fact]] = []

        def decide() -> list[Instance]:
            decisions.append(self._decide(entries, tokens) if decisions else first)
            replaced[:] = decisions[-1].replaced
            return decisions[-1].grown

        secrets = ChainMap(*(admitted.secrets for admitted in tokens.values()))
        problem: StoreError | None = None
        try:
            self._facts.record(decide, keep=secrets, drop=replaced, appended=appended)
        except (ViewBehind, OldSecretKept) as error:
            problem = error
        except Exception:  # a store may fail between the commit and the word of it
            if self._doubtful_after is None:
                self._doubtful_after = self._held.upto
            raise
        decision = decisions[-1]
        self._held.keep(decision.instances)
        return Saved([*_told(decision.changes, appended)], problem or decision.problem)

    def _issued(self, entries: Iterable[Entry]) -> "dict[UUID, Admitted]":
        """Take the device tokens that gateways issued on the way; the same again is no news."""
        issued = {one.instance.id: token for one in entries if (token := one.device_token)}
        if not issued:
            return {}
        known = [one for one in self._held.take(issued).values() if isinstance(one, Instance)]
        self._held.keep(known)
        return {
            one.id: self._desk.admit_device_token(one.id, issued[one.id])
            for one in known
            if one.pairing is not None and not _has(one, issued[one.id])
        }

    def _decide(self, entries: Sequence[Entry], tokens: "Mapping[UUID, Admitted]") -> _Decision:
        """Let happen what is still to happen, to the instances as they are now."""
        found = self._held.take(entry.instance.id for entry in entries)
        decision = _Decision([], [], [], _first_damage(found.values()))
        actor = self._facts.provenance().actor
        for entry in entries:
            instance = found.get(entry.instance.id)
            if isinstance(instance, Instance) and _is_still_there(instance, entry.instance):
                decision.instances.append(instance)
                decision.changes.extend(self._apply(entry, instance, actor))
                if instance.id in tokens:
                    by = Provenance(_time_of(entry.items[-1]), actor)
                    changes = tokens[instance.id].changes
                    decision.replaced.extend(instance.change_credentials(changes, by))
        return decision

    def _apply(self, entry: Entry, instance: Instance, actor: str) -> Iterator[_Change]:
        """Let happen what was found of an instance, and tell its transitions."""
        standing = self._standing(instance.id)
        incident: str | None = None
        if instance.outage is not None and any(isinstance(item, Up) for item in entry.items):
            incident = self._incident(instance.id, self._log.head())
        for item in entry.items:
            by = Provenance(_time_of(item), actor)
            position = standing.get((_FACTS.get(type(item)), by.at))
            if position is not None:
                if isinstance(item, Down | Up):
                    began = self._incident(instance.id, position)
                    yield _Change(entry.instance, item, began, stands=True)
            elif isinstance(item, PingSummary):
                instance.summarise_pings(item, by)
            elif isinstance(item, PossibleNews):
                if instance.is_news(item.outcome):
                    instance.record_ping(item.outcome, by)
            elif isinstance(item, Down) and instance.outage is None:
                instance.go_down(item, by)
                yield _Change(entry.instance, item, None)
                incident = None
            elif isinstance(item, Up) and instance.outage is not None:
                instance.come_up(item, by)
                yield _Change(entry.instance, item, incident)

    def _standing(self, instance_id: UUID) -> dict[tuple[type[Fact] | None, datetime], int]:
        """Tell where facts are that may be ours, by their kinds and times."""
        if self._doubtful_after is None:
            return {}
        sought = Sought(originator_id=instance_id, topics=_TOPICS)
        since = self._log.events_between(self._doubtful_after + 1, self._log.head(), sought)
        return {(type(fact), fact.timestamp): position for position, fact in since}

    def _incident(self, instance_id: UUID, upto: int) -> str:
        """Find with which event the last outage of an instance began, until a position."""
        sought = Sought(originator_id=instance_id, topics=(Instance.WentDown.TOPIC,))
        found = self._log.events_between(upto, 1, sought, limit=1)
        return next((str(position) for position, _ in found), "")


def _told(changes: Iterable[_Change], appended: Iterable[tuple[int, Fact]]) -> Iterator[Transition]:
    """Tell transitions by the ids of their incidents, now that these are known."""
    kinds = (Instance.WentDown, Instance.CameUp)
    positions = (position for position, fact in appended if isinstance(fact, kinds))
    begun: dict[UUID, str] = {}
    for instance, change, earlier, stands in changes:
        position = None if stands else next(positions)
        if isinstance(change, Down) and not stands:
            begun[instance.id] = str(position)
        yield Transition(instance, change, earlier or begun[instance.id])


def _is_still_there(instance: Instance, watched: Watched) -> bool:
    return instance.removed_at is None and instance.url == watched.url


def _has(instance: Instance, device_token: str) -> bool:
    held = instance.credentials["device_token"]
    return held is not None and held["fingerprint"] == fingerprint(device_token)


def _time_of(item: Item) -> datetime:
    return item.until if isinstance(item, PingSummary) else item.at


def _first_damage(found: Iterable[Instance | StoreDamaged]) -> StoreDamaged | None:
    return next((one for one in found if isinstance(one, StoreDamaged)), None)
