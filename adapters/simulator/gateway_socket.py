"""The server side of one WebSocket, which can fall silent and break off."""

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
