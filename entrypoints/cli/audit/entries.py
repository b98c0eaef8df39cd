"""How events are shown: those of one instance, and those of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openclaw_manager.application.iso_time import iso
from openclaw_manager.entrypoints.cli.printable import printable

if TYPE_CHECKING:
    from openclaw_manager.application.history_entry import HistoryEntry

HEADS = ("POSITION", "TIME (UTC)", "EVENT", "WHAT", "ACTOR", "REASON")
_MOST_LISTED = 16
FLEET_HEADS = (*HEADS[:2], "INSTANCE", *HEADS[2:])


def document(entry: HistoryEntry) -> dict[str, Any]:
    """Make an event of one instance a JSON object."""
    return {
        "position": entry.position,
        "version": entry.version,
        "event": entry.event,
        "topic": entry.topic,
        "at": iso(entry.at),
        "actor": entry.actor,
        "reason": entry.reason,
        "data": entry.data,
    }


def fleet_document(entry: HistoryEntry) -> dict[str, Any]:
    """Make an event a JSON object that says which instance it is about."""
    return {"id": entry.instance_id, "name": entry.instance} | document(entry)


def row(entry: HistoryEntry) -> tuple[str, ...]:
    """Lay out an event of one instance in the columns of ``HEADS``."""
    return (
        str(entry.position),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        entry.event,
        printable(_what(entry.data)),
        printable(entry.actor),
        printable(entry.reason or ""),
    )


def fleet_row(entry: HistoryEntry) -> tuple[str, ...]:
    """Lay out an event in the columns of ``FLEET_HEADS``."""
    position, time, *rest = row(entry)
    return (position, time, entry.instance or "", *rest)


def _what(data: dict[str, Any]) -> str:
    """Say in a few words what an event holds; of secrets and keys only that they are there."""
    words = []
    for key, value in data.items():
        match value:
            case None | []:
                continue
            case dict() if not value:  # the pattern {} would fit every mapping
                continue
            case {"fingerprint": fingerprint}:
                words.append(f"{key}={fingerprint}")
            case dict() | list() if len(value) > _MOST_LISTED:
                words.append(f"{key}={len(value)} items")
            case dict() | list():
                words.append(f"{key}={','.join(value)}")
            case str() if "\n" in value:
                words.append(key)
            case str() if " " in value:
                words.append(f'{key}="{value}"')
            case float():
                words.append(f"{key}={value:.1f}")
            case _:
                words.append(f"{key}={value}")
    return " ".join(words)
