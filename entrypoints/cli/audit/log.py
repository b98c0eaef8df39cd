"""``audit log``: what happened to all instances, and what happens."""

from __future__ import annotations

import gc
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.errors import InvalidMoment
from openclaw_manager.entrypoints.cli.audit.entries import FLEET_HEADS, fleet_document, fleet_row
from openclaw_manager.entrypoints.cli.given import INSTANCE, PLACE
from openclaw_manager.entrypoints.cli.output import (
    json_text,
    output_options,
    row_line,
    rows_table,
    write,
)
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from openclaw_manager.application.history import Query
    from openclaw_manager.application.history_entry import HistoryEntry

_LOOK_EVERY = 0.2  # seconds between two looks at the head of the log
_PATIENCE = 0.7  # seconds for a line to get out after a signal came
_WIDTHS = (8, 19, 16, 16, 40, 16, 0)  # of columns whose longest cell is yet to come


@click.command
@click.option(
    "--instance",
    "instances",
    type=INSTANCE,
    multiple=True,
    help="Only of this one, removed or not: name, id, or its beginning; repeatable.",
)
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="EVENT",
    help="Only these: Pinged, instance.pinged, pinged, or 'instance.*'; repeatable.",
)
@click.option("--actor", metavar="USER[@HOST]", help="Only what was done by them.")
@click.option("--since", type=PLACE, help="Only what happened then or later.")
@click.option("--until", type=PLACE, help="Only what happened then or earlier.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the last so many.")
@click.option("-f", "--follow", is_flag=True, help="Tell new events as they come, until stopped.")
@output_options
def log(
    instances: tuple[str, ...],
    events: tuple[str, ...],
    actor: str | None,
    since: datetime | int | None,
    until: datetime | int | None,
    limit: int | None,
    follow: bool,
    output: str,
) -> None:
    """Tell what happened to all instances, oldest first.

    Times are ISO (local where they say no offset; a date is its midnight), how long ago (2h,
    90m, 3d), yesterday, today or now. Digits alone are a position in the log.

    What is recorded along with that is told where --event asks for it: who holds a name
    ('name.*'), captures and what they found ('snapshot.*', 'content.*'; of contents the hash
    and the size). '*' are all events.

    --follow begins with what is new; with --since or --limit it tells the past first. Ctrl-C
    or SIGTERM ends it.
    """
    from openclaw_manager.application.history import Query

    if follow and until is not None:
        raise click.UsageError("--follow and --until contradict each other")
    if follow and output == "json":
        raise click.UsageError("a JSON document has an end; give -o jsonl with --follow")
    if isinstance(since, datetime) and since > datetime.now(UTC):
        raise InvalidMoment(since.isoformat(), "is in the future, of which nothing is known")
    query = Query(instances, events, actor, since, until)
    if follow:
        _follow(query, limit, output)
    else:
        _tell(session().container.history().find(query, limit), output)


def _tell(entries: Iterable[HistoryEntry], output: str) -> None:
    """Print what happened, line by line as it is read where the form allows it."""
    if output in ("jsonl", "name"):
        for entry in entries:
            click.echo(_line(entry, output))
        return
    entries = list(entries)
    write(
        list(map(fleet_document, entries)),
        output,
        names=(),
        table=lambda: rows_table(FLEET_HEADS, map(fleet_row, entries)),
    )


def _follow(query: Query, limit: int | None, output: str) -> None:
    """Print what happens, and before that the past where it was asked for."""
    gc.enable()  # unlike other commands, this one runs for long
    stopped = _stopped_by_signals()
    history = session().container.history()
    following = history.follow(query)
    if output == "table":
        click.echo(row_line(FLEET_HEADS, _WIDTHS))
    if limit is not None or query.since is not None:
        past = replace(query, until=following.position)
        _tell_more(history.find(past, limit), output)
    while not stopped():
        _tell_more(following.news(), output)
        time.sleep(_LOOK_EVERY)


def _tell_more(entries: Iterable[HistoryEntry], output: str) -> None:
    """Print some more events; what is printed goes out at once."""
    for entry in entries:
        if output == "yaml":
            write([fleet_document(entry)], output, names=(), table=str)
        else:
            click.echo(_line(entry, output))


def _line(entry: HistoryEntry, output: str) -> str:
    match output:
        case "jsonl":
            return json_text(fleet_document(entry))
        case "name":
            return entry.event
        case _:
            return row_line(fleet_row(entry), _WIDTHS)


def _stopped_by_signals() -> Callable[[], bool]:
    """Let signals end the command between two lines; give what tells whether one came.

    If whoever reads us does not read any more, a line may never get out: then the alarm, of
    which nobody takes care, ends the process.
    """
    came: list[int] = []

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop)
    return lambda: bool(came)
