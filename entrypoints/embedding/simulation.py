"""Simulated gateways, for the tests of those who use this package."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from openclaw_manager._loop_thread import LoopThread
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.entrypoints.composition.simulation import (
    Fault,
    GatewaySimulator,
    Holdings,
    PairedDevice,
    PairingRequest,
    Visit,
)

__all__ = [
    "Dialect",
    "Fault",
    "GatewaySimulator",
    "Holdings",
    "PairedDevice",
    "PairingRequest",
    "RunningGateway",
    "Visit",
]

Result = TypeVar("Result")


class RunningGateway:
    """A simulated gateway in a thread of its own, from its making until ``close``.

    ``options`` are those of ``GatewaySimulator``, which is for those who have a loop; a
    dialect and faults may be given by their names. Raises what that raises.
    """

    def __init__(self, dialect: str = Dialect.OPENCLAW, **options: Any) -> None:
        faults = [Fault(fault) for fault in options.pop("faults", ())]
        self._gateway = GatewaySimulator(Dialect(dialect), faults=faults, **options)
        self._loop = LoopThread("openclaw-gateway")
        try:
            self._loop.run(self._gateway.start())
        except BaseException:
            self._loop.close()
            raise

    @property
    def url(self) -> str:
        """Where it listens, as a client is told."""
        return self._gateway.url

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._gateway.port

    @property
    def gateway_id(self) -> str:
        """Who it says it is (openclaw)."""
        return self._gateway.gateway_id

    @property
    def certificate_pem(self) -> str | None:
        """The certificate that it serves TLS with, if it does."""
        return self._gateway.certificate_pem

    @property
    def tls_fingerprint(self) -> str | None:
        """The fingerprint of that certificate."""
        return self._gateway.tls_fingerprint

    @property
    def connections(self) -> int:
        """How many TCP connections were made to it so far."""
        return self._on_loop(lambda gateway: gateway.connections)

    @property
    def visits(self) -> tuple[Visit, ...]:
        """How clients were judged, in order; those who left before it are not in it."""
        return self._on_loop(lambda gateway: gateway.visits)

    @property
    def pending(self) -> tuple[PairingRequest, ...]:
        """The devices that wait to be approved, oldest first."""
        return self._on_loop(lambda gateway: gateway.pending)

    @property
    def paired(self) -> tuple[PairedDevice, ...]:
        """The devices that were approved."""
        return self._on_loop(lambda gateway: gateway.paired)

    def approve(self, request_id: str) -> PairedDevice:
        """Take in the device that waits there; raises ``KeyError`` if none does."""
        return self._on_loop(lambda gateway: gateway.approve(request_id))

    def revoke(self, device_id: str) -> None:
        """Make the token of a device worthless; raises ``KeyError`` for one never approved."""
        self._on_loop(lambda gateway: gateway.revoke(device_id))

    def hold(self, holdings: Holdings) -> None:
        """Have captures find this from now on."""
        self._on_loop(lambda gateway: setattr(gateway, "holdings", holdings))

    def close(self) -> None:
        """Say goodbye to all clients and stop, in less than a second; twice does no harm."""
        if not self._loop.closed:
            self._loop.run(self._gateway.close())
            self._loop.close()

    def __enter__(self) -> Self:
        """Go on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.close()

    def _on_loop(self, ask: Callable[[GatewaySimulator], Result]) -> Result:
        """Ask on the loop, where nobody else changes anything meanwhile."""
        if self._loop.closed:
            return ask(self._gateway)

        async def asked() -> Result:
            return ask(self._gateway)

        return self._loop.run(asked())
