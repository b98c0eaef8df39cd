"""Data on standard output, in the form that was asked for."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from unicodedata import combining, east_asian_width

import click

from openclaw_manager.domain.text import is_printable

_Command = TypeVar("_Command", bound=Callable[..., Any])
FORMATS = ("table", "json", "jsonl", "yaml", "name")
MACHINE_FORMATS = ("json", "jsonl")
_HALF_CHARACTER = "[\ud800-\udfff]"


def output_options_with(*more: str) -> Callable[[_Command], _Command]:
    """Give a command the options ``-o`` and ``--json``; its parameter is ``output``.

    ``more`` are forms that this command has besides ``FORMATS``: tables of another kind.
    """

    def give(command: _Command) -> _Command:
        command = click.option("--json", "output", flag_value="json", help="Short for -o json.")(
            command
        )
        return click.option(
            "-o",
            "--output",
            type=click.Choice((*FORMATS, *more)),
            default="table",
            show_default=True,
            help="The form of what is printed.",
        )(command)

    return give


output_options = output_options_with()
"""The options ``-o`` and ``--json`` of most commands."""


def write(document: Any, output: str, *, names: Iterable[str], table: Callable[[], str]) -> None:
    """Print a document: a list of objects, or one object.

    ``names`` are what ``-o name`` prints, a line each; ``table`` makes the text for a person.
    """
    match output:
        case "json":
            _write_json(document)
        case "jsonl":
            for row in document if isinstance(document, list) else [document]:
                click.echo(json_text(row))
        case "yaml":
            _write_yaml(document)
        case "name":
            for name in names:
                click.echo(name)
        case _:
            click.echo(table())


def _write_json(document: Any) -> None:
    """Indent for a person; a program gets one line, which is made much faster."""
    indent = 2 if sys.stdout.isatty() else None
    click.echo(json_text(document, indent))


def json_text(document: Any, indent: int | None = None) -> str:
    """Write a document as JSON; half a character, which only JSON can spell, stays spelled."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return re.sub(_HALF_CHARACTER, lambda half: f"\\u{ord(half[0]):04x}", text)


def _write_yaml(document: Any) -> None:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # keep our order
    yaml.representer.add_representer(str, _represent_text)
    yaml.representer.add_multi_representer(str, _represent_text)  # causes and their like
    yaml.dump(document, sys.stdout)


def _represent_text(representer: Any, text: str) -> Any:
    """Write a key of many lines as the lines that it has; what is not printable is escaped."""
    style = "|" if "\n" in text and is_printable(text.replace("\n", "")) else None
    return representer.represent_scalar("tag:yaml.org,2002:str", str(text), style=style)


def rows_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out rows under heads in plain columns.

    By hand, since the libraries for it take as long to import as a tenth of a whole ping.
    """
    table = [heads, *rows]
    widths = [max(map(cell_width, column)) for column in zip(*table, strict=True)]
    return "\n".join(row_line(row, widths) for row in table)


def row_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Lay out one row in columns of these widths; what is wider takes the place that it needs."""
    filled = (
        cell + " " * (width - cell_width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return "  ".join(filled).rstrip()


def cell_width(cell: str) -> int:
    """Count the places that a text takes on a terminal, where colours take none."""
    text = click.unstyle(cell)
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(combining, text)))


def facts_table(facts: Iterable[tuple[str, Any]]) -> str:
    """Lay out the facts of one thing, a line each; those without a value are left out."""
    shown = [(name, str(value)) for name, value in facts if value not in (None, "", [])]
    width = max(len(name) for name, _ in shown)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in shown)
