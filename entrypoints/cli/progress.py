"""How far a long command has come, shown on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click


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
