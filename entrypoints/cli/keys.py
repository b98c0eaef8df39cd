"""``keys``: make device keys, and show or replace the one of this home."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.cli.output import facts_table, output_options, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import confirmed
from openclaw_manager.entrypoints.cli.written_files import FileExists, write_files

if TYPE_CHECKING:
    from openclaw_manager.application.own_device import DeviceKey

_BITS = {KeyKind.RSA: 2048, KeyKind.ED25519: 256}


@click.group()
def keys() -> None:
    """Make device keys, and show or replace the one of this home."""


@keys.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("device.pem"),
    show_default=True,
    help="File for the private key; the public one gets the same name with .pub.",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice([kind.value for kind in KeyKind]),
    default=KeyKind.RSA.value,
    show_default=True,
    help="RSA of 2048 bits for the challenge dialect, Ed25519 for OpenClaw's own.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@output_options
def generate(out: Path, kind: str, force: bool, output: str) -> None:
    """Make a device key and write both halves to files that only you can read."""
    public = Path(f"{out}.pub")
    if not force:  # before the work of making a key; the writing itself checks again
        for path in (out, public):
            if os.path.lexists(path):
                raise FileExists(path)
    pair = session().container.device_keys().generate(KeyKind(kind))
    write_files({out: pair.private_pem, public: pair.public_pem}, force=force)
    click.echo(f"wrote the private key to {out} and the public key to {public}", err=True)
    files = [str(out), str(public)]
    document = {
        "privateKey": str(out),
        "publicKey": str(public),
        "type": pair.kind,
        "bits": _BITS[pair.kind],
        "fingerprint": fingerprint(pair.private_pem),
    }
    write(document, output, names=files, table=lambda: "\n".join(files))


@keys.command()
@output_options
def show(output: str) -> None:
    """Show the device that this home is to OpenClaw gateways.

    Its key is made when it is first needed, and stays the same until it is replaced; the
    private half never leaves the secret store.
    """
    _write_device(session().container.own_device().device_made_if_missing(), output)


@keys.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_options
def replace(yes: bool, output: str) -> None:
    """Give this home another device key, where its own is damaged or may be known to others.

    The old one is erased for good. Gateways know the device by its key: every instance that
    is paired as this home is refused until it is paired again. They are named. To verify
    checkpoints that the old one signed, its public half is needed from then on.
    """
    from openclaw_manager.application.probing import present_instances

    own_device = session().container.own_device()
    users = own_device.users(present_instances(session().container.event_log()))
    names = ", ".join(one.name for one in users) or "none"
    click.echo(f"paired with the key, and to be paired again: {names}", err=True)
    if not (yes or confirmed("Shall the key be replaced?", instead="--yes")):
        raise click.ClickException("nothing was changed")
    _write_device(own_device.replace(), output)
    for one in users:
        click.echo(f"next: openclaw-manager instance pair {shlex.quote(one.name)}", err=True)


def _write_device(device: "DeviceKey", output: str) -> None:
    document = {"deviceId": device.id, "type": KeyKind.ED25519, "publicKey": device.public_pem}
    write(
        document,
        output,
        names=[device.id],
        table=lambda: facts_table([("device id", device.id)]) + f"\n{device.public_pem.strip()}",
    )
