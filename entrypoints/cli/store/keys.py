"""``store key`` and ``store rekey``: the key for the sealed secrets of a shared store."""

import click

from openclaw_manager.entrypoints.cli.given import SECRET
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.composition.settings import SEALED


@click.command
def key() -> None:
    """Make a key for the secrets of a shared store, and keep it in the file that key_file names.

    One of those who share a store does this, once, and gives the file to the others by a way
    that nobody else can read. Without the key its secrets cannot be read by anybody.
    """
    from openclaw_manager.entrypoints.composition.store_key import make_key

    click.echo(make_key(session().settings))


@click.command
@click.option(
    "--new-key",
    required=True,
    type=SECRET,
    metavar="VALUE|@FILE|-|env:NAME",
    help="The other key, as store key makes one.",
)
def rekey(new_key: str) -> None:
    """Seal all secrets of the shared store with another key, all of them or none.

    From then on only those who have the other key can read them: put it in place of the old
    one here and on the other machines.
    """
    if session().settings.secret_store != SEALED:
        raise click.UsageError("the secrets are not sealed: they are in " + _where())
    count = session().container.secret_store().reseal(new_key)
    click.echo(f"{count} secret{'' if count == 1 else 's'} sealed with the other key", err=True)


def _where() -> str:
    return "the keyring" if session().settings.secret_store == "keyring" else "secrets.db"
