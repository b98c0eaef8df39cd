"""The gateway link over WebSocket: drives a socket and a conversation through one visit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.uri import parse_uri

from openclaw_manager.adapters.gateway import breakdowns, outcomes
from openclaw_manager.adapters.gateway.connection import Connection, authenticate
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import (
    Client,
    Identity,
    shown_in_pairing,
    shown_in_ping,
)
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.adapters.gateway.route import look_at_certificate, open_socket
from openclaw_manager.adapters.gateway.tls import TlsContexts
from openclaw_manager.application.ports.gateway_link import Capture, Target
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Certificate, PingOutcome, Step

if TYPE_CHECKING:
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.domain.section import Section

# How long a gateway that is starting is left alone, in milliseconds: what it asks for, within
# the bounds of OpenClaw's own client (read in the code of 2026.9.6).
_SOONEST, _USUAL, _LATEST = 100.0, 500.0, 2000.0

_Found = TypeVar("_Found")


class WebSocketGatewayLink:
    """Reaches gateways of every dialect. ``user_agent`` is of the form ``name/version``."""

    def __init__(self, keys: "DeviceKeys", *, user_agent: str) -> None:
        self._keys = keys
        self._client = Client(user_agent)
        self._contexts = TlsContexts()

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Make one authenticated round trip, and change nothing on the gateway."""
        show = partial(shown_in_ping, target, self._keys)
        return await self._visit(target, show, timeout, partial(self._ping_once, target))

    async def pair(self, target: Target, scopes: Sequence[str], *, timeout: float) -> PingOutcome:
        """Show the device, which a gateway pairs at once or keeps a request for."""
        show = partial(shown_in_pairing, target, scopes, self._keys)
        return await self._visit(target, show, timeout, partial(self._ping_once, target))

    async def capture(
        self,
        target: Target,
        sections: "Sequence[Section]",
        *,
        timeout: float,
        heard: "Callable[[Section], None]",
    ) -> Capture | PingOutcome:
        """Ask for these sections on one connection, and change nothing on the gateway."""
        # Only here, since every ping would pay for it.
        from openclaw_manager.adapters.gateway.capture import capture

        async def once(identity: Identity, progress: Progress, deadline: float) -> Capture:
            async with (
                asyncio.timeout_at(deadline) as limit,
                self.connection(target, identity, progress, deadline) as connection,
            ):
                limit.reschedule(None)  # from here on each call has a time of its own
                return await capture(connection, target, sections, timeout=timeout, heard=heard)

        return await self._visit(target, partial(shown_in_ping, target, self._keys), timeout, once)

    async def certificate(self, target: Target, *, timeout: float) -> Certificate | PingOutcome:
        """Fetch the certificate that the gateway presents, showing it nothing."""
        deadline, progress = _deadline(timeout), Progress()
        try:
            async with asyncio.timeout_at(deadline):
                return await look_at_certificate(
                    parse_uri(target.url), self._contexts, progress=progress, deadline=deadline
                )
        except (Failure, TimeoutError) as problem:
            return outcomes.failed(_as_failure(problem, timeout), target, progress)

    async def _visit(
        self,
        target: Target,
        show: Callable[[], Identity],
        timeout: float,
        once: Callable[[Identity, Progress, float], Awaitable[_Found]],
    ) -> _Found | PingOutcome:
        """Visit a gateway, and one that is starting again; the last visit counts."""
        deadline = _deadline(timeout)
        while True:
            progress = Progress()
            try:
                return await once(show(), progress, deadline)
            except (Failure, TimeoutError) as problem:
                failure = _as_failure(problem, timeout)
            wait = _until_next(failure, progress, deadline)
            if wait is None:
                return outcomes.failed(failure, target, progress)
            await asyncio.sleep(wait)

    async def _ping_once(
        self, target: Target, identity: Identity, progress: Progress, deadline: float
    ) -> PingOutcome:
        async with (
            asyncio.timeout_at(deadline) as limit,
            self.connection(target, identity, progress, deadline) as connection,
        ):
            with progress.step(Step.ROUND_TRIP):
                latency_ms = await connection.round_trip()
            # From here on the ping has succeeded, and what is slow only delays us.
            limit.reschedule(None)
            health, who = await connection.report(deadline)
        return outcomes.succeeded(
            connection.hello,
            health,
            who,
            target,
            progress,
            connect_ms=connection.connect_ms,
            latency_ms=latency_ms,
        )

    @asynccontextmanager
    async def connection(
        self, target: Target, identity: Identity, progress: Progress, deadline: float
    ) -> AsyncIterator[Connection]:
        """Open an authenticated connection, and leave it in an orderly way.

        Raises ``Failure``, also for a connection that is lost inside the context. The
        caller bounds the time; ``deadline`` is in the time of the loop.
        """
        socket = await open_socket(
            parse_uri(target.url),
            target.trust,
            self._contexts,
            identity,
            self._client,
            progress=progress,
            deadline=deadline,
        )
        try:
            opening = Opening(identity, target.dialect, self._client)
            yield await authenticate(socket, opening, progress, deadline)
        except ConnectionClosed as problem:
            raise breakdowns.closed(problem, identity, progress.dialect) from problem
        else:
            await socket.leave(deadline)
        finally:
            await socket.drop()


def _deadline(timeout: float) -> float:
    return asyncio.get_running_loop().time() + timeout


def _as_failure(problem: Failure | TimeoutError, timeout: float) -> Failure:
    if isinstance(problem, Failure):
        return problem
    return Failure(Cause.TIMEOUT, f"no answer within {timeout:g} s")


def _until_next(failure: Failure, progress: Progress, deadline: float) -> float | None:
    """Tell in how many seconds to try again; None where it is of no use.

    That is: with any failure but that the gateway is starting, and when the time that is left
    would not do for what this visit took, since it would be a timeout that says less.
    """
    if failure.cause is not Cause.GATEWAY_STARTING:
        return None
    wanted = _USUAL if failure.retry_after_ms is None else failure.retry_after_ms
    wait = min(max(wanted, _SOONEST), _LATEST) / 1000
    left = deadline - asyncio.get_running_loop().time()
    return wait if wait + progress.ms / 1000 < left else None
