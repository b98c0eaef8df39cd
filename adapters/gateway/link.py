"""The gateway link over WebSocket: drives a socket and a conversation through one ping."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, partial
from ssl import SSLContext, create_default_context
from typing import NamedTuple

from websockets.exceptions import ConnectionClosed
from websockets.uri import parse_uri

from openclaw_manager.adapters.gateway import breakdowns, outcomes
from openclaw_manager.adapters.gateway.bearer import BearerConversation
from openclaw_manager.adapters.gateway.conversation import (
    ChallengedConversation,
    Conversation,
    Health,
    Hello,
)
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.adapters.gateway.sockets import GatewaySocket, open_socket
from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import PingOutcome, Step

_MS = 1000


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

    async def health(self, deadline: float) -> Health:
        """Ask the gateway how it is; no answer by the deadline is a fault like others."""
        question = self.conversation.ask_health()
        if question is None:
            return Health()
        try:
            async with asyncio.timeout_at(deadline):
                await self.socket.send(question)
                while (health := self.conversation.hear_health(await self.socket.recv())) is None:
                    pass
                return health
        except TimeoutError:
            return Health("it did not say how it is within the timeout")
        except ConnectionClosed:
            return Health("it closed the connection when asked how it is")
        except Failure as failure:
            return Health(failure.detail)


class WebSocketGatewayLink:
    """Reaches gateways of every dialect. ``user_agent`` is of the form ``name/version``."""

    def __init__(self, keys: DeviceKeys, *, user_agent: str) -> None:
        self._keys = keys
        self._client = Client(user_agent)

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Make one authenticated round trip, and change nothing on the gateway."""
        deadline = asyncio.get_running_loop().time() + timeout
        progress = Progress()
        try:
            async with (
                asyncio.timeout_at(deadline) as limit,
                self.connection(target, progress, deadline) as connection,
            ):
                with progress.step(Step.ROUND_TRIP):
                    latency_ms = await connection.round_trip()
                # From here on the ping has succeeded, and what is slow only delays us.
                limit.reschedule(None)
                health = await connection.health(deadline)
        except TimeoutError:
            failure = Failure(Cause.TIMEOUT, f"no answer within {timeout:g} s")
            return outcomes.failed(failure, target, progress)
        except Failure as failure:
            return outcomes.failed(failure, target, progress)
        return outcomes.succeeded(
            connection.hello,
            health,
            target,
            progress,
            connect_ms=connection.connect_ms,
            latency_ms=latency_ms,
        )

    @asynccontextmanager
    async def connection(
        self, target: Target, progress: Progress, deadline: float
    ) -> AsyncIterator[Connection]:
        """Open an authenticated connection, and leave it in an orderly way.

        Raises ``Failure``, also for a connection that is lost inside the context. The
        caller bounds the time; ``deadline`` is in the time of the loop.
        """
        identity = self._identity(target)
        uri = parse_uri(target.url)
        tls = self._tls if uri.secure else None
        socket = await open_socket(
            uri, tls, identity, self._client, progress=progress, deadline=deadline
        )
        try:
            yield await self._authenticate(socket, target, identity, progress, deadline)
        except ConnectionClosed as problem:
            raise breakdowns.closed(problem, identity, progress.dialect) from problem
        else:
            await socket.leave(deadline)
        finally:
            await socket.drop()

    async def _authenticate(
        self,
        socket: GatewaySocket,
        target: Target,
        identity: Identity,
        progress: Progress,
        deadline: float,
    ) -> Connection:
        upgraded_ms = progress.ms
        with progress.step(Step.CHALLENGE):
            opening = Opening(identity, target.dialect, self._client)
            first = await _first_message(socket, opening.grace, deadline)
            conversation = opening.silence() if first is None else opening.hear(first)
        progress.dialect = conversation.dialect
        if isinstance(conversation, BearerConversation):
            progress.drop_step()  # there was none
            return Connection(socket, conversation, Hello(), upgraded_ms)
        with progress.step(Step.AUTHENTICATE):
            hello = await _introduce(socket, conversation)
        return Connection(socket, conversation, hello, progress.ms)

    def _identity(self, target: Target) -> Identity:
        key = target.private_key
        sign = partial(self._keys.sign, key) if key else None
        return Identity(target.token, target.device_token, sign)

    @cached_property
    def _tls(self) -> SSLContext:
        return create_default_context()


async def _first_message(socket: GatewaySocket, grace: float, deadline: float) -> Message | None:
    """Wait for the first message; None when a pong came and the grace after it is over."""
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
    await socket.send(conversation.introduce())
    while (hello := conversation.hear(await socket.recv())) is None:
        pass
    return hello
