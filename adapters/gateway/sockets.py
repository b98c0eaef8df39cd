"""WebSockets to gateways: from a TCP connection to one that is upgraded.

Built from the public pieces under ``websockets.connect``, which would follow redirects with
our credential, go through a proxy from the environment, offer compression and tell nothing
of how long each step took.
"""

import asyncio
import logging
import socket
from contextlib import suppress
from ssl import SSLContext

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.uri import WebSocketURI

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.identity import Client, Identity

_LARGEST_MESSAGE = 26_214_400  # bytes; the largest payload that gateways allow themselves
_MOST_UNREAD_FRAMES = 256  # events come unasked, and too many unread ones keep a pong from us
_CLOSE_PATIENCE = 0.25  # seconds that a peer gets to answer our close frame
# At its debug level websockets logs headers and frames as they are, with the credentials.
_NO_LOG = logging.Logger("websockets", logging.CRITICAL + 1)  # noqa: LOG001 - of no hierarchy


class GatewaySocket(ClientConnection):
    """A WebSocket that lets go at once of a connection in which nothing more can be said.

    After a failed upgrade, a close frame or a frame that breaks the protocol it is the
    peer's turn to close TCP, and one that never does would cost us the whole timeout.
    ``last_received`` are the bytes after which that was so.
    """

    last_received = b""

    def __init__(self, uri: WebSocketURI) -> None:
        super().__init__(
            ClientProtocol(uri, max_size=_LARGEST_MESSAGE, logger=_NO_LOG),
            ping_interval=None,
            close_timeout=_CLOSE_PATIENCE,
            max_queue=_MOST_UNREAD_FRAMES,
        )

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
        headers = {"Authorization": f"Bearer {identity.token}"} if identity.token else {}
        try:
            await self.handshake(headers, client.user_agent)
        except InvalidHandshake as problem:
            lost_by = self.connection_exc
            await self.drop()
            raise breakdowns.not_upgraded(problem, lost_by, identity) from problem
        except BaseException:
            await self.drop()
            raise

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
        with suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await self.close()
