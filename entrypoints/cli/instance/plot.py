"""``instance history --plot``: how fast an instance was, and when it was down, as a picture."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.entrypoints.cli.out_file import write_out
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

    from openclaw_manager.application.course import Course


def plot(instance: str, file: str | None, since: "datetime | None", *, force: bool) -> None:
    """Draw the course of an instance into an SVG file, or on the terminal where it is None."""
    minions = session().instances()
    found = select(instance, MinionDirectory(minions))
    course = _course(found.id, since)
    if file is None:
        from openclaw_manager.entrypoints.cli.chart.terminal import terminal_plot

        width = shutil.get_terminal_size().columns
        click.echo(terminal_plot(found.name, course, width))
        return
    from openclaw_manager.entrypoints.cli.chart.svg import svg_plot

    write_out(svg_plot(found.name, course), Path(file), force=force)
    click.echo(f"wrote {file}", err=True)


def _course(instance_id: str, since: "datetime | None") -> "Course":
    from openclaw_manager.entrypoints.composition.watch_records import courses

    return courses(session().settings).of(instance_id, since)
