"""Texts in columns of a terminal, cut where they do not fit."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

GAP = 2
_CUT = "…"


class Cell(NamedTuple):
    """A text in a table, with how it looks."""

    text: str
    style: str = ""


def cut(text: str, width: int, tail: int | None = None) -> str:
    """Cut a text to so many places, and keep ``tail`` of them at its end.

    Unless told otherwise it is cut in its middle: names often differ at the end.
    """
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return _CUT[:width]
    end = _beginning(reversed(text), (width - 1) // 2 if tail is None else tail)[::-1]
    return _beginning(text, width - 1 - cell_len(end)) + _CUT + end


def _beginning(text: Iterable[str], width: int) -> str:
    taken, used = "", 0
    for character in text:
        used += cell_len(character)
        if used > width:
            break
        taken += character
    return taken


def line_of(cells: Sequence[Cell], widths: Sequence[int]) -> Text:
    """Lay out cells in columns of these widths."""
    line = Text(no_wrap=True, overflow="crop")
    for (text, style), width in zip(cells, widths, strict=True):
        if line:
            line.append(" " * GAP)
        shown = cut(text, width)
        line.append(shown, style)
        line.append(" " * (width - cell_len(shown)))
    return line


def natural_widths(rows: Iterable[Sequence[Cell]], most: Sequence[int]) -> list[int]:
    """Tell how wide each column has to be, up to the most that it may take."""
    columns: Iterator[Sequence[Cell]] = zip(*rows, strict=True)
    return [
        min(max(cell_len(cell.text) for cell in column), limit)
        for column, limit in zip(columns, most, strict=True)
    ]


def that_fit(widths: Sequence[int], importance: Sequence[int], width: int) -> list[int]:
    """Choose columns, by importance, as long as they fit; gives their places in order."""
    chosen: list[int] = []
    used = -GAP
    for place in importance:
        if used + GAP + widths[place] > width:
            break
        chosen.append(place)
        used += GAP + widths[place]
    return sorted(chosen)
