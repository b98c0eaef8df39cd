"""What becomes of each entry of another tool's file, decided without changing anything."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from openclaw_manager.application.adoption.entries import Adoptable, EntryReader, LeftOff
from openclaw_manager.application.ports.view import Written, is_instance, is_snapshot
from openclaw_manager.domain.errors import InvalidInput, NameTaken
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.text import is_printable

_LONGEST = 100  # characters of what is shown of a title or an id that may be anything


class Outcome(StrEnum):
    """What becomes of one entry."""

    ADOPTED = "adopted"
    ALREADY_HERE = "already-here"
    CARRIED_OVER = "carried-over"  # not ours, and from now on in our view as it is
    LEFT = "left"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of the entry at this place (from 1), and why, where that is not obvious.

    ``id`` and ``name`` are None where the entry has none that could be shown.
    """

    place: int
    id: str | None
    name: str | None
    outcome: Outcome
    reason: str | None = None
    left_off: tuple[LeftOff, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """A snapshot that another tool took of an instance."""

    place: int
    id: str
    instance_id: str
    name: str | None


Examined: TypeAlias = Adoptable | SnapshotEntry | Fate


def examine(entries: Sequence[Written], reader: EntryReader, now: datetime) -> list[Examined]:
    """Tell of each entry what it is, and refuse what cannot be adopted wherever it would be."""
    return [_examine(place, entry.value, reader, now) for place, entry in enumerate(entries, 1)]


def _examine(place: int, entry: object, reader: EntryReader, now: datetime) -> Examined:
    if not isinstance(entry, dict):
        return Fate(place, None, None, Outcome.REFUSED, "it is not an object")
    id_, name = _shown(entry.get("id")), _shown(entry.get("title"))
    if is_snapshot(entry) and id_ is not None:
        return SnapshotEntry(place, id_, str(entry["fields"]["instanceId"]), name)
    if not is_instance(entry):
        return Fate(place, id_, name, Outcome.LEFT, "it is no instance")
    try:
        return reader.read(place, entry, now)
    except InvalidInput as refused:
        return Fate(place, id_, name, Outcome.REFUSED, str(refused))


def _shown(text: object) -> str | None:
    if isinstance(text, str) and is_printable(text) and len(text) <= _LONGEST:
        return text
    return None


class Deciding:
    """Decides upon the entries of one file, as things stand.

    ``is_here`` tells whether the log has an instance, ``holder_of`` who holds a name in it.
    ``carried`` are the ids of what the view has of others, and None where the file is the
    view itself: what is there then stays where it is.
    """

    def __init__(
        self,
        is_here: Callable[[UUID], bool],
        holder_of: Callable[[InstanceName], str | None],
        carried: Collection[str] | None,
    ) -> None:
        self._is_here = is_here
        self._holder_of = holder_of
        self._carried = carried

    def fates(self, examined: Sequence[Examined]) -> list[Fate]:
        """Decide upon all entries; of two with one name, the first gets it."""
        ids = Counter(str(one.id) for one in examined)
        names: dict[str, str] = {}
        instances = {
            one.place: self._of_instance(one, ids, names)
            for one in examined
            if isinstance(one, Adoptable)
        }
        ours = {fate.id for fate in instances.values() if fate.outcome is not Outcome.REFUSED}
        return [
            instances[one.place]
            if isinstance(one, Adoptable)
            else self._of_snapshot(one, ours)
            if isinstance(one, SnapshotEntry)
            else one
            for one in examined
        ]

    def _of_instance(self, one: Adoptable, ids: Counter[str], names: dict[str, str]) -> Fate:
        outcome, reason = Outcome.ADOPTED, None
        if self._is_here(one.id):
            outcome = Outcome.ALREADY_HERE
        elif ids[str(one.id)] > 1:
            outcome, reason = Outcome.REFUSED, "other entries have its id as well"
        elif one.past.removed_at is None:
            holder = names.get(name_key(one.name)) or self._holder_of(one.name)
            names.setdefault(name_key(one.name), holder or str(one.id))
            if holder:
                outcome, reason = Outcome.REFUSED, str(NameTaken(one.name, holder))
        left_off = one.left_off if outcome is Outcome.ADOPTED else ()
        return Fate(one.place, str(one.id), one.name, outcome, reason, left_off)

    def _of_snapshot(self, one: SnapshotEntry, ours: Collection[str | None]) -> Fate:
        outcome, reason = Outcome.CARRIED_OVER, None
        if self._carried is None:
            outcome, reason = Outcome.LEFT, "a snapshot stays as it is"
        elif one.id in self._carried:
            outcome = Outcome.ALREADY_HERE
        elif one.instance_id not in ours:
            outcome, reason = Outcome.LEFT, "the instance that it shows was not adopted"
        return Fate(one.place, one.id, one.name, outcome, reason)
