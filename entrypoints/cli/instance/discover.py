"""``instance discover``: find gateways, and register those that are new."""

import asyncio
import shlex
from collections.abc import Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.given import DURATION
from openclaw_manager.entrypoints.cli.instance.options import reason_option
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import confirmed, warn

if TYPE_CHECKING:
    from openclaw_manager.application.discovering import Discovered, Discovering


class _Address(click.ParamType[str]):
    """The address that an interface of this machine has."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse what is no address, such as the name of an interface."""
        try:
            return str(ip_address(value))
        except ValueError:
            self.fail(f"{value!r} is no IP address", param, ctx)


@click.command
@click.option(
    "--timeout", type=DURATION, default="3s", show_default=True, help="How long to listen."
)
@click.option(
    "--interface",
    "interfaces",
    type=_Address(),
    multiple=True,
    metavar="ADDRESS",
    help="Listen only on the interface with this address; repeatable.  [default: all]",
)
@click.option("--register", is_flag=True, help="Register those that are not, after asking.")
@click.option("--yes", is_flag=True, help="Register them without asking, and pin what was found.")
@click.option(
    "--with-token",
    is_flag=True,
    help="With --register: take over the token from the openclaw.json of a profile.",
)
@reason_option
@output_options
def discover(
    timeout: float,
    interfaces: tuple[str, ...],
    register: bool,
    yes: bool,
    with_token: bool,
    reason: str | None,
    output: str,
) -> None:
    """Find gateways: announced in the local network, in OpenClaw's profiles, at its port.

    The network is asked by mDNS (_openclaw-gw._tcp), profiles are ~/.openclaw/openclaw.json
    and ~/.openclaw-NAME/openclaw.json, and the port is 18789 of this machine. No gateway is
    spoken to.

    What the network says is not proved. With --register, each gateway is shown with the
    fingerprint of its certificate, which becomes the first pin if you agree; a pin that there
    is already is never replaced.
    """
    if (yes or with_token) and not register:
        raise click.UsageError("--yes and --with-token go with --register")
    discovering = session().container.discovering(interfaces)
    found, problems = asyncio.run(discovering.search(session().instances(), timeout=timeout))
    for problem in problems:
        warn(problem)
    for one in found:
        _warn_of_pin(one)
    names = {one.sighting.url: one.registered_as for one in found}
    if register:
        names |= _register(discovering, found, yes=yes, with_token=with_token, reason=reason)
    write(
        [_document(one, names[one.sighting.url]) for one in found],
        output,
        names=(one.sighting.url for one in found),
        table=lambda: _table(found, names),
    )


def _warn_of_pin(one: "Discovered") -> None:
    if one.contradicts_pin:
        name = shlex.quote(one.registered_as or "")
        warn(
            f"{name}: its certificate is said to be {one.sighting.fingerprint}, and {one.pin} is "
            f"pinned; the pin stays. To see what it shows: openclaw-manager instance trust {name}"
        )


def _register(
    discovering: "Discovering",
    found: "Sequence[Discovered]",
    *,
    yes: bool,
    with_token: bool,
    reason: str | None,
) -> dict[str, str | None]:
    """Register what is new and wanted; tells the names by their URLs."""
    registered: dict[str, str | None] = {}
    for one in found:
        sighting = one.sighting
        if one.registered_as is not None or not (yes or _wanted(one)):
            continue
        minion = discovering.register(sighting, with_token=with_token, reason=reason)
        registered[sighting.url] = minion["title"]
        click.echo(f"registered {sighting.url} as {minion['title']}", err=True)
    return registered


def _wanted(one: "Discovered") -> bool:
    sighting = one.sighting
    pin = f", and pin {sighting.fingerprint}" if sighting.fingerprint else ""
    question = f"Register {sighting.name or 'a gateway'} at {sighting.url}{pin}?"
    return confirmed(question, instead="--yes")


def _document(one: "Discovered", registered_as: str | None) -> dict[str, Any]:
    sighting = one.sighting
    return {
        "name": sighting.name,
        "url": sighting.url,
        "source": sighting.source,
        "place": sighting.place,
        "auth": sighting.auth,
        "tlsFingerprint": sighting.fingerprint,
        "registeredAs": registered_as,
    }


def _table(found: "Sequence[Discovered]", names: dict[str, str | None]) -> str:
    if not found:
        return "no gateways; register one: openclaw-manager instance register NAME --url URL"
    rows = [
        (
            one.sighting.name,
            one.sighting.url,
            one.sighting.source,
            one.sighting.fingerprint or "",
            names[one.sighting.url] or "",
        )
        for one in found
    ]
    return rows_table(("NAME", "URL", "SOURCE", "TLS FINGERPRINT", "REGISTERED AS"), rows)
