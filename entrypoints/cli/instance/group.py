"""``instance``: the group of the commands about instances."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "register": "instance.register:register",
        "list": "instance.reading:list_",
        "show": "instance.reading:show",
        "ping": "instance.ping:ping",
        "watch": "instance.watch:watch",
        "update": "instance.changing:update",
        "rename": "instance.changing:rename",
        "remove": "instance.changing:remove",
        "restore": "instance.changing:restore",
        "purge": "instance.purge:purge",
        "discover": "instance.discover:discover",
        "pair": "instance.pairing:pair",
        "unpair": "instance.pairing:unpair",
        "trust": "instance.trust:trust",
        "history": "instance.history:history",
    },
)
def instance() -> None:
    """Register, look at, ping, change and remove gateways."""
