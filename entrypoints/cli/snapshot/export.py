"""``snapshot export``: a snapshot as a file."""

from pathlib import Path

import click

from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.out_file import out_options, write_out
from openclaw_manager.entrypoints.cli.output import json_text
from openclaw_manager.entrypoints.cli.snapshot.contents import whole_document
from openclaw_manager.entrypoints.cli.snapshot.document import called
from openclaw_manager.entrypoints.cli.snapshot.options import (
    REFERENCES,
    find_snapshot,
    reference_argument,
    sections_option,
)


@click.command(epilog=REFERENCES)
@reference_argument
@sections_option
@out_options(required=True)
def export(reference: str, sections: tuple[Section, ...], out: Path | None, force: bool) -> None:
    """Write the snapshot REF to a file that only you can read, as JSON.

    It is what show -o json prints: all that was captured, without secrets.
    """
    view = find_snapshot(reference)
    write_out(json_text(whole_document(view, sections), indent=2) + "\n", out, force=force)
    click.echo(f"exported {called(view)}", err=True)
