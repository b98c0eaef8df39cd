"""Which gateways a command goes to: those that were named, all, or those with some labels."""

from typing import TYPE_CHECKING

import click

from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.probing import Probe, Probes
    from openclaw_manager.domain.errors import StoreError
    from openclaw_manager.domain.label import LabelSelector


def refuse_unless_one(
    verb: str, instances: tuple[str, ...], everything: bool, labels: "LabelSelector | None"
) -> None:
    """Refuse a command line that says in no way which instances are meant, or in several."""
    if [bool(instances), everything, labels is not None].count(True) != 1:
        raise click.UsageError(f"name the instances to {verb}, or give --all, or select with -l")


def at_once() -> int:
    """Tell how many gateways may be contacted at once, as far as this process may have them."""
    from openclaw_manager.entrypoints.composition.descriptors import connections_at_most

    wanted, possible = session().settings.concurrency, connections_at_most()
    if possible < wanted:
        warn(f"only {possible} at once, and not {wanted}: more files cannot be open (ulimit -Hn)")
    return min(wanted, possible)


def choose(
    probes: "Probes", instances: tuple[str, ...], labels: "LabelSelector | None"
) -> "tuple[list[Probe], dict[str, StoreError]]":
    """Find the instances that were named, or have the labels, or else all.

    The errors say, by name, who cannot be contacted.
    """
    if instances:
        return probes.choose(instances), {}
    return probes.choose_labelled(labels) if labels else probes.choose_all()
