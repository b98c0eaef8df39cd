"""``incident list`` and ``incident show``: when gateways were down, and why."""

import shlex
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.domain.condition import Cause
from openclaw_manager.entrypoints.cli.causes import ADVICE
from openclaw_manager.entrypoints.cli.given import INSTANCE, MOMENT
from openclaw_manager.entrypoints.cli.instance.options import selector_option
from openclaw_manager.entrypoints.cli.lasting import lasting
from openclaw_manager.entrypoints.cli.output import (
    facts_table,
    output_options,
    rows_table,
    write,
)
from openclaw_manager.entrypoints.cli.printable import printable
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from datetime import datetime

    from openclaw_manager.application.incidents import Incident, Incidents
    from openclaw_manager.application.ports.view import Minion
    from openclaw_manager.domain.label import LabelSelector

_LATEST = 100  # incidents, where nothing says how many
_HEADS = (
    *("INCIDENT", "INSTANCE", "BEGAN (UTC)", "ENDED (UTC)", "LASTED"),
    *("CAUSE", "STEP", "FLAPS"),
)


@click.command("list")
@click.argument("instances", nargs=-1, type=INSTANCE, metavar="[INSTANCE]...")
@selector_option
@click.option("--since", type=MOMENT, help="Only those that went on then or later.")
@click.option("--open", "open_only", is_flag=True, help="Only those that go on.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    help=f"Only the latest so many.  [default: {_LATEST} without --since and --open]",
)
@output_options
def list_(
    instances: tuple[str, ...],
    labels: "LabelSelector | None",
    since: "datetime | None",
    open_only: bool,
    limit: int | None,
    output: str,
) -> None:
    """List incidents, the newest first: of all instances, or of those that are named or selected.

    Removed instances keep their incidents.
    """
    if instances and labels:
        raise click.UsageError("name instances, or select with -l, and not both")
    bounded = since is not None or open_only or limit is not None
    most = limit if bounded else _LATEST
    minions = _chosen(instances, labels)
    found = _incidents(minions).find(since=since, open_only=open_only, limit=most and most + 1)
    shown = found[:most]
    write(
        list(map(document, shown)),
        output,
        names=(one.id for one in shown),
        table=lambda: rows_table(_HEADS, map(_row, shown)) if shown else _nothing(open_only),
    )
    if not bounded and len(found) > len(shown):
        click.echo(f"these are the latest {_LATEST}; --since and --limit tell of more", err=True)


@click.command
@click.argument("incident_id", metavar="INCIDENT")
@output_options
def show(incident_id: str, output: str) -> None:
    """Show an incident by its id, which `incident list` tells."""
    incident = _incidents(session().instances()).show(incident_id)
    write(document(incident), output, names=[incident.id], table=lambda: _details(incident))


def document(incident: "Incident") -> dict[str, Any]:
    """Make an incident a JSON object."""
    return {
        "id": incident.id,
        "instance": incident.instance_id,
        "name": incident.name,
        "start": iso(incident.start),
        "end": iso(incident.end),
        "durationSeconds": round(incident.duration_s, 3),
        "cause": incident.cause,
        "step": incident.step,
        "flaps": incident.flaps,
    }


def _chosen(instances: tuple[str, ...], labels: "LabelSelector | None") -> "list[Minion]":
    """Find those that are named, removed ones included, or have the labels, or all."""
    minions = session().instances()
    if labels is not None:
        return [minion for minion in minions if labels.selects(minion["tags"])]
    if not instances:
        return minions
    directory = MinionDirectory(minions)
    ids = {select(instance, directory).id for instance in instances}
    return [minion for minion in minions if minion["id"] in ids]


def _incidents(minions: "list[Minion]") -> "Incidents":
    from openclaw_manager.entrypoints.composition.watch_records import incidents_of

    return incidents_of(session().settings, {one["id"]: one["title"] for one in minions})


def _nothing(open_only: bool) -> str:
    return "no incident goes on" if open_only else "no incidents"


def _row(incident: "Incident") -> tuple[str, ...]:
    return (
        incident.id,
        incident.name,
        f"{incident.start:%Y-%m-%d %H:%M:%S}",
        _ended(incident),
        lasting(incident.duration_s),
        incident.cause,
        incident.step or "",
        str(incident.flaps),
    )


def _ended(incident: "Incident") -> str:
    if incident.end is None:
        return click.style("goes on", fg="red")
    return f"{incident.end:%Y-%m-%d %H:%M:%S}"


def _details(incident: "Incident") -> str:
    advice = ADVICE[Cause(incident.cause)]
    goes_on = incident.end is None
    return facts_table(
        [
            ("incident", incident.id),
            ("instance", incident.name),
            ("instance id", incident.instance_id),
            ("began", iso(incident.start)),
            ("ended", click.style("goes on", fg="red") if goes_on else iso(incident.end)),
            ("lasted", lasting(incident.duration_s)),
            ("condition", incident.condition),
            ("cause", incident.cause),
            ("what happened", advice.happened),
            ("detail", printable(incident.detail or "")),
            ("step", incident.step),
            ("failures until called down", incident.failures),
            ("flaps", incident.flaps),
            ("next", advice.next.format(name=shlex.quote(incident.name)) if goes_on else None),
        ]
    )
