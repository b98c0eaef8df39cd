"""The whole terminal, borrowed for a picture that keeps changing, and given back as it was."""

import logging
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from threading import Thread
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

_EACH_SECOND = 1
_PATIENCE = 0.5  # seconds
_LOCAL_MODES = 3  # their place in what termios tells of a terminal


class Screen:
    """Draws again each second, in a thread: a terminal that takes nothing (Ctrl-S) stops only it.

    The other side of the terminal stays as it was, with all that was there before. What is
    typed is not shown, and what the program logs as a warning goes to ``warned``.
    """

    def __init__(
        self,
        draw: Callable[[int, int], Text],
        warned: Callable[[str], None],
        *,
        color: bool,
        environment: dict[str, str],
    ) -> None:
        if isinstance(sys.stdout, TextIOWrapper):  # whatever the terminal cannot spell
            sys.stdout.reconfigure(errors="replace")
        self._draw = draw
        self._console = Console(
            file=sys.stdout,
            no_color=not color,
            highlight=False,
            markup=False,
            emoji=False,
            # Without COLUMNS and LINES, which would fix the size of a window that can change.
            _environ={key: environment.get(key, "") for key in ("TERM", "COLORTERM")},
        )
        self._warnings = _Warnings(warned)
        self._live: Live | None = None
        self._modes: list[Any] | None = None

    def __enter__(self) -> Self:
        self.show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def show(self) -> None:
        """Take the terminal over."""
        self._modes = _without_echo()
        self._warnings.begin()
        self._live = Live(
            console=self._console,
            screen=True,
            refresh_per_second=_EACH_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
            get_renderable=self._picture,
        )
        self._live.start(refresh=True)

    def leave(self) -> None:
        """Give the terminal back, or give it up where it takes nothing any more."""
        live, self._live = self._live, None
        if live is None:
            return
        leaving = Thread(target=live.stop, daemon=True)
        leaving.start()
        leaving.join(_PATIENCE)
        self._warnings.end()
        if self._modes is not None:
            with suppress(termios.error):
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSAFLUSH, self._modes)

    def _picture(self) -> Text:
        try:
            return self._draw(*self._console.size)
        except Exception as fault:  # noqa: BLE001 - a table that stands still would say all is well
            return Text(f"a fault in openclaw-manager: {type(fault).__name__}", "red")


class _Warnings(logging.Handler):
    """Hears what the program warns of, in place of those that print it."""

    def __init__(self, warned: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._warned = warned
        self._others: list[logging.Handler] = []

    def begin(self) -> None:
        logger = logging.getLogger("openclaw_manager")
        self._others, logger.handlers = logger.handlers, [self]

    def end(self) -> None:
        logging.getLogger("openclaw_manager").handlers = self._others

    def emit(self, record: logging.LogRecord) -> None:
        self._warned(record.getMessage())


def _without_echo() -> list[Any] | None:
    """Keep what is typed off the screen; gives the modes of before, if there is a keyboard."""
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
        modes = list(before)
        modes[_LOCAL_MODES] &= ~termios.ECHO
        termios.tcsetattr(keyboard, termios.TCSADRAIN, modes)
    except (termios.error, OSError, ValueError, AttributeError):
        return None
    return before
