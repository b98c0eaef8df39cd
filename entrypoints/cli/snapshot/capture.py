"""``snapshot capture``: ask gateways what they hold, and keep it."""

import asyncio
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.errors import DONE, STORE_AT_FAULT, say_of
from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.choosing import at_once, choose, refuse_unless_one
from openclaw_manager.entrypoints.cli.instance.options import reason_option, several_options
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.options import sections_option
from openclaw_manager.entrypoints.cli.snapshot.outcomes import Captured
from openclaw_manager.entrypoints.cli.snapshot.progress import progress

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import CaptureFinding
    from openclaw_manager.application.probing import Probe
    from openclaw_manager.domain.label import LabelSelector

_TIMEOUT = 30.0  # seconds; the first answer of a gateway that just started may take some


@click.command
@several_options
@sections_option
@click.option(
    "--timeout",
    type=DURATION,
    default=_TIMEOUT,
    help="How long it may take to get in, and then each answer.  [default: 30s]",
)
@click.option(
    "--concurrency", type=click.IntRange(min=1), help="How many at once.  [default: the setting]"
)
@reason_option
@output_options
@click.pass_context
def capture(
    ctx: click.Context,
    instances: tuple[str, ...],
    everything: bool,
    labels: "LabelSelector | None",
    sections: tuple[Section, ...],
    timeout: float,
    concurrency: int | None,
    reason: str | None,
    output: str,
) -> None:
    """Ask the gateway of each INSTANCE what it holds, and keep the answers as a snapshot.

    Nothing is changed on the gateway. Secrets are taken out before anything is kept. What did
    not come is recorded as failed with its cause, never as empty; a gateway of which nothing
    came gets no snapshot.

    Exit status 1: some sections of a snapshot did not come; 4: a gateway is down or starting,
    or answered nothing; 5: one refused us, or all that was asked, which wins over 4; 6: secrets
    of one are lost, which wins over all.
    """
    refuse_unless_one("capture", instances, everything, labels)
    session().flag("timeout", timeout)
    session().flag("concurrency", concurrency)
    probes, lost = choose(session().core.probes(), instances, labels)
    results = _capture_and_record(probes, sections, reason)
    if len(instances) == 1 and results[0].view is None:
        raise results[0].failure
    documents = [result.document() for result in results]
    write(
        documents[0] if len(instances) == 1 else documents,
        output,
        names=(str(result.view.id) for result in results if result.view),
        table=lambda: "no instance was captured" if lost and not results else _table(results),
    )
    for name, error in lost.items():
        say_of(name, "was not captured", error)
    for result in results:
        result.tell()
    statuses = [result.exit_status for result in results]
    ctx.exit(max([*statuses, STORE_AT_FAULT if lost else DONE]))


def _capture_and_record(
    probes: "list[Probe]", sections: tuple[Section, ...], reason: str | None
) -> list[Captured]:
    """Record whatever was captured, also when the person loses patience half-way."""
    findings: list[CaptureFinding] = []
    timeout, concurrency = session().settings.timeout, at_once()
    capturing = session().core.capturing()
    try:
        with progress(len(probes)) as shown:

            def found(finding: "CaptureFinding") -> None:
                findings.append(finding)
                shown.found()

            asyncio.run(
                capturing.reach(
                    probes,
                    sections or tuple(Section),
                    timeout=timeout,
                    concurrency=concurrency,
                    heard=lambda _probe, _section: shown.heard(),
                    found=found,
                )
            )
    finally:
        views = capturing.record(findings, reason)
    by_id = {
        finding.probe.instance_id: Captured(finding, view, sections)
        for finding, view in zip(findings, views, strict=True)
    }
    return [by_id[probe.instance_id] for probe in probes]


def _table(results: list[Captured]) -> str:
    if not results:
        return "no instances; register one: openclaw-manager instance register NAME --url URL"
    heads = ("INSTANCE", "SNAPSHOT", "SECTIONS", "AGENTS", "CHANNELS", "MODELS")
    return rows_table(heads, (result.row() for result in results))
