"""WebSockets to gateways: from a TCP connection to one that is upgraded.

Built from the pieces under ``websockets.connect``, which would follow redirects with our
credential, go through a proxy from the environment, offer compression and tell nothing of
how long each step took. That there are proxies is also what makes its own client connection
slow to import, by a thirtieth of a whole ping.
"""

import asyncio
import logging
import socket
from contextlib import suppress
from ssl import SSLContext

from websockets.asyncio.connection import Connection
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request, Response
from websockets.protocol import Event, State
from websockets.uri import WebSocketURI

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.identity import Client, Identity

_LARGEST_MESSAGE = 26_214_400  # bytes; the largest payload that gateways allow themselves
_MOST_UNREAD_FRAMES = 256  # events come unasked, and too many unread ones keep a pong from us
_CLOSE_PATIENCE = 0.25  # seconds that a peer gets to answer our close frame
# At its debug level websockets logs headers and frames as they are, with the credentials.
_NO_LOG = logging.Logger("websockets", logging.CRITICAL + 1)  # noqa: LOG001 - of no hierarchy


class GatewaySocket(Connection):
    """A WebSocket that lets go at once of a connection in which nothing more can be said.

    After a failed upgrade, a close frame or a frame that breaks the protocol it is the
    peer's turn to close TCP, and one that never does would cost us the whole timeout.
    ``last_received`` are the bytes after which that was so.
    """

    last_received = b""

    def __init__(self, uri: WebSocketURI) -> None:
        self.protocol: ClientProtocol
        super().__init__(
            ClientProtocol(uri, max_size=_LARGEST_MESSAGE, logger=_NO_LOG),
            ping_interval=None,
            close_timeout=_CLOSE_PATIENCE,
            max_queue=_MOST_UNREAD_FRAMES,
        )
        self._decided: asyncio.Future[None] = self.loop.create_future()

    @classmethod
    async def over(
        cls, connected: socket.socket, uri: WebSocketURI, tls: SSLContext | None
    ) -> "GatewaySocket":
        """Begin on a TCP connection, through TLS or not; raises ``Failure``."""
        try:
            _, opened = await asyncio.get_running_loop().create_connection(
                lambda: cls(uri),
                sock=connected,
                ssl=tls,
                server_hostname=uri.host if tls else None,
            )
        except OSError as problem:
            raise breakdowns.unsecured(problem) from problem
        return opened

    async def upgrade(self, identity: Identity, client: Client) -> None:
        """Ask for a WebSocket, showing the token; raises ``Failure``."""
        request = self.protocol.connect()
        request.headers["User-Agent"] = client.user_agent
        if identity.token:
            request.headers["Authorization"] = f"Bearer {identity.token}"
        try:
            await self._shake_hands(request)
        except InvalidHandshake as problem:
            lost_by = self.connection_exc
            await self.drop()
            raise breakdowns.not_upgraded(problem, lost_by, identity) from problem
        except BaseException:
            await self.drop()
            raise

    async def _shake_hands(self, request: Request) -> None:
        """Send the request and wait for what it leads to; raises ``InvalidHandshake``."""
        self.protocol.send_request(request)
        self.send_data()
        await self._decided
        if self.protocol.handshake_exc is not None:
            raise self.protocol.handshake_exc

    def process_event(self, event: Event) -> None:
        """Take in the answer to the request, and after that frames."""
        if isinstance(event, Response):
            self._decide()
        else:
            super().process_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that nothing more will come, which also answers the request."""
        super().connection_lost(exc)
        self._decide()

    def _decide(self) -> None:
        if not self._decided.done():
            self._decided.set_result(None)

    def send_now(self, *messages: str) -> None:
        """Send short text messages in one piece, which wakes the peer once, and wait for nothing.

        That the connection is closed is told by ``recv``, after what came before.
        """
        if self.protocol.state is State.OPEN:
            for message in messages:
                self.protocol.send_text(message.encode())
            self.transport.write(b"".join(self.protocol.data_to_send()))

    def data_received(self, data: bytes) -> None:
        """Take in bytes from the network."""
        super().data_received(data)
        if self.protocol.close_expected():
            self.last_received = self.last_received or data
            self.transport.abort()

    async def drop(self) -> None:
        """Let go without a word."""
        self.transport.abort()
        await self.wait_closed()

    async def leave(self, deadline: float) -> None:
        """Say goodbye, and wait for the answer only shortly and never past the deadline."""
        if deadline - asyncio.get_running_loop().time() > _CLOSE_PATIENCE:
            await self.close()  # which has that patience by itself
            return
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self.close()
