"""The steps to a WebSocket: name, TCP, TLS, upgrade."""

import socket
from collections.abc import Sequence
from functools import partial

from websockets.uri import WebSocketURI

from openclaw_manager.adapters.gateway import tcp
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.progress import Progress
from openclaw_manager.adapters.gateway.sockets import GatewaySocket
from openclaw_manager.adapters.gateway.tls import Presented, TlsContexts
from openclaw_manager.adapters.name_look_up import Address
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Certificate, Step
from openclaw_manager.domain.trust import Trust


async def open_socket(
    uri: WebSocketURI,
    trust: Trust,
    contexts: TlsContexts,
    identity: Identity,
    client: Client,
    *,
    progress: Progress,
    deadline: float,
) -> GatewaySocket:
    """Open a WebSocket, or raise ``Failure``; ``deadline`` is in the time of the loop."""
    context = contexts.first(trust) if uri.secure else None
    addresses, connected = await _connect(uri, progress, deadline)
    if context:
        from openclaw_manager.adapters.gateway.certified import Certified

        with progress.step(Step.TLS):
            connect = partial(tcp.connect, addresses, deadline)
            certified = Certified(uri, trust, contexts, progress)
            opened = await certified.over(connected, context, connect, deadline)
        with progress.step(Step.UPGRADE):
            await opened.upgrade(identity, client)
    else:
        with progress.step(Step.UPGRADE):
            opened = await GatewaySocket.over(connected, uri, None)
            await opened.upgrade(identity, client)
    return opened


async def look_at_certificate(
    uri: WebSocketURI, contexts: TlsContexts, *, progress: Progress, deadline: float
) -> Certificate:
    """Fetch a certificate and send nothing; raises ``Failure``."""
    if not uri.secure:
        raise Failure(Cause.NOT_A_GATEWAY, "a ws:// URL is one without TLS, and no certificate")
    _, connected = await _connect(uri, progress, deadline)
    with progress.step(Step.TLS):
        opened = await GatewaySocket.over(connected, uri, contexts.lenient)
        certificate = Presented(opened.transport.get_extra_info("ssl_object")).certificate
        await opened.drop()
        if certificate is None:
            raise Failure(Cause.TLS_UNTRUSTED, "it presents a certificate that cannot be read")
        return certificate


async def _connect(
    uri: WebSocketURI, progress: Progress, deadline: float
) -> tuple[Sequence[Address], socket.socket]:
    with progress.step(Step.RESOLVE):
        addresses = await tcp.resolve(uri.host, uri.port)
    with progress.step(Step.CONNECT):
        return addresses, await tcp.connect(addresses, deadline)
