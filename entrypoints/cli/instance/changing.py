"""``instance update``, ``rename``, ``remove`` and ``restore``."""

from typing import TextIO

import click

from openclaw_manager.domain.trust import SYSTEM_TRUST
from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.given_trust import given_trust
from openclaw_manager.entrypoints.cli.instance.options import (
    credential_options,
    instance_argument,
    reason_option,
    trust_options,
)
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session


@click.command
@instance_argument
@click.option("--url", help="Where the gateway listens from now on.")
@credential_options
@trust_options
@click.option("--system-trust", is_flag=True, help="No CA file and no pin any more.")
@click.option("--no-token", is_flag=True, help="Show no token any more.")
@click.option("--no-key", is_flag=True, help="Show no device key any more.")
@click.option("--tag", "tags", multiple=True, metavar="WORD|KEY=VALUE", help="Add; repeatable.")
@click.option("--untag", multiple=True, metavar="WORD|KEY", help="Take away; repeatable.")
@reason_option
@output_options
def update(
    instance: str,
    url: str | None,
    token: str | None,
    private_key: str | None,
    public_key: str | None,
    passphrase: str | None,
    ca_file: TextIO | None,
    tls_fingerprint: str | None,
    system_trust: bool,
    no_token: bool,
    no_key: bool,
    tags: tuple[str, ...],
    untag: tuple[str, ...],
    reason: str | None,
    output: str,
) -> None:
    """Change the URL, credentials, trust or tags of INSTANCE."""
    from openclaw_manager.application.credentials import GivenCredentials

    if token is not None and no_token:
        raise click.UsageError("--token and --no-token contradict each other")
    if private_key is not None and no_key:
        raise click.UsageError("--private-key and --no-key contradict each other")
    trust = given_trust(ca_file, tls_fingerprint)
    if trust is not None and system_trust:
        raise click.UsageError("--system-trust and another trust contradict each other")
    trust = SYSTEM_TRUST if system_trust else trust
    options = (url, token, private_key, public_key, trust, no_token, no_key, tags, untag)
    if not any(option not in (None, False, ()) for option in options):
        raise click.UsageError("say what is to be changed")
    given = GivenCredentials(token, private_key, public_key, passphrase, no_token, no_key)
    minion = (
        session()
        .core.instances()
        .update(instance, url=url, given=given, tags=tags, untag=untag, trust=trust, reason=reason)
    )
    write_instance(minion, output)


@click.command
@instance_argument
@click.argument("name")
@reason_option
@output_options
def rename(instance: str, name: str, reason: str | None, output: str) -> None:
    """Call INSTANCE by another NAME."""
    write_instance(session().core.instances().rename(instance, name, reason), output)


@click.command
@instance_argument
@reason_option
@output_options
def remove(instance: str, reason: str | None, output: str) -> None:
    """Remove INSTANCE without forgetting it.

    Its name is free again, its history stays, and restore takes the removal back.
    """
    write_instance(session().core.instances().remove(instance, reason), output)


@click.command
@instance_argument
@click.option("--as", "name", metavar="NAME", help="Under another name, if its own is taken.")
@reason_option
@output_options
def restore(instance: str, name: str | None, reason: str | None, output: str) -> None:
    """Take the removal of INSTANCE back.

    By its name, the removed one of that name is meant.
    """
    write_instance(session().core.instances().restore(instance, reason, name=name), output)
