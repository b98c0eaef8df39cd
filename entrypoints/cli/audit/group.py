"""``audit``: the group of the commands about the log as a whole."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "log": "audit.log:log",
        "replay": "audit.replay:replay",
        "verify": "audit.verify:verify",
        "checkpoint": "audit.checkpoint:checkpoint",
        "export": "audit.export:export",
        "import": "audit.import_:import_",
    },
)
def audit() -> None:
    """Read the log, go back in it, prove it, vouch for it, and carry it elsewhere."""
