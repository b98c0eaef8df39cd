"""What a file of another tool is read with, and how it stands to the home."""

import os
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from openclaw_manager.adapters.data_json.given import read_given
from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.application.ports.view import Written
from openclaw_manager.entrypoints.composition.files import LOG, VIEW, refuse_lost_log
from openclaw_manager.entrypoints.composition.store_address import SQLITE

if TYPE_CHECKING:
    from openclaw_manager.application.adoption.fates import Fate
    from openclaw_manager.entrypoints.composition.settings import Settings


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


def left_off(view: str, fates: "Sequence[Fate]") -> tuple[Path, list[dict[str, Any]]] | None:
    """Tell what our view has no place for, and where to keep it: it may be a key's only copy."""
    lost = [
        {"id": fate.id, "title": fate.name} | {part.key: part.value for part in fate.left_off}
        for fate in fates
        if fate.left_off
    ]
    place = Path(f"{view}.left-off-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    return (place, lost) if lost else None


def has_log(settings: "Settings") -> bool:
    """Whether a log was begun; raises ``StoreDamaged`` for one that was lost."""
    if settings.store_kind != SQLITE:
        return True
    home = settings.home
    refuse_lost_log(home)
    return os.path.exists(os.path.join(home, LOG))


def _ids_in(view: str) -> set[str]:
    entries, _ = look_at(view)
    ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return {id_ for id_ in ids if isinstance(id_, str)}
