"""``instance ping``: reach gateways, say what was found, and record it."""

import asyncio
import shlex
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.causes import CAUTIONS
from openclaw_manager.entrypoints.cli.errors import STORE_AT_FAULT, say_of
from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.choosing import at_once, choose, refuse_unless_one
from openclaw_manager.entrypoints.cli.instance.details import milliseconds
from openclaw_manager.entrypoints.cli.instance.documents import ping_document
from openclaw_manager.entrypoints.cli.instance.findings import advise, status_of
from openclaw_manager.entrypoints.cli.instance.options import reason_option, several_options
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.progress import live_line
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.pinging import Finding, Pinging
    from openclaw_manager.application.probing import Probe
    from openclaw_manager.domain.caution import Caution
    from openclaw_manager.domain.label import LabelSelector

_TWINS_NAMED = 3
_COLORS = {"ok": "green", "degraded": "yellow", "starting": "yellow"}


@click.command
@several_options
@click.option(
    "--timeout", type=DURATION, help="How long one ping may take in all.  [default: the setting]"
)
@click.option(
    "--concurrency", type=click.IntRange(min=1), help="How many at once.  [default: the setting]"
)
@reason_option
@output_options
@click.pass_context
def ping(
    ctx: click.Context,
    instances: tuple[str, ...],
    everything: bool,
    labels: "LabelSelector | None",
    timeout: float | None,
    concurrency: int | None,
    reason: str | None,
    output: str,
) -> None:
    """Reach each INSTANCE, or say why that failed.

    A ping is one complete authenticated round trip, and nothing less is a success.

    Nothing is changed on the gateway, and an authentication that failed is not tried again.
    With --all and -l, an instance whose secrets are lost is named, and all others are pinged.

    Exit status 4: one is down or starting; 5: one refused us, which wins over 4; 6: secrets of
    one are lost, which wins over both.
    """
    refuse_unless_one("ping", instances, everything, labels)
    session().flag("timeout", timeout)
    session().flag("concurrency", concurrency)
    probes, lost = choose(session().core.probes(), instances, labels)
    pinging = session().core.pinging()
    findings = _in_order(probes, _reach_and_record(pinging, probes, reason))
    cautions = [finding.cautions for finding in findings]
    write(
        list(map(_document, findings, cautions)),
        output,
        names=(finding.probe.name for finding in findings),
        table=lambda: "no instance was pinged" if lost and not findings else _table(findings),
    )
    for name, error in lost.items():
        say_of(name, "was not pinged", error)
    for finding, warnings in zip(findings, cautions, strict=True):
        advise(finding.probe.name, finding.outcome)
        for caution in warnings:
            warn(CAUTIONS[caution].format(name=shlex.quote(finding.probe.name)))
    _tell_twins(pinging.twins(findings))
    conditions = (finding.outcome.condition for finding in findings)
    ctx.exit(STORE_AT_FAULT if lost else status_of(conditions))


def _reach_and_record(
    pinging: "Pinging", probes: "list[Probe]", reason: str | None
) -> "list[Finding]":
    """Record whatever was found, also when the person loses patience half-way."""
    findings: list[Finding] = []
    timeout, concurrency = session().settings.timeout, at_once()
    try:
        with live_line() as show:

            def found(finding: "Finding") -> None:
                findings.append(finding)
                if len(probes) > 1 and len(findings) % _a_hundredth(probes) == 0:
                    show(_so_far(findings, len(probes)))

            asyncio.run(
                pinging.reach(probes, timeout=timeout, concurrency=concurrency, found=found)
            )
    finally:
        pinging.record(findings, reason)
    return findings


def _a_hundredth(probes: "list[Probe]") -> int:
    """Tell after how many pings it is worth telling how far it is."""
    return max(1, len(probes) // 100)


def _so_far(findings: "list[Finding]", of: int) -> str:
    """Say how far it is, and what the one worry of a person who waits would be."""
    unreached = sum(not finding.outcome.condition.reachable for finding in findings)
    worry = f", {unreached} of them not reached" if unreached else ""
    return f"pinged {len(findings)} of {of}{worry}"


def _in_order(probes: "list[Probe]", findings: "list[Finding]") -> "list[Finding]":
    by_id = {finding.probe.instance_id: finding for finding in findings}
    return [by_id[probe.instance_id] for probe in probes]


def _tell_twins(pairs: list[tuple[str, str]]) -> None:
    """Tell which instances turned out to be one gateway, once for each gateway."""
    twins: dict[str, list[str]] = {}
    for name, twin in pairs:
        twins.setdefault(name, []).append(twin)
    for name, others in twins.items():
        named = ", ".join([name, *others[:_TWINS_NAMED]])
        more = f" and {len(others) - _TWINS_NAMED} more" if len(others) > _TWINS_NAMED else ""
        warn(f"these are the same gateway: {named}{more}")


def _document(finding: "Finding", cautions: "list[Caution]") -> dict[str, Any]:
    probe, at, outcome = finding
    return ping_document(probe.instance_id, probe.name, at, outcome, cautions)


def _table(findings: "list[Finding]") -> str:
    if not findings:
        return "no instances; register one: openclaw-manager instance register NAME --url URL"
    heads = ("NAME", "CONDITION", "CAUSE", "ROUND TRIP", "CONNECT", "VERSION", "DIALECT")
    return rows_table(heads, map(_row, findings))


def _row(finding: "Finding") -> tuple[str, ...]:
    outcome = finding.outcome
    return (
        finding.probe.name,
        click.style(outcome.condition, fg=_COLORS.get(outcome.condition, "red")),
        outcome.cause or "",
        milliseconds(outcome.latency_ms) or "",
        milliseconds(outcome.connect_ms) or "",
        outcome.version or "",
        " ".join(str(part) for part in (outcome.dialect, outcome.protocol) if part is not None),
    )
