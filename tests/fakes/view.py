"""A view in memory, kept by the rules of the port."""

import copy
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from openclaw_manager.application.ports.view import (
    INSTANCE_FIELDS,
    INSTANCE_TYPE,
    MINION_KEYS,
    RELATION_KEYS,
    SECRET_FIELDS,
    SNAPSHOT_FIELDS,
    Minion,
    Relation,
    Written,
)
from openclaw_manager.domain.stamp import Stamp

_log = logging.getLogger("openclaw_manager")


class InMemoryView:
    """Keeps entries for as long as it lives.

    ``entries`` and ``relations`` are what readers see, and other tools may write into them;
    with ``damaged`` set, they are unreadable. ``aside`` has what was kept of damaged ones.
    """

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.relations: Any = []
        self.stamp: Stamp | None = None
        self.damaged = False
        self.aside: list[list[Any]] = []
        self._lock = Lock()

    @contextmanager
    def edit(self) -> Iterator["InMemoryViewEdit"]:
        """Hold the lock, and put aside what is damaged."""
        with self._lock:
            if self.damaged:
                self.keep_aside("was damaged")
                self.entries, self.relations, self.stamp, self.damaged = [], [], None, False
            yield InMemoryViewEdit(self)

    def keep_aside(self, problem: str) -> None:
        """Remember the entries as they are."""
        self.aside.append(copy.deepcopy(self.entries))
        _log.warning("the view %s: it was kept aside and made anew", problem)


class InMemoryViewEdit:
    """The entries while the lock is held."""

    def __init__(self, view: InMemoryView) -> None:
        self._view = view

    @property
    def stamp(self) -> Stamp | None:
        """What the entries were made from."""
        return self._view.stamp

    def keep_aside(self, problem: str) -> None:
        """Remember the entries as they are."""
        self._view.keep_aside(problem)

    def belonging_to(self, instance_ids: Collection[str]) -> set[str]:
        """Tell the ids of the entries that name one of these instances in their fields."""
        found = set()
        for entry in self._view.entries:
            fields = entry.get("fields") if isinstance(entry, dict) else None
            if isinstance(fields, dict) and fields.get("instanceId") in instance_ids:
                found.add(entry["id"])
        return found

    def save(
        self,
        minions: Sequence[Minion],
        stamp: Stamp,
        *,
        relations: Sequence[Relation] = (),
        gone: Collection[str] = (),
    ) -> None:
        """Put entries and relations in, and take out what is gone."""
        view = self._view
        view.entries = _put(view.entries, minions, gone, _merged_minion)
        if isinstance(view.relations, list):
            view.relations = _put(view.relations, relations, gone, _merged_relation)
        view.stamp = stamp

    def carry_over(self, entries: Sequence[Written], relations: Sequence[Written]) -> None:
        """Put in what has an id that is not here yet."""
        view = self._view
        for place, given in ((view.entries, entries), (view.relations, relations)):
            here = {_id_of(entry) for entry in place}
            place += [copy.deepcopy(one.value) for one in given if one.value["id"] not in here]


def _put(
    before: list[Any],
    new: Sequence[dict[str, Any]],
    gone: Collection[str],
    merge: Callable[[Any, dict[str, Any]], dict[str, Any]],
) -> list[Any]:
    """Put each in place of the one with its id."""
    entries = [entry for entry in before if _id_of(entry) not in gone]
    places = {_id_of(entry): place for place, entry in enumerate(entries) if _id_of(entry)}
    for entry in copy.deepcopy(list(new)):
        place = places.setdefault(entry["id"], len(entries))
        if place == len(entries):
            entries.append(entry)
        else:
            entries[place] = merge(entries[place], entry)
    return entries


def _id_of(entry: Any) -> str | None:
    id_ = entry.get("id") if isinstance(entry, dict) else None
    return id_ if isinstance(id_, str) else None


def _merged_minion(before: dict[str, Any], minion: Minion) -> Minion:
    is_instance = minion["minionTypeId"] == INSTANCE_TYPE
    ours = INSTANCE_FIELDS if is_instance else SNAPSHOT_FIELDS
    if is_instance:
        before = _without_repetition(before, minion)
    return _merged(before, minion, MINION_KEYS, "fields", ours)


def _without_repetition(before: dict[str, Any], minion: Minion) -> dict[str, Any]:
    """Leave out the texts of others that repeat a secret."""
    held = [one["fields"] for one in (before, minion) if isinstance(one.get("fields"), dict)]
    secrets = [fields[key].lower() for fields in held for key in SECRET_FIELDS if key in fields]

    def repeats(key: str, value: Any) -> bool:
        is_theirs = key not in MINION_KEYS and isinstance(value, str)
        return is_theirs and any(secret in value.lower() for secret in secrets)

    return {key: value for key, value in before.items() if not repeats(key, value)}


def _merged_relation(before: dict[str, Any], relation: Relation) -> Relation:
    return _merged(before, relation, RELATION_KEYS, "metadata", frozenset())


def _merged(
    before: dict[str, Any],
    new: dict[str, Any],
    our_keys: frozenset[str],
    within: str,
    ours_within: frozenset[str],
) -> dict[str, Any]:
    """Take our keys from the new entry, and all others from the one before."""
    theirs = {key: value for key, value in before.items() if key not in our_keys}
    inner = before.get(within)
    if not isinstance(inner, dict):
        return new | theirs
    added = {key: value for key, value in inner.items() if key not in ours_within}
    return new | theirs | {within: new[within] | added}
