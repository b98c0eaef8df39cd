"""``instance trust``: take what a gateway presents for the right one."""

import asyncio

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.domain.trust import TlsFingerprint
from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.findings import TargetFailed
from openclaw_manager.entrypoints.cli.instance.options import instance_argument, reason_option
from openclaw_manager.entrypoints.cli.output import facts_table, output_options
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import confirmed

_QUESTION = "Does its host show the same, and shall it be taken for the right one from now on?"
_INSTEAD = "--fingerprint with what its host shows, or --yes"


@click.command
@instance_argument
@click.option("--fingerprint", metavar="sha256:HEX", help="Only if it presents exactly this one.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--timeout", type=DURATION, help="How long it may take.  [default: the setting]")
@reason_option
@output_options
def trust(
    instance: str,
    fingerprint: str | None,
    yes: bool,
    timeout: float | None,
    reason: str | None,
    output: str,
) -> None:
    """Show what INSTANCE's gateway presents, and pin it.

    That is its certificate, where there is TLS, and the id that it gives itself. Compare the
    fingerprint with what its host shows before you say yes.
    """
    expected = TlsFingerprint(fingerprint) if fingerprint else None
    session().flag("timeout", timeout)
    trusting = session().container.trusting()
    known = trusting.choose(instance)
    presented = asyncio.run(trusting.look(known, timeout=session().settings.timeout))
    certificate = presented.certificate
    if certificate is None and presented.gateway_id is None:
        if presented.failure is None:
            raise click.ClickException("the gateway presents nothing by which to know it")
        raise TargetFailed(known.name, presented.failure)
    presents = certificate.fingerprint if certificate else None
    facts = [
        ("pinned certificate", known.target.trust.fingerprint),
        ("presented certificate", presents),
        ("which ends", iso(certificate.expires_at) if certificate else None),
        ("expected gateway", known.gateway_id),
        ("presented gateway", presented.gateway_id),
    ]
    click.echo(facts_table(facts), err=True)
    if expected is not None and presents != expected:
        raise click.ClickException("it presents another certificate; nothing was pinned")
    if not (yes or expected or confirmed(_QUESTION, instead=_INSTEAD)):
        raise click.ClickException("nothing was changed")
    write_instance(trusting.trust(known, presents, presented.gateway_id, reason), output)
