"""What a file of another tool is read with, and how it stands to the home."""

import os
from collections.abc import Collection
from typing import NamedTuple

from openclaw_manager.adapters.data_json.given import read_given
from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.application.ports.view import Written
from openclaw_manager.entrypoints.composition.files import LOG, VIEW, refuse_lost_log


class Given(NamedTuple):
    """The file; ``carried`` are the ids in our view, and None where the file is our view."""

    path: str
    entries: list[Written]
    relations: list[Written]
    carried: Collection[str] | None


def open_given(path: str, home: str) -> Given:
    """Read a file to be adopted; raises ``FileRefused``, and a ``StoreError`` of the view."""
    entries, relations = read_given(path)
    view = os.path.join(home, VIEW)
    if os.path.exists(view) and os.path.samefile(path, view):
        return Given(view, entries, relations, None)
    return Given(path, entries, relations, _ids_in(view))


def has_log(home: str) -> bool:
    """Whether a log was begun; raises ``StoreDamaged`` for one that was lost."""
    refuse_lost_log(home)
    return os.path.exists(os.path.join(home, LOG))


def _ids_in(view: str) -> set[str]:
    entries, _ = look_at(view)
    ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return {id_ for id_ in ids if isinstance(id_, str)}
