"""How far a capture is, for somebody who waits for it at a terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

_CLEARED_LINE = "\r\033[K"


class Progress:
    """One line on standard error that is written over and over, and gone in the end."""

    def __init__(self, gateways: int) -> None:
        self._gateways = gateways
        self._captured = 0
        self._sections = 0

    def heard(self) -> None:
        """Count a section that was decided."""
        self._sections += 1
        self._show()

    def found(self) -> None:
        """Count a gateway that is through."""
        self._captured += 1
        self._show()

    def _show(self) -> None:
        said = f"captured {self._captured} of {self._gateways}, sections so far: {self._sections}"
        click.echo(f"{_CLEARED_LINE}{said}", nl=False, err=True)


class _Silence(Progress):
    """Says nothing: nobody watches, or the terminal cannot go back in a line."""

    def _show(self) -> None:
        pass


@contextmanager
def progress(gateways: int) -> Iterator[Progress]:
    """Tell how far it is, on a terminal only."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Silence(gateways)
        return
    try:
        yield Progress(gateways)
    finally:
        click.echo(_CLEARED_LINE, nl=False, err=True, color=True)
