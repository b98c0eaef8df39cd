"""``config show`` and ``config export``: the configuration that a gateway had."""

from pathlib import Path

import click

from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.out_file import out_options, write_out
from openclaw_manager.entrypoints.cli.output import json_text, output_options, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.document import called


@click.command
@instance_argument
@output_options
def show(instance: str, output: str) -> None:
    """Show the configuration of INSTANCE's gateway, as it was last captured.

    Secrets are not in it, since no snapshot has any.
    """
    view, configuration = session().container.configurations().of(instance)
    write(
        configuration,
        output,
        names=[view.instance],
        table=lambda: json_text(configuration, indent=2),
    )
    click.echo(f"captured as {called(view)}", err=True)


@click.command
@instance_argument
@out_options(required=True)
def export(instance: str, out: Path | None, force: bool) -> None:
    """Write the configuration of INSTANCE's gateway to a file that only you can read.

    As JSON, as it was last captured. A gateway cannot start from it as it is: where secrets
    were, there are marks.
    """
    view, configuration = session().container.configurations().of(instance)
    write_out(json_text(configuration, indent=2) + "\n", out, force=force)
    click.echo(f"exported the configuration of {called(view)}", err=True)
