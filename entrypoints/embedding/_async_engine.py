"""What carries the verbs of an ``AsyncManager``: the store in a thread, the network on the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from openclaw_manager._refusals import ManagerClosed
from openclaw_manager.entrypoints.composition.embedded import Embedding

if TYPE_CHECKING:
    from openclaw_manager._errands import Errand
    from openclaw_manager.entrypoints.composition.container import Container

Result = TypeVar("Result")


class Engine:
    """Works on the store in one thread, and visits gateways on the loop that runs.

    The thread begins when something is first asked of the store, and ends with ``close``.
    """

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self._parts: Container | None = None  # made and used in the thread alone
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="openclaw-manager")
        self._closing = asyncio.Event()
        self._visits: set[asyncio.Task[object]] = set()

    async def store(self, work: "Callable[[Container], Result]") -> Result:
        """Do what needs no gateway; raises ``ManagerClosed``."""
        self._refuse_if_closed()
        return await self._in_thread(work)

    async def visit(self, errand: "Errand[Result]") -> Result:
        """Go to gateways and come back; raises ``ManagerClosed``.

        What was found is taken home also when it was interrupted.
        """
        self._refuse_if_closed()
        task = asyncio.ensure_future(self._run(errand))
        self._visits.add(task)
        task.add_done_callback(self._visits.discard)
        try:
            return await task
        except asyncio.CancelledError:
            asking = asyncio.current_task()
            if self._closing.is_set() and not (asking and asking.cancelling()):
                raise ManagerClosed from None
            raise

    async def aside(self, work: Callable[[], Result]) -> Result:
        """Work on the store for somebody on the loop, also while it is being closed."""
        return await self._in_thread(lambda _parts: work())

    async def pause(self, seconds: float) -> bool:
        """Wait; tells at once that there is nothing to wait for any more when it is closed."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        """End visits that are under way, close the store, and stop the thread."""
        if self._closing.is_set():
            return
        self._closing.set()
        for visit in self._visits:
            visit.cancel()
        if self._visits:
            await asyncio.wait(self._visits)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._close_store)
        self._thread.shutdown()  # which waits for nothing any more

    async def _run(self, errand: "Errand[Result]") -> Result:
        try:
            await self._in_thread(errand.prepare)
            await errand.go()
        except BaseException:
            await asyncio.shield(self._in_thread(lambda _parts: errand.rescue()))
            raise
        return await asyncio.shield(self._in_thread(lambda _parts: errand.finish()))

    async def _in_thread(self, work: "Callable[[Container], Result]") -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(self._opened()))

    def _opened(self) -> "Container":
        if self._parts is None:
            self._parts = self.embedding.container()
        return self._parts

    def _close_store(self) -> None:
        if self._parts is not None:
            self._parts.shutdown_resources()

    def _refuse_if_closed(self) -> None:
        if self._closing.is_set():
            raise ManagerClosed


class Verbs:
    """Some of the verbs of a manager."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
