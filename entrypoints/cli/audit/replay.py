"""``audit replay``: the view as it was, as a document of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.stamp import Stamp
from openclaw_manager.entrypoints.cli.given import PLACE
from openclaw_manager.entrypoints.cli.out_file import out_options, write_out
from openclaw_manager.entrypoints.cli.past import at_position
from openclaw_manager.entrypoints.cli.progress import progress_bar
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

_MANY = 2_000  # instances; reading fewer takes less than half a second
_OURS = ("events.db", "data.json", "secrets.db", "config.toml")


@click.command
@click.option("--until", type=PLACE, help="The last event that counts.  [default: the last one]")
@out_options("--to", what="The file to write, with all secrets")
@click.option("--show-secrets", is_flag=True, help="Print secrets instead of their fingerprints.")
def replay(until: datetime | int | None, to: Path | None, force: bool, show_secrets: bool) -> None:
    """Write data.json as it was, made anew from the log.

    --until is a time, which stands for the last event at or before it (ISO, 2h, yesterday),
    or a position in the log. What other tools keep in data.json is not in the log, and is left
    out; so are secrets that were replaced since, as they have been erased.

    A file gets the secrets that data.json has, and is for you alone (0600). data.json itself
    is never written: `doctor --fix` makes that anew.
    """
    if to is not None:
        _refuse_ours(to)
    container = session().container
    travel, log = container.time_travel(), container.event_log()
    position = at_position(log.head() if until is None else until)
    with progress_bar("replaying", _MANY) as progress:
        shown = travel.view(position, reveal=to is not None or show_secrets, progress=progress)
    text = container.view_text()(shown.minions, shown.relations, Stamp(log.id, position))
    write_out(text, to, force=force)
    if to is not None:
        click.echo(f"wrote data.json as it was at event {position} to {to}", err=True)


def _refuse_ours(path: Path) -> None:
    """Refuse to put a replay, even by force, where a file of the home is or belongs."""
    folder = os.path.realpath(path.parent)
    if folder == os.path.realpath(session().settings.home) and path.name.startswith(_OURS):
        raise click.UsageError(f"{path} belongs to the home itself; give --to another name")
