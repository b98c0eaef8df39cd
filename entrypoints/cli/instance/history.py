"""``instance history``: what happened to an instance."""

import click

from openclaw_manager.entrypoints.cli.audit.entries import HEADS, document, row
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session


@click.command
@instance_argument
@click.option("--limit", type=click.IntRange(min=1), help="Only the last so many.")
@output_options
def history(instance: str, limit: int | None, output: str) -> None:
    """Tell what happened to INSTANCE, oldest first.

    Removed instances have a history too. `audit log` tells that of all instances, and knows
    more filters.
    """
    entries = session().container.history().of(instance, limit)
    write(
        [document(entry) for entry in entries],
        output,
        names=(entry.event for entry in entries),
        table=lambda: rows_table(HEADS, map(row, entries)),
    )
