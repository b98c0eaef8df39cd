"""What is said besides the data, and whether it is coloured."""

import os

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


def let_warnings_be_heard() -> None:
    """Say on standard error what the parts of the program log as a warning."""
    import logging

    class Talk(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            warn(record.getMessage())

    logger = logging.getLogger("openclaw_manager")
    logger.handlers = [Talk(logging.WARNING)]
    logger.propagate = False
