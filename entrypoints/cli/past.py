"""Places in the past, as commands go there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime


def at_position(place: datetime | int) -> int:
    """Find the position that a place stands for, and say so where nothing was there yet.

    Raises ``InvalidMoment`` for a place in the future.
    """
    travel = session().container.time_travel()
    position = travel.position(place)
    if position == 0:
        began = travel.began()
        first = f"the first event is of {iso(began)}" if began else "nothing was ever recorded"
        click.echo(f"there were no instances then: {first}", err=True)
    return position
