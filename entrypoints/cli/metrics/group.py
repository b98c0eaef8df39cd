"""``metrics``: the group of the commands for monitoring systems."""

import click

from openclaw_manager.entrypoints.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "show": "metrics.writing:show",
        "write": "metrics.writing:write",
    },
)
def metrics() -> None:
    """Tell Prometheus what is known of all instances, without a watch.

    Gateways are not contacted: this is what the last ping of each found. A watch tells more,
    and serves it: openclaw-manager instance watch --metrics PORT.
    """
