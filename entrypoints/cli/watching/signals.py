"""The signals that a watch heeds."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable

from openclaw_manager.entrypoints.cli.errors import DONE, FAILED, INTERRUPTED
from openclaw_manager.entrypoints.cli.watching.screen import Screen

_STOPPING = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: DONE}


class Signals:
    """Stops a watch, has it read its instances anew, or lends the terminal to others.

    ``status`` is the exit status that comes of it. The first signal to stop lets what was
    found be recorded; a second one does not wait for that.
    """

    def __init__(self, stop: asyncio.Event, screen: Screen | None) -> None:
        self.status = DONE
        self._stop = stop
        self._screen = screen
        self._loop = asyncio.get_running_loop()
        self._reload: Callable[[], None] = lambda: None

    def heed(self, reload: Callable[[], None]) -> None:
        """Begin to heed them."""
        self._reload = reload
        for number in _STOPPING:
            self._loop.add_signal_handler(number, self._on_stop, number)
        self._loop.add_signal_handler(signal.SIGHUP, self._on_hang_up)
        if self._screen is not None:
            self._loop.add_signal_handler(signal.SIGTSTP, self._on_suspend, self._screen)

    def reader_is_gone(self) -> None:
        """Stop, from whatever thread, since nobody reads any more what is found."""
        self.status = FAILED
        self._loop.call_soon_threadsafe(self._stop.set)

    def _on_stop(self, number: signal.Signals) -> None:
        if self._stop.is_set():
            os._exit(128 + number)  # as a shell says it of a process that a signal ended
        self.status = _STOPPING[number]
        self._stop.set()

    def _on_hang_up(self) -> None:
        """Read anew; where it is our terminal that was closed, there is nobody to watch for."""
        if self._screen is not None and not sys.stdout.isatty():
            self._on_stop(signal.SIGTERM)
        else:
            self._reload()

    def _on_suspend(self, screen: Screen) -> None:
        """Give the terminal back while we are stopped (Ctrl-Z), and take it over again."""
        screen.leave()
        os.kill(os.getpid(), signal.SIGSTOP)
        screen.show()
