"""``instance pair`` and ``instance unpair``: being a device that a gateway knows."""

import asyncio
from typing import TYPE_CHECKING

import click

from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.findings import TargetFailed
from openclaw_manager.entrypoints.cli.instance.options import instance_argument, reason_option
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.domain.ping import PingOutcome

_PATIENCE = 300.0  # seconds for which gateways keep a pairing request


@click.command
@instance_argument
@click.option(
    "--scopes",
    default="operator.read",
    show_default=True,
    metavar="SCOPE,...",
    help="What the device shall be allowed to do.",
)
@click.option("--wait", is_flag=True, help="Wait until somebody approves it on the gateway's host.")
@click.option("--timeout", type=DURATION, help="How long one try may take.  [default: the setting]")
@reason_option
@output_options
def pair(
    instance: str,
    scopes: str,
    wait: bool,
    timeout: float | None,
    reason: str | None,
    output: str,
) -> None:
    """Become a device that the gateway of INSTANCE knows.

    On the gateway's own host that is done at once. Elsewhere somebody has to approve it there;
    the command to do so is shown. This is the only command that changes something on a gateway.
    Gateways of the challenge and bearer dialects have no pairing, and need none.
    """
    wanted = [scope for scope in scopes.replace(",", " ").split() if scope]
    if not wanted:
        raise click.UsageError("name at least one scope")
    session().flag("timeout", timeout)
    pairing = session().container.pairing()
    applicant = pairing.choose(instance)
    outcome = asyncio.run(
        pairing.apply(
            applicant,
            wanted,
            timeout=session().settings.timeout,
            wait=_PATIENCE if wait else 0.0,
            pending=lambda pending: _tell(applicant.name, pending) if wait else None,
        )
    )
    if outcome.device_token is None:
        raise TargetFailed(applicant.name, outcome, hint=_how_to_approve(outcome))
    write_instance(pairing.record(applicant, outcome, reason), output)


@click.command
@instance_argument
@reason_option
@output_options
def unpair(instance: str, reason: str | None, output: str) -> None:
    """Stop being a device of INSTANCE's gateway.

    The gateway is not contacted, and goes on listing the device until it is removed there.
    """
    minion, device_id = session().container.pairing().undo(instance, reason)
    write_instance(minion, output)
    click.echo(f"on the gateway's host: openclaw devices remove {device_id}", err=True)


def _tell(name: str, outcome: "PingOutcome") -> None:
    """Show the request that is waited for, and the exact command that approves it."""
    click.echo(f"{name}: the gateway wants this device to be approved", err=True)
    click.echo(f"  {_how_to_approve(outcome)}", err=True)
    click.echo("  waiting for that, up to five minutes; Ctrl-C stops waiting", err=True)


def _how_to_approve(outcome: "PingOutcome") -> str | None:
    if outcome.request_id is None:
        return None
    return f"on its host: openclaw devices approve {outcome.request_id}"
