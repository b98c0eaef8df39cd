"""A view in memory, kept by the rules of the port."""

import copy
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from openclaw_manager.application.ports.view import INSTANCE_FIELDS, MINION_KEYS, Minion
from openclaw_manager.domain.stamp import Stamp

_log = logging.getLogger("openclaw_manager")


class InMemoryView:
    """Keeps entries for as long as it lives.

    ``entries`` are what readers see, and other tools may write into them; with ``damaged``
    set, they are unreadable. ``aside`` has what was kept of damaged ones.
    """

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.stamp: Stamp | None = None
        self.damaged = False
        self.aside: list[list[Any]] = []
        self._lock = Lock()

    @contextmanager
    def edit(self) -> Iterator["InMemoryViewEdit"]:
        """Hold the lock, and put aside what is damaged."""
        with self._lock:
            if self.damaged:
                self.aside.append(self.entries)
                self.entries, self.stamp, self.damaged = [], None, False
                _log.warning("the view was damaged: it was kept aside and made anew")
            yield InMemoryViewEdit(self)


class InMemoryViewEdit:
    """The entries while the lock is held."""

    def __init__(self, view: InMemoryView) -> None:
        self._view = view

    @property
    def stamp(self) -> Stamp | None:
        """What the entries were made from."""
        return self._view.stamp

    def save(self, minions: Sequence[Minion], stamp: Stamp) -> None:
        """Put entries in, each in place of the one with its id."""
        entries = list(self._view.entries)
        places = {
            entry["id"]: place
            for place, entry in enumerate(entries)
            if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        }
        for minion in copy.deepcopy(list(minions)):
            place = places.setdefault(minion["id"], len(entries))
            if place == len(entries):
                entries.append(minion)
            else:
                entries[place] = _merged(entries[place], minion)
        self._view.entries, self._view.stamp = entries, stamp


def _merged(before: dict[str, Any], minion: Minion) -> Minion:
    """Take our keys from the new entry, and all others from the one before."""
    theirs = {key: value for key, value in before.items() if key not in MINION_KEYS}
    fields = before.get("fields")
    if not isinstance(fields, dict):
        return minion | theirs
    added = {key: value for key, value in fields.items() if key not in INSTANCE_FIELDS}
    return minion | theirs | {"fields": minion["fields"] | added}
