"""Arguments and options that several commands about instances take."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from openclaw_manager.domain.reason import Reason
from openclaw_manager.entrypoints.cli.given import INSTANCE, SECRET, TEXT

if TYPE_CHECKING:
    from openclaw_manager.domain.label import LabelSelector

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


def _all_of(
    _ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]
) -> "LabelSelector | None":
    """Read selectors that all have to be met; raises ``InvalidLabelSelector``."""
    if not given:
        return None
    from openclaw_manager.domain.label import LabelSelector

    return LabelSelector.parse(",".join(given))


selector_option = click.option(
    "-l",
    "--selector",
    "labels",
    multiple=True,
    callback=_all_of,
    metavar="LABEL,...",
    help="Those with these tags: key=value, key!=value, key or !key; may be repeated.",
)
"""Gives a command ``labels``, a ``LabelSelector``, or None where none was given."""

_SEVERAL = (
    click.argument("instances", nargs=-1, type=INSTANCE, metavar="[INSTANCE]..."),
    click.option("--all", "everything", is_flag=True, help="Every instance that is not removed."),
    selector_option,
)


def several_options(command: _Command) -> _Command:
    """Give a command ``instances``, ``everything`` and ``labels``, of which one is to be given."""
    for option in reversed(_SEVERAL):
        command = option(command)
    return command


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
