"""What can be done on an authenticated connection, and how one gets there after the upgrade."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from websockets.exceptions import ConnectionClosed

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.bearer import BearerConversation
from openclaw_manager.adapters.gateway.conversation import (
    ChallengedConversation,
    Conversation,
    Health,
    Hello,
    SelfDescription,
)
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.adapters.gateway.sockets import GatewaySocket
from openclaw_manager.domain.ping import Step

_MS = 1000

# Seconds that a gateway which has to challenge gets before it is asked whether it is there:
# it does so at once, and the question would be one more round trip of each ping.
_AT_ONCE = 0.1

_Heard = TypeVar("_Heard")


class Connection(NamedTuple):
    """An authenticated connection to a gateway; ``connect_ms`` is what it took to get it."""

    socket: GatewaySocket
    conversation: Conversation
    hello: Hello
    connect_ms: float

    async def round_trip(self) -> float:
        """Time a WebSocket ping and pong, in milliseconds."""
        pong = await self.socket.ping()
        return await pong * _MS

    async def report(self, deadline: float) -> tuple[Health, SelfDescription]:
        """Ask the gateway how it is and who it is, both at once.

        No word of how it is by the deadline is a fault like others, and a gateway that does
        not say who it is by then is nobody. Raises ``ConnectionClosed`` only where that says
        more than that it is closed.
        """
        report = _Report(self.conversation)
        if report.questions:
            try:
                async with asyncio.timeout_at(deadline):
                    self.socket.send_now(*report.questions)
                    while not report.complete:
                        report.hear(await self.socket.recv())
            except TimeoutError:
                report.end("it did not say how it is within the timeout")
            except ConnectionClosed as problem:
                if report.health is None and breakdowns.says_why(problem):
                    raise
                report.end("it closed the connection when asked how it is")
            except Failure as failure:
                report.end(failure.detail)
        return report.health or Health(), report.who or SelfDescription()

    async def self_description(self, deadline: float) -> SelfDescription:
        """Ask the gateway who it is; one that does not say so by the deadline is nobody."""
        question = self.conversation.ask_who()
        if question is None:
            return SelfDescription()
        try:
            return await self._ask(question, self.conversation.hear_who, deadline)
        except (TimeoutError, ConnectionClosed, Failure):
            return SelfDescription()

    async def _ask(
        self, question: str, hear: Callable[[Message], _Heard | None], deadline: float
    ) -> _Heard:
        async with asyncio.timeout_at(deadline):
            self.socket.send_now(question)
            return await _heard(self.socket, hear)


class _Report:
    """What a gateway says of itself, in whatever order it does."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        how, who = conversation.ask_health(), conversation.ask_who()
        self.questions = [question for question in (how, who) if question is not None]
        self.health = None if how else Health()
        self.who = None if who else SelfDescription()

    @property
    def complete(self) -> bool:
        """Whether nothing more is to come."""
        return self.health is not None and self.who is not None

    def hear(self, message: Message) -> None:
        """Take in a message; raises ``Failure``."""
        if self.health is None:
            self.health = self._conversation.hear_health(message)
            if self.health is not None:
                return
        if self.who is None:
            self.who = self._conversation.hear_who(message)

    def end(self, fault: str | None) -> None:
        """Make do with what was heard; without the one answer, the gateway is at fault."""
        self.health = self.health or Health(fault)


async def authenticate(
    socket: GatewaySocket, opening: Opening, progress: Progress, deadline: float
) -> Connection:
    """Find out what is spoken, and say who we are; raises ``Failure`` or ``ConnectionClosed``."""
    upgraded_ms = progress.ms
    with progress.step(Step.CHALLENGE):
        first = await _first_message(socket, opening, deadline)
        conversation = opening.silence() if first is None else opening.hear(first)
    progress.dialect = conversation.dialect
    if isinstance(conversation, BearerConversation):
        progress.drop_step()  # there was none
        return Connection(socket, conversation, Hello(), upgraded_ms)
    with progress.step(Step.AUTHENTICATE):
        hello = await _introduce(socket, conversation)
    return Connection(socket, conversation, hello, progress.ms)


async def _first_message(
    socket: GatewaySocket, opening: Opening, deadline: float
) -> Message | None:
    """Wait for the first message; None when a pong came and the grace after it is over."""
    if opening.challenge_required:
        left = deadline - asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(_AT_ONCE, left / 4)):
                return await socket.recv()
    return await _first_message_or_pong(socket, opening.grace, deadline)


async def _first_message_or_pong(
    socket: GatewaySocket, grace: float, deadline: float
) -> Message | None:
    pong = asyncio.ensure_future(await socket.ping())
    first = asyncio.ensure_future(socket.recv())
    try:
        await asyncio.wait({first, pong}, return_when=asyncio.FIRST_COMPLETED)
        left = deadline - asyncio.get_running_loop().time()
        await asyncio.wait({first}, timeout=min(grace, left / 2))
        return first.result() if first.done() else None
    finally:
        if not first.cancel():
            first.exception()  # retrieved, or asyncio would complain after a timeout in between


async def _introduce(socket: GatewaySocket, conversation: ChallengedConversation) -> Hello:
    socket.send_now(conversation.introduce())
    return await _heard(socket, conversation.hear)


async def _heard(socket: GatewaySocket, hear: Callable[[Message], _Heard | None]) -> _Heard:
    """Pass over messages until one is an answer."""
    while (heard := hear(await socket.recv())) is None:
        pass
    return heard
