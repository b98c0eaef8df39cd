"""``instance purge``: erase the secrets of a removed instance for good."""

import os
import sys

import click

from openclaw_manager.entrypoints.cli.instance.details import write_instance
from openclaw_manager.entrypoints.cli.instance.options import instance_argument, reason_option
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.terminal import warn

_COPIES = ("data.json.damaged-", "data.json.left-off-")


@click.command
@instance_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@reason_option
@output_options
def purge(instance: str, yes: bool, reason: str | None, output: str) -> None:
    """Erase the secrets of INSTANCE, a removed one, for good.

    Its token, private key and device token go; its history stays. It can still be restored,
    and then has no credentials and is not paired.
    """
    purging = session().container.purging()
    chosen = purging.choose(instance)
    if not yes:
        _ask(chosen["title"], chosen["id"])
    write_instance(purging.purge(chosen, reason), output)
    for copy in _copies(session().settings.home):
        warn(f"{copy} may hold its secrets; delete it when you have what you need from it")


def _ask(name: str, instance_id: str) -> None:
    if not (sys.stdin and sys.stdin.isatty()):  # there is none where the caller closed it
        raise click.UsageError("there is no terminal to ask at; say --yes to erase the secrets")
    question = f"Erase the secrets of {name!r} ({instance_id}) for good?"
    if not click.confirm(question, err=True):
        raise click.ClickException("nothing was changed")


def _copies(home: str) -> list[str]:
    """Find what was kept of earlier files, with all that stood in them."""
    return sorted(os.path.join(home, name) for name in os.listdir(home) if name.startswith(_COPIES))
