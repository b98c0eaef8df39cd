"""What carries the verbs of a ``Manager``: the store in whatever thread asks, one at a time."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from openclaw_manager._loop_thread import LoopThread
from openclaw_manager._refusals import ManagerClosed
from openclaw_manager.entrypoints.composition.embedded import Embedding

if TYPE_CHECKING:
    from openclaw_manager._errands import Errand
    from openclaw_manager.entrypoints.composition.container import Container

Result = TypeVar("Result")


class Engine:
    """Works on the store in the calling thread, and visits gateways on a loop of its own.

    The loop has a thread that begins with the first visit and ends with ``close``.
    """

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self._parts = embedding.container()
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._loop: LoopThread | None = None
        self._visits = 0
        self._quiet = threading.Condition(self._lock)

    def store(self, work: "Callable[[Container], Result]") -> Result:
        """Do what needs no gateway; raises ``ManagerClosed``."""
        with self._lock:
            self._refuse_if_closed()
            return work(self._parts)

    def visit(self, errand: "Errand[Result]") -> Result:
        """Go to gateways and come back; raises ``ManagerClosed``.

        What was found is taken home also when it was interrupted.
        """
        with self._on_the_way() as loop:
            try:
                self.store(errand.prepare)
                loop.run(errand.go())
            except BaseException as error:
                with self._lock:
                    errand.rescue()
                if isinstance(error, CancelledError):
                    raise ManagerClosed from error
                raise
            with self._lock:
                return errand.finish()

    async def aside(self, work: Callable[[], Result]) -> Result:
        """Work on the store for somebody on the loop, also while it is being closed."""

        def locked() -> Result:
            with self._lock:
                return work()

        return await asyncio.to_thread(locked)

    def pause(self, seconds: float) -> bool:
        """Wait; tells at once that there is nothing to wait for any more when it is closed."""
        return not self._closing.wait(seconds)

    def close(self) -> None:
        """End visits that are under way, close the store, and stop the thread."""
        with self._lock:
            self._closing.set()
            loop = self._loop
        if loop is not None:
            loop.close()
        with self._quiet:
            self._quiet.wait_for(lambda: not self._visits)
            self._parts.shutdown_resources()

    @contextmanager
    def _on_the_way(self) -> Iterator[LoopThread]:
        with self._lock:
            self._refuse_if_closed()
            self._loop = self._loop or LoopThread("openclaw-manager")
            self._visits += 1
        try:
            yield self._loop
        finally:
            with self._quiet:
                self._visits -= 1
                self._quiet.notify_all()

    def _refuse_if_closed(self) -> None:
        if self._closing.is_set():
            raise ManagerClosed


class Verbs:
    """Some of the verbs of a manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
