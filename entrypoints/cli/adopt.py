"""``adopt``: take over the instances that another tool knows."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.errors import DONE, FAILED
from openclaw_manager.entrypoints.cli.instance.options import reason_option
from openclaw_manager.entrypoints.cli.output import json_text, output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.adoption.entries import LeftOff
    from openclaw_manager.application.adoption.fates import Examined, Fate
    from openclaw_manager.entrypoints.composition.adoption import Given
    from openclaw_manager.entrypoints.composition.container import Container

_COLORS = {"adopted": "green", "carried-over": "green", "refused": "red"}


@click.command
@click.argument("file", type=click.Path())
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@reason_option
@output_options
@click.pass_context
def adopt(ctx: click.Context, file: str, dry_run: bool, reason: str | None, output: str) -> None:
    """Take over the instances in FILE, a data.json that another tool wrote.

    They keep their ids, dates, status, last ping and credentials, and removed ones stay
    removed. FILE may be the data.json of this home; any other file is only read. Doing it
    twice changes nothing. Exit status 1 says that something was refused.
    """
    from openclaw_manager.entrypoints.composition.adoption import open_given

    given = open_given(file, session().settings.home)
    fates = _foreseen(given) if dry_run else _adopted(given, reason)
    write(
        [_document(fate) for fate in fates],
        output,
        names=(fate.name for fate in fates if fate.outcome == "adopted" and fate.name),
        table=lambda: _table(fates),
    )
    _say(fates, output, dry_run=dry_run)
    ctx.exit(FAILED if any(fate.outcome == "refused" for fate in fates) else DONE)


def _foreseen(given: "Given") -> "list[Fate]":
    """Foresee what would be done, on a home that is not even made if it is not there."""
    from openclaw_manager.application.adoption.fates import Deciding
    from openclaw_manager.entrypoints.composition.adoption import has_log

    container, problem = session().checkup_container()
    if problem:
        raise problem
    examined = _examined(given, container)
    if has_log(session().settings):
        return container.adopting().foresee(examined, given.carried)
    return Deciding(lambda _: False, lambda _: None, given.carried).fates(examined)


def _adopted(given: "Given", reason: str | None) -> "list[Fate]":
    container = session().container
    examined = _examined(given, container)
    adopting = container.adopting()
    if given.carried is None:  # our view has no place for what is left off
        _keep(given.path, adopting.foresee(examined, given.carried))
    fates = adopting.adopt(examined, given.carried, reason)
    adopting.carry_over(fates, given.entries, given.relations)
    return fates


def _examined(given: "Given", container: "Container") -> "list[Examined]":
    from openclaw_manager.application.adoption.fates import examine

    return examine(given.entries, container.entry_reader(), container.clock().now())


def _keep(view: str, fates: "Sequence[Fate]") -> None:
    """Keep what is left off in a file for its owner alone."""
    from openclaw_manager.entrypoints.cli.written_files import write_files
    from openclaw_manager.entrypoints.composition.adoption import left_off

    kept = left_off(view, fates)
    if kept is None:
        return
    place, lost = kept
    write_files({place: json_text(lost, indent=2) + "\n"}, force=False)
    warn(f"what is left off is kept in {place}; delete it when you have what you need from it")


def _document(fate: "Fate") -> dict[str, Any]:
    return {
        "entry": fate.place,
        "id": fate.id,
        "name": fate.name,
        "outcome": fate.outcome.value,
        "reason": fate.reason,
        "leftOff": [{"key": part.key, "reason": part.reason} for part in fate.left_off],
    }


def _table(fates: "Sequence[Fate]") -> str:
    if not fates:
        return "no entries"
    rows = [
        (
            str(fate.place),
            fate.name or "",
            fate.id or "",
            click.style(fate.outcome.value, fg=_COLORS.get(fate.outcome)),
            fate.reason or "; ".join(map(_without, fate.left_off)),
        )
        for fate in fates
    ]
    return rows_table(("ENTRY", "NAME", "ID", "WHAT", "WHY"), rows)


def _without(part: "LeftOff") -> str:
    return f"without {part.key}: {part.reason}"


def _say(fates: "Sequence[Fate]", output: str, *, dry_run: bool) -> None:
    """Sum it up, and say what is left off where the output does not."""
    counts = Counter(fate.outcome.value for fate in fates)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "no entries"
    click.echo(f"would be: {said}" if dry_run else said, err=True)
    if output != "table":
        for fate in fates:
            for part in fate.left_off:
                warn(f"{fate.name}: {_without(part)}")
