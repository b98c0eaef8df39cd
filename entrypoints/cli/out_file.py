"""What a command writes to a file, or to standard output."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from openclaw_manager.entrypoints.cli.written_files import write_files

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Out(click.Path):
    """A file to write, as a ``Path``; ``-`` is None, for standard output."""

    def convert(  # type: ignore[override]  # of click, which does not say so of its own paths
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | None:
        """Read the path; only a name such as ``./-`` is a file of that name."""
        return None if value == "-" else Path(os.fsdecode(super().convert(value, param, ctx)))


def out_options(
    name: str = "--out", *, required: bool = False, what: str = "The file to write"
) -> Callable[[_Command], _Command]:
    """Give a command the option that says where to write, and ``--force``."""
    default = "; - for standard output." if required else ".  [default: standard output, as -]"

    def give(command: _Command) -> _Command:
        command = click.option("--force", is_flag=True, help="Replace a file that exists.")(command)
        return click.option(
            name,
            required=required,
            type=_Out(dir_okay=False, allow_dash=True),
            metavar="FILE",
            help=what + default,
        )(command)

    return give


def write_out(text: str | Iterable[str], out: Path | None, *, force: bool) -> None:
    """Write a text, given whole or in parts; raises ``FileExists`` and ``FileNotWritten``."""
    if out is not None:
        write_files({out: text}, force=force)
        return
    for part in [text] if isinstance(text, str) else text:
        click.echo(part, nl=False)
