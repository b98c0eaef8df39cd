"""A gateway of any dialect that can be started in a test or from the command line."""

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from openclaw_manager.adapters.simulator.credentials import RegisteredKey
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.holdings import Holdings, StateFile
from openclaw_manager.adapters.simulator.openclaw_pairing import (
    Devices,
    PairedDevice,
    PairingRequest,
)
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.server import GatewayServer
from openclaw_manager.adapters.simulator.settings import Settings
from openclaw_manager.adapters.simulator.visits import GuestBook, Visit
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.trust import TlsFingerprint

if TYPE_CHECKING:
    from openclaw_manager.adapters.simulator.certificate import ServerCertificate

_VERSIONS = {4: "2026.9.6", 3: "2026.3.28"}
_SLOW = 60.0  # seconds
_MILLISECONDS = 1000
_CERTIFICATE_DAYS = 3650


class GatewaySimulator:
    """Listens from ``start`` to ``close``, or as an asynchronous context manager.

    ``token`` is demanded on the upgrade (challenge, bearer) or in the connect (openclaw);
    ``public_key`` is the PEM of the device whose signature the challenge dialect demands;
    without it any signature will do. All times are in seconds: ``latency`` delays the answer
    to the connect (bearer: to the upgrade), ``starting_for`` is how long after ``start`` it
    takes no clients yet, ``clock_offset`` how far its clock is wrong. ``on_visit`` hears of
    each client as it is judged.

    It serves TLS with a certificate of its own (``tls``), which expires in
    ``certificate_days``, or with that of ``tls_cert`` and ``tls_key``, files in PEM.

    Of the openclaw dialect are ``protocol``, 3 or 4, from which ``version`` follows unless
    given, and ``pairing``: ``auto`` takes devices on this machine that have the token without
    asking, as OpenClaw does, and ``ask`` has ``approve``, another client or the time of
    ``approve_after`` decide, as OpenClaw does for other machines.

    What captures find are its ``holdings``, which may be replaced at any time, or what the
    JSON file ``state`` says at the moment (see ``StateFile``).

    Raises ``KeyRefused`` for a public key that is no RSA key, ``ValueError`` for another
    protocol, a fault of another dialect, files that are no certificate and key or a state that
    is none, and from ``start`` the ``OSError`` of a port that cannot be had.
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
        starting_for: float = 0.0,
        clock_offset: float = 0.0,
        pairing: Literal["auto", "ask"] = "auto",
        approve_after: float | None = None,
        tls: bool = False,
        tls_cert: str | PathLike[str] | None = None,
        tls_key: str | PathLike[str] | None = None,
        certificate_days: float = _CERTIFICATE_DAYS,
        holdings: Holdings | None = None,
        state: str | PathLike[str] | None = None,
        on_visit: Callable[[Visit], None] | None = None,
    ) -> None:
        if protocol not in _VERSIONS:
            raise ValueError(f"protocol {protocol} is neither 3 nor 4")
        for fault in faults:
            if dialect not in fault.dialects:
                raise ValueError(f"the {dialect} dialect has no fault {fault}")
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
            asks=pairing == "ask",
        )
        self._host = host
        self._port = port
        self._certificate = _certificate(tls_cert, tls_key, certificate_days if tls else None)
        self._starting_for = starting_for
        self._ready_at = 0.0
        self._clock_offset = clock_offset
        self.holdings = holdings or Holdings()
        self._state_file = None if state is None else StateFile(Path(state))
        self._guests = GuestBook(on_visit)
        self._state = OpenClawState(
            version=self._settings.version,
            protocol=protocol,
            started_at=self._now(),
            healthy=Fault.NOT_READY not in faults,
            held=self._held_by_now,
        )
        self._devices = Devices(
            removed=self._throw_out,
            approve_after=None if approve_after is None else approve_after * _MILLISECONDS,
        )
        self._server = GatewayServer(
            self._settings_by_now, self._state, self._devices, self._guests, self._now
        )

    @property
    def port(self) -> int:
        """The port it listens on; before ``start`` the one that was asked for."""
        return self._port

    @property
    def url(self) -> str:
        """Where it listens, as a client is told."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        scheme = "wss" if self._certificate else "ws"
        return f"{scheme}://{host}:{self._port}"

    @property
    def certificate_pem(self) -> str | None:
        """The certificate that it serves TLS with, if it does."""
        return self._certificate.pem if self._certificate else None

    @property
    def tls_fingerprint(self) -> TlsFingerprint | None:
        """The fingerprint of that certificate."""
        return self._certificate.fingerprint if self._certificate else None

    @property
    def gateway_id(self) -> str:
        """What it says to be when asked ``gateway.identity.get`` (openclaw)."""
        return self._state.identity()["deviceId"]

    @property
    def connections(self) -> int:
        """How many TCP connections were made to it so far."""
        return self._guests.connections

    @property
    def visits(self) -> tuple[Visit, ...]:
        """How clients were judged, in order; those who left before it are not in it."""
        return tuple(self._guests.visits)

    @property
    def pending(self) -> tuple[PairingRequest, ...]:
        """The devices that wait to be approved, oldest first; they do so for five minutes."""
        return self._devices.pending(self._now())

    @property
    def paired(self) -> tuple[PairedDevice, ...]:
        """The devices that were approved, by anybody or silently."""
        return self._devices.paired(self._now())

    def approve(self, request_id: str) -> PairedDevice:
        """Take in the device that waits there; raises ``KeyError`` if none does."""
        return self._devices.approve(request_id, self._now())

    def revoke(self, device_id: str) -> None:
        """Make the token of a device worthless, and close its connections.

        Raises ``KeyError`` for a device that was never approved.
        """
        self._devices.revoke(device_id)

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
        self._ready_at = time.monotonic() + self._starting_for
        tls = self._certificate.context if self._certificate else None
        self._port = await self._server.start(self._host, self._port, tls)

    async def close(self) -> None:
        """Say goodbye to all clients and stop listening, in less than a second."""
        await self._server.close()

    def _held_by_now(self) -> Holdings:
        return self._state_file() if self._state_file else self.holdings

    def _settings_by_now(self) -> Settings:
        """Tell what it is like at this moment: it may have to start first."""
        if time.monotonic() >= self._ready_at:
            return self._settings
        return replace(self._settings, faults=self._settings.faults | {Fault.STARTING})

    def _throw_out(self, device_id: str) -> None:
        self._server.throw_out(device_id)

    def _now(self) -> int:
        return int((time.time() + self._clock_offset) * _MILLISECONDS)


def _certificate(
    file: str | PathLike[str] | None, key: str | PathLike[str] | None, days: float | None
) -> "ServerCertificate | None":
    """Read the certificate, or make one; only then is what makes them loaded."""
    if file is None and key is None and days is None:
        return None
    from openclaw_manager.adapters.simulator.certificate import ServerCertificate

    if days is not None and file is None and key is None:
        return ServerCertificate.generated(days)
    if file is None or key is None:
        raise ValueError("a TLS certificate needs its key, and a key its certificate")
    return ServerCertificate.from_files(file, key)
