"""``store``: the group of the commands about where the log is kept."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "init": "store.initialising:init",
        "show": "store.showing:show",
        "key": "store.keys:key",
        "rekey": "store.keys:rekey",
    },
)
def store() -> None:
    """Make a database ready for the log, and show where the log is.

    The log is in events.db in the home. With OPENCLAW_MANAGER_STORE=postgresql://user@host/db,
    or store = "postgresql://..." in config.toml, it is in PostgreSQL, where several machines
    share it. The password is given in a password file of libpq, or as PGPASSWORD.
    """
