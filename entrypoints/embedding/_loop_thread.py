"""An event loop in a thread of its own, for those who have none."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, wait
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines for other threads, from its making until it is ``closed``."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self.closed = False
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        # A host that forgets to close it can still end.
        self._thread = threading.Thread(
            target=lambda: asyncio.run(_live(started)), name=name, daemon=True
        )
        self._thread.start()
        self._loop, self._stopped = started.result()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run to the end and wait for it, from any other thread.

        Whatever interrupts the waiting cancels the coroutine, and its end is waited for. Raises
        ``CancelledError`` when the loop was closed before the end.
        """
        with self._lock:
            if self.closed:
                coroutine.close()
                raise CancelledError
            run = _Run(coroutine)
            self._loop.call_soon_threadsafe(run.begin, self._loop)
        try:
            return run.outcome.result()
        except BaseException:
            if not run.outcome.done():
                self._loop.call_soon_threadsafe(run.cancel)
                wait([run.outcome])
            raise

    def close(self) -> None:
        """Cancel what still runs, and wait until the thread is gone."""
        with self._lock:
            if not self.closed:
                self.closed = True
                self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()


class _Run(Generic[Result]):
    """One coroutine as a task of the loop; ``outcome`` is there once it has really ended."""

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Result] | None = None
        self.outcome: Future[Result] = Future()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, on the loop."""
        self._task = loop.create_task(self._coroutine)
        self._task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Cancel, on the loop."""
        assert self._task is not None, "it was begun before"
        self._task.cancel()

    def _ended(self, task: "asyncio.Task[Result]") -> None:
        if task.cancelled():
            self.outcome.set_exception(CancelledError())
        elif (error := task.exception()) is not None:
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(task.result())


async def _live(started: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    stopped = asyncio.Event()
    started.set_result((asyncio.get_running_loop(), stopped))
    await stopped.wait()
