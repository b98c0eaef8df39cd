"""``config diff``: whether a gateway is configured as a file says."""

import click

from openclaw_manager.entrypoints.cli.changes import (
    exit_code_option,
    exit_status_of,
    write_changes,
)
from openclaw_manager.entrypoints.cli.config.file import read_configuration
from openclaw_manager.entrypoints.cli.errors import DONE
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.document import called


@click.command
@instance_argument
@click.argument("file", type=click.Path(allow_dash=True))
@exit_code_option
@output_options
@click.pass_context
def diff(ctx: click.Context, instance: str, file: str, exit_code: bool, output: str) -> None:
    """Tell what has to change in the configuration of INSTANCE's gateway to become FILE.

    FILE is JSON or JSON5; - is standard input. A line for each place: + only in FILE, - only
    at the gateway, ~ not the same. Secrets are not compared, since no snapshot has any.
    Nothing is written to the gateway.
    """
    given = read_configuration(file)
    view, changes = session().container.configurations().diff(instance, given)
    write_changes(changes, (called(view), file), output)
    ctx.exit(exit_status_of(changes) if exit_code else DONE)
