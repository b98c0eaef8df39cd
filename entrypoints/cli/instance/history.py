"""``instance history``: what happened to an instance."""

from typing import TYPE_CHECKING

import click

from openclaw_manager.entrypoints.cli.given import MOMENT
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

_ON_TERMINAL = "-"
_PICTURE = ".svg"


@click.command
@instance_argument
@click.option("--since", type=MOMENT, help="Only what happened then or later.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the last so many.")
@click.option(
    "--plot",
    "picture",
    is_flag=False,
    flag_value=_ON_TERMINAL,
    metavar="[FILE.svg]",
    help="Draw how fast it was and when it was down, here or into a file.",
)
@click.option("--force", is_flag=True, help="Replace the file of a picture that exists.")
@output_options
def history(
    instance: str,
    since: "datetime | None",
    limit: int | None,
    picture: str | None,
    force: bool,
    output: str,
) -> None:
    """Tell what happened to INSTANCE, oldest first.

    Removed instances have a history too. `audit log` tells that of all instances, and knows
    more filters.

    With --plot, round trips and outages are drawn: since the time that is given, or else as far
    back as something is known of the last 30 days. Times are UTC.
    """
    if picture is not None:
        _refuse_contradictions(picture, limit, output)
        from openclaw_manager.entrypoints.cli.instance.plot import plot

        plot(instance, None if picture == _ON_TERMINAL else picture, since, force=force)
        return
    if force:
        raise click.UsageError("--force is for a picture; give --plot FILE.svg")
    from openclaw_manager.application.history import Query
    from openclaw_manager.entrypoints.cli.audit.entries import HEADS, document, row

    query = Query(instances=[instance], since=since)
    entries = list(session().container.history().find(query, limit))
    write(
        [document(entry) for entry in entries],
        output,
        names=(entry.event for entry in entries),
        table=lambda: rows_table(HEADS, map(row, entries)),
    )


def _refuse_contradictions(picture: str, limit: int | None, output: str) -> None:
    if limit is not None or output != "table":
        raise click.UsageError("a picture has no --limit and no -o; --since says where it begins")
    if picture != _ON_TERMINAL and not picture.lower().endswith(_PICTURE):
        raise click.UsageError(f"a picture is an SVG; give --plot a name that ends in {_PICTURE}")
