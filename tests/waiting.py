"""An ``AsyncManager`` that a test for ``Manager`` can use: each verb is waited for."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

from openclaw_manager import AsyncManager


class Waiting:
    """Has the verbs of a manager, and runs each on its own loop until it is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._runner = asyncio.Runner()
        self._manager = AsyncManager.open(*args, **kwargs)

    def __getattr__(self, verb: str) -> Any:
        def waited(*args: Any, **kwargs: Any) -> Any:
            begun = getattr(self._manager, verb)(*args, **kwargs)
            if inspect.isasyncgen(begun):
                return self._each(begun)
            return self._runner.run(begun)

        return waited

    def end(self) -> None:
        """Close it, and the loop."""
        self._runner.run(self._manager.close())
        self._runner.close()

    def _each(self, items: AsyncIterator[Any]) -> Iterator[Any]:
        async def next_one() -> list[Any]:
            async for item in items:
                return [item]
            return []

        while one := self._runner.run(next_one()):
            yield from one
