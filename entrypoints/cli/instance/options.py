"""Arguments and options that several commands about instances take."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from openclaw_manager.domain.reason import Reason
from openclaw_manager.entrypoints.cli.given import INSTANCE, SECRET, TEXT

_Command = TypeVar("_Command", bound=Callable[..., Any])

_SECRET = "VALUE|@FILE|-|env:NAME"
_CREDENTIALS = (
    click.option("--token", type=SECRET, metavar=_SECRET, help="The bearer token."),
    click.option(
        "--private-key",
        type=SECRET,
        metavar=_SECRET,
        help="The device's private key, as PEM: RSA of 2048 bits or more, or Ed25519.",
    ),
    click.option(
        "--public-key",
        type=TEXT,
        metavar=_SECRET,
        help="Its public half, as PEM.  [default: derived from the private key]",
    ),
    click.option(
        "--passphrase", type=SECRET, metavar=_SECRET, help="What opens an encrypted private key."
    ),
)

instance_argument = click.argument("instance", type=INSTANCE)
reason_option = click.option(
    "--reason",
    metavar="TEXT",
    callback=lambda _ctx, _param, text: None if text is None else Reason(text),
    help="Why; kept in the history.",
)


_TRUST = (
    click.option(
        "--ca-file",
        type=click.File(encoding="utf-8"),
        help="Certificates, as PEM, that may vouch for the gateway's.  [default: the system's]",
    ),
    click.option(
        "--tls-fingerprint",
        metavar="sha256:HEX",
        help="The one certificate that is taken, whoever vouches for it.",
    ),
)


def trust_options(command: _Command) -> _Command:
    """Give a command the options that say whose certificate is taken."""
    for option in reversed(_TRUST):
        command = option(command)
    return command


def credential_options(command: _Command) -> _Command:
    """Give a command the options that say what a gateway is shown."""
    for option in reversed(_CREDENTIALS):
        command = option(command)
    return command
