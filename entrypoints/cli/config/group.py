"""``config``: the group of the commands about a gateway's configuration."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "show": "config.reading:show",
        "export": "config.reading:export",
        "diff": "config.diff:diff",
    },
)
def config() -> None:
    """Look at the configuration that a gateway had when it was last captured.

    Nothing here contacts a gateway or writes to one. To take a fresh look:
    openclaw-manager snapshot capture NAME.
    """
