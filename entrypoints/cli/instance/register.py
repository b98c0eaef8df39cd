"""``instance register``: make a gateway known."""

import shlex
from typing import TextIO

import click

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.trust import SYSTEM_TRUST
from openclaw_manager.entrypoints.cli.causes import CAUTIONS
from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.given_trust import given_trust
from openclaw_manager.entrypoints.cli.instance.options import (
    credential_options,
    reason_option,
    trust_options,
)
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn


@click.command
@click.argument("name")
@click.option("--url", required=True, help="Where the gateway listens: ws://HOST:PORT or wss://...")
@credential_options
@trust_options
@click.option("--tag", "tags", multiple=True, metavar="WORD|KEY=VALUE", help="A label; repeatable.")
@reason_option
@output_options
def register(
    name: str,
    url: str,
    token: str | None,
    private_key: str | None,
    public_key: str | None,
    passphrase: str | None,
    ca_file: TextIO | None,
    tls_fingerprint: str | None,
    tags: tuple[str, ...],
    reason: str | None,
    output: str,
) -> None:
    """Make a gateway known as NAME. The gateway is not contacted.

    Where the gateway wants a device key, give the private one; its public half is derived.
    Secrets are best given as @FILE, - (standard input) or env:NAME.
    """
    from openclaw_manager.application.credentials import GivenCredentials

    given = GivenCredentials(token, private_key, public_key, passphrase)
    trust = given_trust(ca_file, tls_fingerprint) or SYSTEM_TRUST
    instances = session().core.instances()
    write_instance(instances.register(name, url, given, tags, reason, trust=trust), output)
    if token is not None and GatewayUrl(url).is_plain_to_another_machine:
        warn(CAUTIONS[Caution.TOKEN_IN_PLAIN].format(name=shlex.quote(name)))
