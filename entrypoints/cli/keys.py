"""``keys``: make device keys, and show the one of this home."""

import os
from pathlib import Path

import click

from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.cli.key_files import KeyFileExists, write_key_files
from openclaw_manager.entrypoints.cli.output import facts_table, output_options, write
from openclaw_manager.entrypoints.cli.session import session

_BITS = {KeyKind.RSA: 2048, KeyKind.ED25519: 256}


@click.group()
def keys() -> None:
    """Make device keys, and show the one of this home."""


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
                raise KeyFileExists(path)
    pair = session().container.device_keys().generate(KeyKind(kind))
    write_key_files({out: pair.private_pem, public: pair.public_pem}, force=force)
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

    Its key is made when it is first needed, and stays the same for ever; the private half
    never leaves the secret store.
    """
    device = session().container.own_device().device_made_if_missing()
    document = {"deviceId": device.id, "type": KeyKind.ED25519, "publicKey": device.public_pem}
    write(
        document,
        output,
        names=[device.id],
        table=lambda: facts_table([("device id", device.id)]) + f"\n{device.public_pem.strip()}",
    )
