"""``instance register``: make a gateway known."""

import click

from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.options import credential_options, reason_option
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session


@click.command
@click.argument("name")
@click.option("--url", required=True, help="Where the gateway listens: ws://HOST:PORT or wss://...")
@credential_options
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
    tags: tuple[str, ...],
    reason: str | None,
    output: str,
) -> None:
    """Make a gateway known as NAME. The gateway is not contacted.

    Where the gateway wants devices with RSA keys, give the private one; its public half is
    derived. Secrets are best given as @FILE, - (standard input) or env:NAME.
    """
    from openclaw_manager.application.credentials import GivenCredentials

    given = GivenCredentials(token, private_key, public_key, passphrase)
    minion = session().container.instances().register(name, url, given, tags, reason)
    write_instance(minion, output)
