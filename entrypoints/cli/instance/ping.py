"""``instance ping``: reach gateways, say what was found, and record it."""

import asyncio
import shlex
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.application.minion import iso
from openclaw_manager.entrypoints.cli.causes import CAUTIONS
from openclaw_manager.entrypoints.cli.errors import STORE_AT_FAULT, say_of
from openclaw_manager.entrypoints.cli.given import DURATION, INSTANCE
from openclaw_manager.entrypoints.cli.instance.details import milliseconds
from openclaw_manager.entrypoints.cli.instance.findings import advise, status_of
from openclaw_manager.entrypoints.cli.instance.options import reason_option
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

if TYPE_CHECKING:
    from openclaw_manager.application.pinging import Finding, Pinging
    from openclaw_manager.application.probing import Probe
    from openclaw_manager.domain.errors import StoreError

_COLORS = {"ok": "green", "degraded": "yellow", "starting": "yellow"}


@click.command
@click.argument("instances", nargs=-1, type=INSTANCE, metavar="INSTANCE...")
@click.option("--all", "everything", is_flag=True, help="Every instance that is not removed.")
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
    timeout: float | None,
    concurrency: int | None,
    reason: str | None,
    output: str,
) -> None:
    """Reach each INSTANCE, or say why that failed.

    A ping is one complete authenticated round trip, and nothing less is a success.

    Nothing is changed on the gateway, and an authentication that failed is not tried again.
    With --all, an instance whose secrets are lost is named, and all others are pinged.

    Exit status 4: one is down or starting; 5: one refused us, which wins over 4; 6: secrets of
    one are lost, which wins over both.
    """
    if bool(instances) == everything:
        raise click.UsageError("name the instances to ping, or give --all")
    session().flag("timeout", timeout)
    session().flag("concurrency", concurrency)
    probes, lost = _choose(instances)
    pinging = session().core.pinging()
    findings = _in_order(probes, _reach_and_record(pinging, probes, reason))
    write(
        [_document(finding) for finding in findings],
        output,
        names=(finding.probe.name for finding in findings),
        table=lambda: "no instance was pinged" if lost and not findings else _table(findings),
    )
    for name, error in lost.items():
        say_of(name, "was not pinged", error)
    for finding in findings:
        advise(finding.probe.name, finding.outcome)
        for caution in finding.cautions:
            warn(CAUTIONS[caution].format(name=shlex.quote(finding.probe.name)))
    for name, twin in pinging.twins(findings):
        warn(f"{name} and {twin} are the same gateway")
    conditions = (finding.outcome.condition for finding in findings)
    ctx.exit(STORE_AT_FAULT if lost else status_of(conditions))


def _choose(instances: tuple[str, ...]) -> "tuple[list[Probe], dict[str, StoreError]]":
    """Find the instances that were named, or else all; the errors say who cannot be pinged."""
    probes = session().core.probes()
    return (probes.choose(instances), {}) if instances else probes.choose_all()


def _reach_and_record(
    pinging: "Pinging", probes: "list[Probe]", reason: str | None
) -> "list[Finding]":
    """Record whatever was found, also when the person loses patience half-way."""
    findings: list[Finding] = []
    settings = session().settings
    try:
        asyncio.run(
            pinging.reach(
                probes,
                timeout=settings.timeout,
                concurrency=settings.concurrency,
                found=findings.append,
            )
        )
    finally:
        pinging.record(findings, reason)
    return findings


def _in_order(probes: "list[Probe]", findings: "list[Finding]") -> "list[Finding]":
    by_id = {finding.probe.instance_id: finding for finding in findings}
    return [by_id[probe.instance_id] for probe in probes]


def _document(finding: "Finding") -> dict[str, Any]:
    outcome, certificate = finding.outcome, finding.outcome.certificate
    return {
        "id": str(finding.probe.instance_id),
        "name": finding.probe.name,
        "at": iso(finding.at),
        "status": outcome.condition.status,
        "condition": outcome.condition,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "latencyMs": outcome.latency_ms,
        "connectMs": outcome.connect_ms,
        "version": outcome.version,
        "dialect": outcome.dialect,
        "protocol": outcome.protocol,
        "gatewayId": outcome.gateway_id,
        "certificateExpiresAt": iso(certificate.expires_at) if certificate else None,
        "warnings": finding.cautions,
        "steps": [{"step": timed.step, "ms": timed.ms, "ok": timed.ok} for timed in outcome.steps],
    }


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
