"""``snapshot drift``: which instances are not set up as one that is taken for right."""

import shlex
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.errors import DONE, FAILED
from openclaw_manager.entrypoints.cli.instance.choosing import refuse_unless_one
from openclaw_manager.entrypoints.cli.instance.options import several_options
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.document import called, short_id
from openclaw_manager.entrypoints.cli.snapshot.failures import tell_not_compared
from openclaw_manager.entrypoints.cli.snapshot.options import (
    REFERENCE,
    REFERENCES,
    find_snapshot,
    sections_option,
)

if TYPE_CHECKING:
    from openclaw_manager.application.comparing import Drift
    from openclaw_manager.domain.label import LabelSelector

_SAME = "same"


@click.command(epilog=REFERENCES)
@several_options
@click.option("--baseline", type=REFERENCE, metavar="REF", required=True, help="What is right.")
@sections_option
@click.option("--min-version", metavar="VERSION", help="The oldest version that is right.")
@output_options
@click.pass_context
def drift(
    ctx: click.Context,
    instances: tuple[str, ...],
    everything: bool,
    labels: "LabelSelector | None",
    baseline: str,
    sections: tuple[Section, ...],
    min_version: str | None,
    output: str,
) -> None:
    """Tell which instances are not set up like a baseline, by the latest snapshot of each.

    Without an INSTANCE and -l, of all. Without --section, by what is set up and not by what
    happens to be going on: agents, channels, models, config, cron and skills.

    Exit status 1: one differs, is older than --min-version, was never captured, or has none of
    the sections that would be compared.
    """
    everything = everything or not (instances or labels)
    refuse_unless_one("compare", instances, everything, labels)
    from openclaw_manager.application.comparing import SET_UP

    right = find_snapshot(baseline)
    comparing = session().container.comparing()
    drifts = comparing.drift(
        right, instances or None, sections or SET_UP, min_version, labels=labels
    )
    states = [(one, _state(one, sections or SET_UP)) for one in drifts]
    write(
        [_document(one, state) for one, state in states],
        output,
        names=(one.instance for one, state in states if state != _SAME),
        table=lambda: _table(states),
    )
    click.echo(f"the baseline: {called(right)}", err=True)
    for one in drifts:
        _tell(one, min_version)
    ctx.exit(DONE if all(state == _SAME for _, state in states) else FAILED)


def _state(one: "Drift", sections: tuple[Section, ...]) -> str:
    """Say in one word how an instance stands; where several are true, the first that matters."""
    if one.view is None:
        return "never-captured"
    if one.differing:
        return "differs"
    if one.too_old:
        return "too-old"
    return "not-compared" if one.not_compared.keys() >= set(sections) else _SAME


def _document(one: "Drift", state: str) -> dict[str, Any]:
    view = one.view
    return {
        "instance": one.instance,
        "instanceId": view and view.instance_id,
        "snapshotId": view and view.id,
        "capturedAt": view and iso(view.captured_at),
        "version": one.version,
        "state": state,
        "drifts": state != _SAME,
        "tooOld": one.too_old,
        "sections": list(one.differing),
        "notCompared": dict(one.not_compared),
    }


def _table(states: "list[tuple[Drift, str]]") -> str:
    if not states:
        return "no other instance; register one: openclaw-manager instance register NAME --url URL"
    heads = ("INSTANCE", "STATE", "VERSION", "SNAPSHOT", "CAPTURED (UTC)", "DIFFERS IN")
    return rows_table(heads, (_row(one, state) for one, state in states))


def _row(one: "Drift", state: str) -> tuple[str, ...]:
    return (
        one.instance,
        click.style(state, fg="green" if state == _SAME else "red"),
        click.style(one.version or "unknown", fg="red" if one.too_old else None),
        short_id(one.view) if one.view else "",
        f"{one.view.captured_at:%Y-%m-%d %H:%M:%S}" if one.view else "",
        " ".join(one.differing),
    )


def _tell(one: "Drift", min_version: str | None) -> None:
    """Tell the person at the terminal what the table has no room for."""
    if one.too_old:
        version = one.version or "unknown"
        click.echo(f"{one.instance}: its version, {version}, is below {min_version}", err=True)
    if one.view is None:
        name = shlex.quote(one.instance)
        click.echo(f"{one.instance}: it was never captured", err=True)
        click.echo(f"  next: openclaw-manager snapshot capture {name}", err=True)
    tell_not_compared(f"{one.instance}: ", one.not_compared)
