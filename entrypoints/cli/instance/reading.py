"""``instance list`` and ``instance show``: what data.json says, or said."""

from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.entrypoints.cli.given import PLACE
from openclaw_manager.entrypoints.cli.instance.details import (
    milliseconds,
    status_cell,
    write_instance,
)
from openclaw_manager.entrypoints.cli.instance.options import instance_argument, selector_option
from openclaw_manager.entrypoints.cli.output import (
    output_options,
    output_options_with,
    rows_table,
    write,
)
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

    from openclaw_manager.domain.label import LabelSelector

_SECRET_FIELDS = ("token", "devicePrivateKey")

secrets_option = click.option(
    "--show-secrets", is_flag=True, help="Print secrets instead of their fingerprints."
)


at_option = click.option(
    "--at",
    type=PLACE,
    help="As it was then: an ISO time, 2h (ago), yesterday, or a position in the log.",
)


@click.command("list")
@click.option("-a", "--all", "everything", is_flag=True, help="Removed instances as well.")
@selector_option
@at_option
@secrets_option
@output_options_with("wide")
def list_(
    everything: bool,
    labels: "LabelSelector | None",
    at: "datetime | int | None",
    show_secrets: bool,
    output: str,
) -> None:
    """List the instances and what pings found.

    With -o wide also how available they were while they were watched, and how fast: the 50th,
    95th and 99th percentile of the last 24 hours, and the median of each of these. A terminal
    shows as many columns as it has room for.
    """
    if output == "wide" and at is not None:
        raise click.UsageError("-o wide tells of the time until now; it cannot go back with --at")
    minions = [
        minion
        for minion in _instances(at, show_secrets=show_secrets)
        if (everything or "deletedAt" not in minion)
        and (labels is None or labels.selects(minion["tags"]))
    ]
    write(
        minions,
        output,
        names=(minion["title"] for minion in minions),
        table=lambda: _table(minions, output) if minions else _nothing(labels, at),
    )


def _nothing(labels: "LabelSelector | None", at: "datetime | int | None") -> str:
    """Say that there is nothing to list; to ask for labels that nobody has is no mistake."""
    if labels is not None:
        return f"no instance {'had' if at is not None else 'has'} the labels {labels}"
    if at is not None:
        return "no instances then"
    return "no instances; register one: openclaw-manager instance register NAME --url URL"


@click.command
@instance_argument
@at_option
@secrets_option
@output_options
def show(instance: str, at: "datetime | int | None", show_secrets: bool, output: str) -> None:
    """Show what is known of INSTANCE, or with --at of the one that was it then.

    Now, that includes how available it was while it was watched, and how fast.
    """
    minions = _instances(at, show_secrets=show_secrets)
    found = select(instance, MinionDirectory(minions)).id
    minion = next(minion for minion in minions if minion["id"] == found)
    if at is not None or output == "name":
        write_instance(minion, output)
        return
    from openclaw_manager.entrypoints.cli.instance.statistics import write_with_statistics

    write_with_statistics(minion, output)


def _instances(at: "datetime | int | None", *, show_secrets: bool) -> list[Minion]:
    """Read all instances, removed ones included, as they are or as they were."""
    if at is not None:
        from openclaw_manager.entrypoints.cli.past import at_position

        position = at_position(at)
        return session().container.time_travel().instances(position, reveal=show_secrets)
    minions = session().instances()
    return minions if show_secrets else list(map(_without_secrets, minions))


def _without_secrets(minion: Minion) -> Minion:
    """Show fingerprints instead of secrets; the file is ours, its reader may be anybody."""
    secret = {key: minion["fields"][key] for key in _SECRET_FIELDS if key in minion["fields"]}
    if not secret:
        return minion
    from openclaw_manager.domain.secret import fingerprint

    hidden = {key: fingerprint(value) for key, value in secret.items()}
    return minion | {"fields": minion["fields"] | hidden}


def _table(minions: list[Minion], output: str) -> str:
    if output == "wide":
        from openclaw_manager.entrypoints.cli.instance.wide import wide_table

        return wide_table(minions)
    heads = ("NAME", "STATUS", "CAUSE", "VERSION", "ROUND TRIP", "LAST SUCCESS (UTC)", "URL")
    return rows_table(heads, map(_row, minions))


def _row(minion: Minion) -> tuple[str, ...]:
    fields: dict[str, Any] = minion["fields"]
    return (
        minion["title"],
        status_cell(minion),
        fields.get("cause") or "",
        fields.get("version") or "",
        milliseconds(fields.get("lastPingLatencyMs")) or "",
        fields.get("lastPingAt", "")[:19].replace("T", " "),
        fields["url"],
    )
