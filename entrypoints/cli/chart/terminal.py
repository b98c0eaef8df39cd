"""The course of an instance on a terminal: bars for the round trips, and when it was down."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from openclaw_manager.entrypoints.cli.chart.scale import (
    marks_up_to,
    number_label,
    time_label,
    times_within,
)
from openclaw_manager.entrypoints.cli.chart.sparkline import BARS
from openclaw_manager.entrypoints.cli.chart.words import heading, summary

if TYPE_CHECKING:
    from openclaw_manager.application.course import Course, Slice

_ROWS = 12
_MARKS = 4
_LEAST_COLUMNS = 20
_COLUMNS_A_LABEL = 12
_EIGHTHS = len(BARS)

_SHADE, _NO_BAR = "░", ":"
_DOWN, _FAILED, _WATCHED, _UNKNOWN = "x", "!", "━", " "
_COLORS = dict.fromkeys(BARS + _SHADE, "cyan") | {
    _NO_BAR: "red",
    _DOWN: "red",
    _FAILED: "yellow",
    _WATCHED: "green",
}
_LEGEND = (
    f"{BARS[-1]} median  {_SHADE} up to the 95th percentile  "
    f"{_WATCHED} watched  {_DOWN} down  {_FAILED} a ping failed"
)


def terminal_plot(name: str, course: "Course", width: int) -> str:
    """Draw a course in lines of ``width`` characters, or of as many as it needs."""
    longest = max((one.p95 or 0 for one in course.slices(width)), default=0)
    marks = marks_up_to(longest, _MARKS)
    margin = max(len(number_label(mark)) for mark in marks) + 1
    columns = max(width - margin - 1, _LEAST_COLUMNS)
    slices = course.slices(columns)
    lines = [
        heading(name, course.span),
        *_plot(slices, marks, margin),
        " " * margin + "└" + _axis(course, columns),
        " " * margin + " " + _labels(course, columns),
        "state".rjust(margin) + " " + _states(slices),
        "",
        _LEGEND,
        summary(course),
    ]
    return "\n".join(line.rstrip() for line in lines)


def _plot(slices: "Sequence[Slice]", marks: Sequence[float], margin: int) -> Iterator[str]:
    at_row = {round(mark / marks[-1] * _ROWS): number_label(mark) for mark in marks}
    for row in reversed(range(1, _ROWS + 1)):
        label = at_row.get(row, "")
        axis = "┤" if label else "│"
        bars = "".join(_cell(one, row, marks[-1]) for one in slices)
        yield f"{label:>{margin}}{axis}{_colored(bars)}"


def _cell(one: "Slice", row: int, top: float) -> str:
    """Draw what a slice has in a row, of which 1 is the lowest."""
    if one.median is None or one.p95 is None:
        return _NO_BAR if one.down else " "
    eighths = max(round(one.median / top * _ROWS * _EIGHTHS), 1) - (row - 1) * _EIGHTHS
    if eighths >= 1:
        return BARS[min(eighths, _EIGHTHS) - 1]
    shaded = one.p95 / top * _ROWS >= row - 1 / 2
    return _SHADE if shaded else " "


def _colored(line: str) -> str:
    """Colour what has a colour, each run of one at once."""
    runs = ((color, "".join(run)) for color, run in groupby(line, key=_COLORS.get))
    return "".join(click.style(run, fg=color) if color else run for color, run in runs)


def _places(course: "Course", columns: int) -> Iterator[tuple[int, str]]:
    """Tell in which columns marks of the time stand, with their labels."""
    span = course.span
    times, step = times_within(span, max(columns // _COLUMNS_A_LABEL, 1))
    for moment in times:
        column = int((moment - span.start) / (span.end - span.start) * columns)
        yield min(column, columns - 1), time_label(moment, step)


def _axis(course: "Course", columns: int) -> str:
    marks = {column for column, _ in _places(course, columns)}
    return "".join("┬" if column in marks else "─" for column in range(columns))


def _labels(course: "Course", columns: int) -> str:
    line = ""
    for column, label in _places(course, columns):
        begin = min(max(column - len(label) // 2, 0), columns - len(label))
        if not line or begin > len(line):
            line = line.ljust(begin) + label
    return line


def _states(slices: "Sequence[Slice]") -> str:
    return _colored("".join(map(_state, slices)))


def _state(one: "Slice") -> str:
    if one.down:
        return _DOWN
    if one.failed:
        return _FAILED
    return _WATCHED if one.watched else _UNKNOWN
