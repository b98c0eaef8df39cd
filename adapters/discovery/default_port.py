"""A gateway that listens where gateways do when nobody told them otherwise."""

import asyncio
from contextlib import suppress

from openclaw_manager.application.ports.discovery import Search, Sighting, Source


class PortDiscovery:
    """Knocks at one port of this machine; what listens there is not asked who it is."""

    def __init__(self, host: str = "127.0.0.1", port: int = 18789) -> None:
        self._host = host
        self._port = port

    async def search(self, *, timeout: float) -> Search:
        """Open a connection and close it again; nobody there is no problem."""
        place = f"{self._host}:{self._port}"
        try:
            async with asyncio.timeout(timeout):
                _, writer = await asyncio.open_connection(self._host, self._port)
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
        except (OSError, TimeoutError):
            return Search()
        return Search((Sighting("openclaw", f"ws://{place}", Source.PORT, place),))
