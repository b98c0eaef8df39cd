"""The server side of one connection: a WebSocket that can misbehave, or no gateway at all."""

import asyncio
import socket
import struct

from websockets.asyncio.server import ServerConnection

from openclaw_manager.adapters.simulator.visits import GuestBook

_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # linger on, for no time


class GatewaySocket(ServerConnection):
    """A connection that can be ``muted``: it then ignores what arrives, even pings."""

    muted = False
    guests: GuestBook

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Enter the guest book."""
        super().connection_made(transport)
        self.guests.opened(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave it again."""
        self.guests.lost(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what arrives, unless muted."""
        if not self.muted:
            super().data_received(data)

    def break_off(self) -> None:
        """Reset the TCP connection, without any closing handshake."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        self.transport.abort()


def sockets_of(guests: GuestBook) -> type[GatewaySocket]:
    """Make the class of sockets whose clients enter this guest book."""
    return type("GuestSocket", (GatewaySocket,), {"guests": guests})


class MailServer(asyncio.Protocol):
    """Greets like a mail server, and understands nothing."""

    def __init__(self, guests: GuestBook) -> None:
        self._guests = guests
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._guests.opened(transport)
        self._guests.judged("fault plain-tcp", accepted=False)
        transport.write(b"220 mail.example.org ESMTP ready\r\n")

    def data_received(self, data: bytes) -> None:  # noqa: ARG002 - the protocol has it
        """Understand nothing."""
        self._transport.write(b"500 5.5.1 Command unrecognized\r\n")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the same
        """Leave the guest book."""
        self._guests.lost(self._transport)
