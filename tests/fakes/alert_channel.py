"""A channel without a network: it does with each message what it is told to."""

import asyncio
from collections.abc import Callable

from openclaw_manager.application.ports.alert_channel import AlertMessage, Undelivered

NOT_NOW = Undelivered("it answered 500 (Internal Server Error)", may_pass=True)
NEVER = Undelivered("it answered 404 (Not Found)", may_pass=False)


class FakeAlertChannel:
    """Takes each message, unless ``answers`` say otherwise, in turn.

    ``messages`` are all that were tried, and ``held`` is set while one that hangs is on its
    way. ``faulty`` is raised instead of an answer, as by a mistake in this program.
    """

    def __init__(self, *answers: Undelivered | None) -> None:
        self.answers = [*answers]
        self.messages: list[AlertMessage] = []
        self.hangs = False
        self.held = asyncio.Event()
        self.faulty: Exception | None = None
        self._changed = asyncio.Condition()

    async def send(self, message: AlertMessage, *, timeout: float) -> Undelivered | None:
        """Answer as told, or run into the time-out."""
        async with self._changed:
            self.messages.append(message)
            self._changed.notify_all()
        if self.hangs:
            self.held.set()
            await asyncio.sleep(timeout)
            return Undelivered(f"there was no answer within {timeout:g} s", may_pass=True)
        if self.faulty is not None:
            raise self.faulty
        return self.answers.pop(0) if self.answers else None

    async def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until the messages are as somebody waits for."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(is_so)

    def told(self) -> list[str]:
        """Tell what was tried: what each message is about, and of which instance."""
        return [f"{one.about} {one.name}" for one in self.messages]
