"""``snapshot``: the group of the commands about what gateways hold."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "capture": "snapshot.capture:capture",
        "list": "snapshot.reading:list_",
        "show": "snapshot.reading:show",
        "export": "snapshot.export:export",
        "diff": "snapshot.diff:diff",
        "drift": "snapshot.drift:drift",
    },
)
def snapshot() -> None:
    """Capture what gateways hold, compare captures, and find drift.

    Only capture contacts a gateway, and it only asks: nothing here writes to one.
    """
