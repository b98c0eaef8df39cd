"""TLS with a gateway whose certificate is trusted, in one handshake or two."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ssl import SSLContext
from typing import NamedTuple

from websockets.uri import WebSocketURI

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.adapters.gateway.sockets import GatewaySocket
from openclaw_manager.adapters.gateway.tls import Presented, TlsContexts, is_for_another_name
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.trust import Trust

Connect = Callable[[], Awaitable[socket.socket]]
"""Connects by TCP once more, to the same gateway."""


class Certified(NamedTuple):
    """Who is to vouch for a gateway, and where what it presented is noted."""

    uri: WebSocketURI
    trust: Trust
    contexts: TlsContexts
    progress: Progress

    async def over(
        self, connected: socket.socket, first: SSLContext, connect: Connect, deadline: float
    ) -> GatewaySocket:
        """Begin TLS; raises ``Failure`` before anything of ours was sent to a stranger.

        ``first`` is the context for the first handshake.
        """
        try:
            opened = await GatewaySocket.over(connected, self.uri, first)
        except Failure as failure:
            if failure.cause is not Cause.TLS_UNTRUSTED:
                raise
            looked = await self._second_look(failure, connect, deadline)
            if looked is None:
                raise
            return looked
        presented, pin = self._note(opened), self.trust.fingerprint
        if pin is not None and not presented.matches(pin):
            await opened.drop()
            raise Failure(
                Cause.TLS_PIN_MISMATCH, f"it presents {presented.fingerprint}, and {pin} is pinned"
            )
        return opened

    async def _second_look(
        self, failure: Failure, connect: Connect, deadline: float
    ) -> GatewaySocket | None:
        """Look at a certificate that was refused, which the refusing handshake does not show.

        One that stands in the CA file itself is taken with any name: those that gateways
        generate have none (measured on 2026.9.6). The look takes half of the time that is
        left, since the refusal is to be told within the timeout.
        """
        authorities = self.trust.authorities
        by_itself = authorities is not None and is_for_another_name(failure.__cause__)
        context = self.contexts.lenient
        if by_itself and authorities:
            context = self.contexts.nameless(authorities)
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at((now + deadline) / 2):
                opened = await GatewaySocket.over(await connect(), self.uri, context)
        except (Failure, TimeoutError):
            return None
        presented = self._note(opened)
        if by_itself and authorities and presented.stands_in(authorities):
            return opened
        await opened.drop()
        return None

    def _note(self, opened: GatewaySocket) -> Presented:
        presented = Presented(opened.transport.get_extra_info("ssl_object"))
        self.progress.presented = presented
        return presented
