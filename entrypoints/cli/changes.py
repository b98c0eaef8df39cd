"""How differences are told: to a person a line each, to a program as a JSON Patch."""

import json
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.errors import DONE, FAILED
from openclaw_manager.entrypoints.cli.output import write
from openclaw_manager.entrypoints.cli.printable import printable

if TYPE_CHECKING:
    from openclaw_manager.domain.content.change import Change

_SIGNS = {
    "add": ("+", "green"),
    "remove": ("-", "red"),
    "replace": ("~", "yellow"),
    "reorder": ("~", "yellow"),
}
_LONGEST = 60  # characters of one value
_LEAD = 10  # characters that are shown before the first that differs


exit_code_option = click.option(
    "--exit-code", is_flag=True, help="Exit with 1 where anything differs, and with 0 else."
)


def write_changes(changes: "list[Change]", sides: tuple[str, str], output: str) -> None:
    """Print what leads from one side to the other; where nothing does, a person is told so."""
    if output == "table" and not changes:
        click.echo(f"no difference between {sides[0]} and {sides[1]}", err=True)
        return
    from openclaw_manager.domain.content.patch import to_json_patch

    write(
        to_json_patch(changes),
        output,
        names=(printable(change.place) for change in changes),
        table=lambda: _table(changes, sides),
    )


def exit_status_of(changes: "list[Change]") -> int:
    """Tell the exit status for a script that asks whether anything differs."""
    return FAILED if changes else DONE


def _table(changes: "list[Change]", sides: tuple[str, str]) -> str:
    heads = [f"--- {sides[0]}", f"+++ {sides[1]}"]
    lines = [click.style(printable(head), bold=True) for head in heads]
    return "\n".join([*lines, *map(_line, changes)])


def _line(change: "Change") -> str:
    sign, color = _SIGNS[change.op]
    return click.style(printable(f"{sign} {change.place}: {_what(change)}"), fg=color)


def _what(change: "Change") -> str:
    match change.op:
        case "add":
            return _short(_text(change.new))
        case "remove":
            return _short(_text(change.old))
        case "reorder":
            return "in another order"
    return _from_to(_text(change.old), _text(change.new))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _from_to(old: str, new: str) -> str:
    """Show both where they begin to differ, if that is not near the beginning."""
    alike = next(
        (index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    begin = alike - _LEAD if max(len(old), len(new)) > _LONGEST and alike > _LEAD else 0
    return f"{_short(old, begin)} -> {_short(new, begin)}"


def _short(text: str, begin: int = 0) -> str:
    shown = text[begin : begin + _LONGEST]
    return ("…" if begin else "") + shown + ("…" if begin + _LONGEST < len(text) else "")
