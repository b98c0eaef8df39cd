"""``instance pair`` and ``instance unpair``: being a device that a gateway knows."""

import asyncio
import shlex
from typing import TYPE_CHECKING

import click

from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.findings import advise, status_of
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
@click.pass_context
def pair(
    ctx: click.Context,
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
            pending=lambda pending: _tell(applicant.name, pending, wait=wait),
        )
    )
    if outcome.device_token is None:
        if outcome.request_id is None:
            advise(applicant.name, outcome)
        ctx.exit(status_of([outcome.condition]))
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


def _tell(name: str, outcome: "PingOutcome", *, wait: bool) -> None:
    """Show the request, and the exact command that approves it."""
    click.echo(f"{name}: the gateway wants this device to be approved", err=True)
    click.echo(f"  on its host: openclaw devices approve {outcome.request_id}", err=True)
    if wait:
        click.echo("  waiting for that, up to five minutes; Ctrl-C stops waiting", err=True)
    else:
        click.echo(f"  then here: openclaw-manager instance pair {shlex.quote(name)}", err=True)
