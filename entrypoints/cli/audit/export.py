"""``audit export``: the log as a file that can be kept elsewhere and imported again."""

import sys
from pathlib import Path

import click

from openclaw_manager.entrypoints.cli.given import SECRET
from openclaw_manager.entrypoints.cli.out_file import out_options, write_out
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn


@click.command
@out_options()
@click.option("--with-secrets", is_flag=True, help="Take tokens and keys along, sealed.")
@click.option(
    "--passphrase",
    type=SECRET,
    metavar="VALUE|@FILE|-|env:NAME",
    help="What opens the sealed secrets again.  [default: asked for]",
)
def export(out: Path | None, force: bool, with_secrets: bool, passphrase: str | None) -> None:
    """Write the whole log as JSON lines: a header, then an event a line with its link.

    Tokens and keys are not in the log, and are only taken along with --with-secrets: sealed
    under a passphrase (scrypt and AES-256-GCM). That is a backup of everything, and it may
    be made while others write.
    """
    if passphrase is not None and not with_secrets:
        raise click.UsageError("a passphrase is for --with-secrets")
    if with_secrets and passphrase is None:
        passphrase = asked_passphrase(confirm=True)
    if passphrase == "":
        raise click.UsageError("an empty passphrase would seal nothing")
    write_out(session().container.exporting().lines(passphrase, _say_lost), out, force=force)


def _say_lost(count: int) -> None:
    """Tell of secrets that no backup can bring back."""
    warn(f"secrets that are lost and not in the export: {count}; see: openclaw-manager doctor")


def asked_passphrase(*, confirm: bool) -> str:
    """Ask for a passphrase on a terminal; without one, say which option gives it."""
    if not (sys.stdin and sys.stdin.isatty()):
        raise click.UsageError("there is no terminal to ask for a passphrase; give --passphrase")
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return answer
