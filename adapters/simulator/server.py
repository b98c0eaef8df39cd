"""Accepts the connections of clients, and holds a conversation with each."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from openclaw_manager.adapters.simulator.credentials import bearer_matches
from openclaw_manager.adapters.simulator.driver import Driver, pause
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.http_answers import is_upgrade, page, refused_upgrade
from openclaw_manager.adapters.simulator.new_conversation import is_local, new_conversation
from openclaw_manager.adapters.simulator.openclaw_hello import LARGEST_FRAME
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Settings
from openclaw_manager.adapters.simulator.sockets import GatewaySocket, MailServer, sockets_of
from openclaw_manager.adapters.simulator.visits import GuestBook
from openclaw_manager.domain.ping import Dialect

_UPGRADE_WITHIN = 15.0  # seconds, on top of the latency
_GOODBYE_WITHIN = 0.4  # seconds, for all clients together
_BACKLOG = 1024  # clients that connect at once; asyncio's 100 would make the others wait

# What websockets logs of broken handshakes is of interest to nobody unless they ask for it.
_LOGGER = logging.getLogger("openclaw_manager.simulator")
_LOGGER.addHandler(logging.NullHandler())


class GatewayServer:
    """Listens from ``start`` to ``close``.

    ``settings`` tells what the gateway is like at the moment of a connection, ``now`` its
    clock, in milliseconds since the epoch.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        state: OpenClawState,
        devices: Devices,
        guests: GuestBook,
        now: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._state = state
        self._devices = devices
        self._guests = guests
        self._now = now
        self._drivers: set[Driver] = set()
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._listening: Server | asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None) -> int:
        """Start listening, and tell on which port; raises ``OSError`` if that cannot be."""
        settings = self._settings()
        if Fault.PLAIN_TCP in settings.faults:
            loop = asyncio.get_running_loop()
            self._listening = await loop.create_server(
                lambda: MailServer(self._guests), host, port, backlog=_BACKLOG
            )
        else:
            self._listening = await serve(
                self._hold_conversation,
                host,
                port,
                process_request=self._answer_http,
                create_connection=sockets_of(self._guests),
                compression=None,
                max_size=LARGEST_FRAME,
                open_timeout=_UPGRADE_WITHIN + settings.latency,
                ping_interval=None,
                close_timeout=1,
                server_header=None,
                backlog=_BACKLOG,
                logger=_LOGGER,
                ssl=tls,
            )
        bound: int = next(iter(self._listening.sockets)).getsockname()[1]
        return bound

    async def close(self) -> None:
        """Say goodbye to all clients and stop listening, in less than a second."""
        listening, self._listening = self._listening, None
        if listening is None:
            return
        if isinstance(listening, Server):
            listening.close(close_connections=False)
        else:
            listening.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_WITHIN):
                goodbyes = (driver.say_goodbye() for driver in tuple(self._drivers))
                await asyncio.gather(*goodbyes, *self._goodbyes, return_exceptions=True)
        for transport in tuple(self._guests.open):
            transport.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_WITHIN):
                await listening.wait_closed()

    def throw_out(self, device_id: str) -> None:
        """Close the connections of a device."""
        for driver in self._drivers:
            if driver.device_id == device_id:
                goodbye = asyncio.get_running_loop().create_task(driver.throw_out())
                self._goodbyes.add(goodbye)
                goodbye.add_done_callback(self._goodbyes.discard)

    async def _answer_http(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, GatewaySocket)
        settings = self._settings()
        if not is_upgrade(request):
            return page(
                request,
                settings,
                knows_more=_knows_more(connection, request, settings),
                uptime=self._now() - self._state.started_at,
            )
        refusal = refused_upgrade(request, settings)
        if refusal is not None:
            self._guests.judged(f"HTTP {refusal.status_code}", accepted=False)
            return refusal
        # Muted before the upgrade is answered, so that not even an early ping gets a pong.
        silent = _silent_fault(settings)
        if silent is not None:
            self._guests.judged(f"fault {silent}", accepted=False)
            connection.muted = True
        if settings.dialect is Dialect.BEARER:
            await pause(connection, settings.latency)
        return None

    async def _hold_conversation(self, connection: ServerConnection) -> None:
        assert isinstance(connection, GatewaySocket)
        settings = self._settings()
        talk = new_conversation(connection, settings, self._state, self._devices, self._now)
        driver = Driver(connection, talk, settings)
        self._drivers.add(driver)
        try:
            await driver.run()
        finally:
            self._drivers.discard(driver)


def _silent_fault(settings: Settings) -> Fault | None:
    if Fault.SILENT in settings.faults:
        return Fault.SILENT
    # The pong is all that a bearer gateway ever answers.
    if settings.dialect is Dialect.BEARER and Fault.HANG_AFTER_CONNECT in settings.faults:
        return Fault.HANG_AFTER_CONNECT
    return None


def _knows_more(connection: ServerConnection, request: Request, settings: Settings) -> bool:
    token = settings.token
    authorization = request.headers.get_all("Authorization")
    return is_local(connection) or (token is not None and bearer_matches(authorization, token))
