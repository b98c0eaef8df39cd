"""What is said besides the data, and whether it is coloured."""

import os
import sys

import click


def wants_color(no_color: bool) -> bool | None:
    """Decide about colour; None leaves it to whether the output is a terminal.

    A flag comes first, then ``NO_COLOR``, then ``CLICOLOR_FORCE``, then ``TERM=dumb``.
    """
    if no_color or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def warn(sentence: str) -> None:
    """Say something that the person at the terminal should know, besides the data."""
    click.echo(f"warning: {sentence}", err=True)


def confirmed(question: str, *, instead: str) -> bool:
    """Ask for a yes; where nobody is there to answer, say what to give ``instead``."""
    nobody = click.UsageError(f"nobody is there to answer the question; give {instead}")
    if sys.stdin is None:  # the caller closed it
        raise nobody
    try:
        return click.confirm(question, err=True)
    except click.Abort as abort:
        if sys.stdin.isatty() or not isinstance(abort.__context__, EOFError):
            raise
        click.echo(err=True)  # the question is still on the line
        raise nobody from None


def let_warnings_be_heard() -> None:
    """Say on standard error what the parts of the program log as a warning."""
    import logging

    class Talk(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            warn(record.getMessage())

    logger = logging.getLogger("openclaw_manager")
    logger.handlers = [Talk(logging.WARNING)]
    logger.propagate = False
