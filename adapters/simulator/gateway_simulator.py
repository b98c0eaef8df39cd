"""A gateway of any dialect that can be started in a test or from the command line."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from openclaw_manager.adapters.simulator.credentials import bearer_matches
from openclaw_manager.adapters.simulator.driver import Driver, pause
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.gateway_socket import GatewaySocket, sockets_of
from openclaw_manager.adapters.simulator.http_answers import is_upgrade, page, refused_upgrade
from openclaw_manager.adapters.simulator.new_conversation import is_local, new_conversation
from openclaw_manager.adapters.simulator.openclaw_hello import LARGEST_FRAME
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.plain_tcp import MailServer
from openclaw_manager.adapters.simulator.registered_key import RegisteredKey
from openclaw_manager.adapters.simulator.settings import Settings
from openclaw_manager.adapters.simulator.visits import GuestBook, Visit
from openclaw_manager.domain.ping import Dialect

_VERSIONS = {4: "2026.9.6", 3: "2026.3.28"}
_SLOW = 60.0  # seconds
_UPGRADE_WITHIN = 15.0  # seconds, on top of the latency
_GOODBYE_WITHIN = 0.4  # seconds, for all clients together
_BACKLOG = 1024  # clients that connect at once; asyncio's 100 would make the others wait
_MILLISECONDS = 1000

# What websockets logs of broken handshakes is of interest to nobody unless they ask for it.
_LOGGER = logging.getLogger("openclaw_manager.simulator")
_LOGGER.addHandler(logging.NullHandler())


class GatewaySimulator:
    """Listens from ``start`` to ``close``, or as an asynchronous context manager.

    ``token`` is demanded on the upgrade (challenge, bearer) or in the connect (openclaw);
    ``public_key`` is the PEM of the device whose signature the challenge dialect demands;
    without it any signature will do. ``latency`` is in seconds, and delays the answer to
    the connect (bearer: to the upgrade). ``protocol`` is that of the openclaw dialect, 3
    or 4, and ``version`` follows from it unless given. ``on_visit`` hears of each client
    as it is judged.

    Raises ``KeyRefused`` for a public key that is no RSA key, ``ValueError`` for another
    protocol, and from ``start`` the ``OSError`` of a port that cannot be had.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        public_key: str | None = None,
        faults: Collection[Fault] = (),
        version: str | None = None,
        protocol: int = 4,
        latency: float = 0.0,
        on_visit: Callable[[Visit], None] | None = None,
    ) -> None:
        if protocol not in _VERSIONS:
            raise ValueError(f"protocol {protocol} is neither 3 nor 4")
        if Fault.SLOW_ANSWER in faults and not latency:
            latency = _SLOW
        self._settings = Settings(
            dialect=dialect,
            token=token,
            device_key=RegisteredKey.from_pem(public_key) if public_key is not None else None,
            faults=frozenset(faults),
            version=version or _VERSIONS[protocol],
            protocol=protocol,
            latency=latency,
        )
        self._host = host
        self._port = port
        self._guests = GuestBook(on_visit)
        self._drivers: set[Driver] = set()
        self._server: Server | asyncio.Server | None = None
        self._state = OpenClawState(
            version=self._settings.version, protocol=protocol, started_at=_now()
        )

    @property
    def port(self) -> int:
        """The port it listens on; before ``start`` the one that was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """Where it listens, as a client is told."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"ws://{host}:{self._port}"

    @property
    def connections(self) -> int:
        """How many TCP connections were made to it so far."""
        return self._guests.connections

    @property
    def visits(self) -> tuple[Visit, ...]:
        """How clients were judged, in order; those who left before it are not in it."""
        return tuple(self._guests.visits)

    async def __aenter__(self) -> Self:
        """Start listening."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop listening."""
        await self.close()

    async def start(self) -> None:
        """Start listening; raises ``OSError`` if that cannot be."""
        if Fault.PLAIN_TCP in self._settings.faults:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: MailServer(self._guests), self._host, self._port, backlog=_BACKLOG
            )
        else:
            self._server = await serve(
                self._hold_conversation,
                self._host,
                self._port,
                process_request=self._answer_http,
                create_connection=sockets_of(self._guests),
                compression=None,
                max_size=LARGEST_FRAME,
                open_timeout=_UPGRADE_WITHIN + self._settings.latency,
                ping_interval=None,
                close_timeout=1,
                server_header=None,
                backlog=_BACKLOG,
                logger=_LOGGER,
            )
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        """Say goodbye to all clients and stop listening, in less than a second."""
        server, self._server = self._server, None
        if server is None:
            return
        if isinstance(server, Server):
            server.close(close_connections=False)
        else:
            server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_WITHIN):
                goodbyes = (driver.say_goodbye() for driver in tuple(self._drivers))
                await asyncio.gather(*goodbyes, return_exceptions=True)
        for transport in tuple(self._guests.open):
            transport.abort()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_WITHIN):
                await server.wait_closed()

    async def _answer_http(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, GatewaySocket)
        if not is_upgrade(request):
            return page(
                request,
                self._settings,
                knows_more=self._knows_more(connection, request),
                uptime=_now() - self._state.started_at,
            )
        refusal = refused_upgrade(request, self._settings)
        if refusal is not None:
            self._guests.judged(f"HTTP {refusal.status_code}", accepted=False)
            return refusal
        # Muted before the upgrade is answered, so that not even an early ping gets a pong.
        silent = self._silent_fault()
        if silent is not None:
            self._guests.judged(f"fault {silent}", accepted=False)
            connection.muted = True
        if self._settings.dialect is Dialect.BEARER:
            await pause(connection, self._settings.latency)
        return None

    def _silent_fault(self) -> Fault | None:
        faults = self._settings.faults
        if Fault.SILENT in faults:
            return Fault.SILENT
        # The pong is all that a bearer gateway ever answers.
        if self._settings.dialect is Dialect.BEARER and Fault.HANG_AFTER_CONNECT in faults:
            return Fault.HANG_AFTER_CONNECT
        return None

    def _knows_more(self, connection: ServerConnection, request: Request) -> bool:
        token = self._settings.token
        authorization = request.headers.get_all("Authorization")
        return is_local(connection) or (token is not None and bearer_matches(authorization, token))

    async def _hold_conversation(self, connection: ServerConnection) -> None:
        assert isinstance(connection, GatewaySocket)
        driver = Driver(
            connection,
            new_conversation(connection, self._settings, self._state, _now),
            self._settings,
        )
        self._drivers.add(driver)
        try:
            await driver.run()
        finally:
            self._drivers.discard(driver)


def _now() -> int:
    return int(time.time() * _MILLISECONDS)
