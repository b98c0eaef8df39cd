"""``incident``: the group of the commands about outages."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "list": "incident.reading:list_",
        "show": "incident.reading:show",
    },
)
def incident() -> None:
    """Tell which gateways were down, from when to when, and why.

    An incident is what a watch found: it begins with the first of some pings in a row that
    failed, and ends with the first of some that succeeded.
    """
