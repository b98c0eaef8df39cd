"""Standard output for one who never waits for its reader."""

import os
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread

_MOST_WAITING = 20_000  # lines
_END = ""


class Outlet:
    """Writes lines in a thread, and leaves out what a reader that stands still has no room for.

    ``gone`` is called once, in that thread, when nobody reads any more. Where a line cannot be
    written for another reason, as on a full disk, the next ones are tried.
    """

    def __init__(self, descriptor: int, gone: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._gone = gone
        self._waiting: Queue[str] = Queue(_MOST_WAITING)
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Write a line as soon as the others are written."""
        with suppress(Full):
            self._waiting.put_nowait(f"{line}\n")

    def close(self, patience: float) -> None:
        """Wait until all is written, or for so many seconds."""
        with suppress(Full):
            self._waiting.put_nowait(_END)
        self._thread.join(patience)

    def _run(self) -> None:
        over = False
        while not over:
            lines = self._next_ones()
            over = lines[-1] == _END
            try:
                _write_all(self._descriptor, "".join(lines).encode())
            except BrokenPipeError:
                self._gone()
                return
            except OSError:
                continue

    def _next_ones(self) -> list[str]:
        """Take one line, and all that came meanwhile up to the end."""
        lines = [self._waiting.get()]
        with suppress(Empty):
            while lines[-1] != _END:
                lines.append(self._waiting.get_nowait())
        return lines


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
