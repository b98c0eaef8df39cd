"""A server that is no gateway at all."""

import asyncio

from openclaw_manager.adapters.simulator.visits import GuestBook


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
