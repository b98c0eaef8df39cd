"""``audit import``: a log that was exported, in a home that has none."""

from collections.abc import Iterator
from typing import IO

import click

from openclaw_manager.application.importing import Archive
from openclaw_manager.entrypoints.cli.audit.export import asked_passphrase
from openclaw_manager.entrypoints.cli.given import SECRET
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

_LONGEST_LINE = 2**27  # characters; that of the largest answer of a gateway has half as many


@click.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--passphrase",
    type=SECRET,
    metavar="VALUE|@FILE|-|env:NAME",
    help="What opens the sealed secrets.  [default: asked for, where there are any]",
)
@click.option("--without-secrets", is_flag=True, help="Leave sealed secrets where they are.")
def import_(file: IO[str], passphrase: str | None, without_secrets: bool) -> None:
    """Bring the log in FILE back: the same events at the same positions, or nothing.

    The home must be one in which nothing was recorded. FILE is what `audit export` wrote;
    - is standard input.
    """
    importing = session().container.importing()
    archive = Archive(_lines(file))
    if archive.header.secrets and passphrase is None and not without_secrets:
        passphrase = asked_passphrase(confirm=False)
    imported = importing.take(archive, None if without_secrets else passphrase)
    session().container.projection().catch_up(anew=True)
    events, secrets = _counted(imported.events, "event"), _counted(imported.secrets, "secret")
    click.echo(f"imported {events} and {secrets}")
    if imported.events and not imported.secrets:
        warn(
            "tokens and keys did not come along; give them again: "
            "openclaw-manager instance update NAME --token @FILE"
        )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _lines(file: IO[str]) -> Iterator[str]:
    """Read the lines, refusing a file that is no text as one that is no export.

    A line that never ends is cut, and refused for that, before it takes all memory.
    """
    try:
        while line := file.readline(_LONGEST_LINE):
            yield line
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file.name} is not UTF-8, so it is no exported log") from error
