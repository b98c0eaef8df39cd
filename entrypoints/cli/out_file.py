"""JSON documents that a command writes to a file, or to standard output."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from openclaw_manager.entrypoints.cli.output import json_text
from openclaw_manager.entrypoints.cli.written_files import write_files

_Command = TypeVar("_Command", bound=Callable[..., Any])
_STANDARD_OUTPUT = "-"


def export_options(command: _Command) -> _Command:
    """Give a command the options ``--out`` and ``--force``."""
    command = click.option("--force", is_flag=True, help="Replace a file that exists.")(command)
    return click.option(
        "--out",
        required=True,
        type=click.Path(dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="The file to write; - for standard output.",
    )(command)


def write_out(document: Any, out: str, *, force: bool) -> None:
    """Write a document where it should go; raises ``FileExists`` and ``FileNotWritten``."""
    text = json_text(document, indent=2)
    if out == _STANDARD_OUTPUT:
        click.echo(text)
    else:
        write_files({Path(out): text + "\n"}, force=force)
