"""``instance history``: what happened to an instance."""

from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.minion import iso
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.application.history import HistoryEntry


@click.command
@instance_argument
@click.option("--limit", type=click.IntRange(min=1), help="Only the last so many.")
@output_options
def history(instance: str, limit: int | None, output: str) -> None:
    """Tell what happened to INSTANCE, oldest first.

    Removed instances have a history too.
    """
    entries = session().container.history().of(instance, limit)
    write(
        [_document(entry) for entry in entries],
        output,
        names=(entry.event for entry in entries),
        table=lambda: _table(entries),
    )


def _document(entry: "HistoryEntry") -> dict[str, Any]:
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


def _table(entries: "list[HistoryEntry]") -> str:
    return rows_table(
        ("POSITION", "TIME (UTC)", "EVENT", "WHAT", "ACTOR", "REASON"), map(_row, entries)
    )


def _row(entry: "HistoryEntry") -> tuple[str, ...]:
    return (
        str(entry.position),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        entry.event,
        _what(entry.data),
        entry.actor,
        entry.reason or "",
    )


def _what(data: dict[str, Any]) -> str:
    """Say in a few words what an event holds; of secrets and keys only that they are there."""
    words = []
    for key, value in data.items():
        match value:
            case None | []:
                continue
            case {"fingerprint": fingerprint}:
                words.append(f"{key}={fingerprint}")
            case list():
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
