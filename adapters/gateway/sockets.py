"""Opening a WebSocket in steps: name, TCP, TLS, upgrade.

Built from the public pieces under ``websockets.connect``, which would follow redirects with
our credential, go through a proxy from the environment, offer compression and tell nothing
of how long each step took.
"""

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from ssl import SSLContext
from threading import Thread
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake
from websockets.uri import WebSocketURI

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.domain.ping import Step

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""One row of what ``getaddrinfo`` finds."""

_LARGEST_MESSAGE = 26_214_400  # bytes; the largest payload that gateways allow themselves
_MOST_UNREAD_FRAMES = 256  # events come unasked, and too many unread ones keep a pong from us
_CLOSE_PATIENCE = 0.25  # seconds that a peer gets to answer our close frame
# At its debug level websockets logs headers and frames as they are, with the credentials.
_NO_LOG = logging.Logger("websockets", logging.CRITICAL + 1)  # noqa: LOG001 - of no hierarchy


class GatewaySocket(ClientConnection):
    """A WebSocket that lets go at once of a connection in which nothing more can be said.

    After a failed upgrade, a close frame or a frame that breaks the protocol it is the
    peer's turn to close TCP, and one that never does would cost us the whole timeout.
    """

    def __init__(self, uri: WebSocketURI) -> None:
        super().__init__(
            ClientProtocol(uri, max_size=_LARGEST_MESSAGE, logger=_NO_LOG),
            ping_interval=None,
            close_timeout=_CLOSE_PATIENCE,
            max_queue=_MOST_UNREAD_FRAMES,
        )

    def data_received(self, data: bytes) -> None:
        """Take in bytes from the network."""
        super().data_received(data)
        if self.protocol.close_expected():
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


async def open_socket(
    uri: WebSocketURI,
    tls: SSLContext | None,
    identity: Identity,
    client: Client,
    *,
    progress: Progress,
    deadline: float,
) -> GatewaySocket:
    """Open a WebSocket, or raise ``Failure``; ``deadline`` is in the time of the loop."""
    with progress.step(Step.RESOLVE):
        addresses = await _resolve(uri.host, uri.port)
    with progress.step(Step.CONNECT):
        tcp = await _connect(addresses, deadline)
    if tls:
        with progress.step(Step.TLS):
            opened = await _wrap(tcp, uri, tls)
        with progress.step(Step.UPGRADE):
            await _upgrade(opened, identity, client)
    else:
        with progress.step(Step.UPGRADE):
            opened = await _wrap(tcp, uri, None)
            await _upgrade(opened, identity, client)
    return opened


async def _resolve(host: str, port: int) -> Sequence[Address]:
    """Find addresses, in a thread of its own unless the host is an address itself.

    The loop's own look-up shares a small pool, where slow names keep others waiting, and a
    loop that ends waits for its pool, so a dead name server would outlast the timeout. A
    daemon thread can be left behind.
    """
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass  # a name, or nothing that can be one
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Address]] = loop.create_future()
    Thread(target=_look_up, args=(host, port, loop, found), daemon=True).start()
    try:
        return await found
    except (OSError, UnicodeError) as problem:
        raise breakdowns.unresolved(host, problem) from problem


def _look_up(
    host: str,
    port: int,
    loop: asyncio.AbstractEventLoop,
    found: asyncio.Future[Sequence[Address]],
) -> None:
    answer: Sequence[Address] | Exception
    try:
        answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        answer = problem
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(_settle, found, answer)


def _settle(
    found: asyncio.Future[Sequence[Address]], answer: Sequence[Address] | Exception
) -> None:
    if found.done():
        return
    if isinstance(answer, Exception):
        found.set_exception(answer)
    else:
        found.set_result(answer)


async def _connect(addresses: Sequence[Address], deadline: float) -> socket.socket:
    """Try the addresses in order, each with its share of the time that is left."""
    loop = asyncio.get_running_loop()
    last: OSError = OSError("no address to connect to")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = (deadline - loop.time()) / left if left > 1 else None
        try:
            async with asyncio.timeout(share):
                return await _connect_to(address)
        except OSError as problem:  # a TimeoutError is one
            last = problem
    raise breakdowns.unconnected(last) from last


async def _connect_to(address: Address) -> socket.socket:
    family, kind, protocol, _, where = address
    tcp = socket.socket(family, kind, protocol)
    try:
        tcp.settimeout(0)
        await asyncio.get_running_loop().sock_connect(tcp, where)
    except BaseException:
        tcp.close()
        raise
    return tcp


async def _wrap(tcp: socket.socket, uri: WebSocketURI, tls: SSLContext | None) -> GatewaySocket:
    """Hand the connection over to websockets, through TLS or not."""
    try:
        _, opened = await asyncio.get_running_loop().create_connection(
            lambda: GatewaySocket(uri),
            sock=tcp,
            ssl=tls,
            server_hostname=uri.host if tls else None,
        )
    except OSError as problem:
        raise breakdowns.unsecured(problem) from problem
    return opened


async def _upgrade(opened: GatewaySocket, identity: Identity, client: Client) -> None:
    headers = {"Authorization": f"Bearer {identity.token}"} if identity.token else {}
    try:
        await opened.handshake(headers, client.user_agent)
    except InvalidHandshake as problem:
        lost_by = opened.connection_exc
        await opened.drop()
        raise breakdowns.not_upgraded(problem, lost_by, identity) from problem
    except BaseException:
        await opened.drop()
        raise
