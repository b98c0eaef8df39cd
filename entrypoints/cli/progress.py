"""How far a long command has come, shown on a terminal."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

_CLEARED_LINE = "\r\033[K"


@contextmanager
def progress_bar(label: str, long: int) -> Iterator[Callable[[int, int], None]]:
    """Give what is told how many of how many are done.

    A bar is shown on standard error, if that is a terminal and there are ``long`` or more.
    """
    bars: list[Any] = []

    def show(done: int, of: int) -> None:
        if not bars and of >= long:
            bars.append(click.progressbar(length=of, label=label, file=sys.stderr))
        for bar in bars:
            bar.update(done - bar.pos)

    try:
        yield show if sys.stderr.isatty() else lambda _done, _of: None
    finally:
        for bar in bars:
            bar.render_finish()


@contextmanager
def live_line() -> Iterator[Callable[[str], None]]:
    """Give what shows a line in place of the one before; nothing of it is left in the end.

    It is shown on standard error, if that is a terminal that can go back in a line.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _line: None
        return
    shown = ""

    def show(line: str) -> None:
        nonlocal shown
        shown = line
        click.echo(_CLEARED_LINE + line, nl=False, err=True, color=True)

    try:
        yield show
    finally:
        if shown:
            click.echo(_CLEARED_LINE, nl=False, err=True, color=True)
