"""The need to reach a gateway and come back with what was found."""

from dataclasses import dataclass, field
from typing import Protocol

from openclaw_manager.domain.ping import Dialect, PingOutcome


@dataclass(frozen=True, slots=True)
class Target:
    """Where a gateway is, and what this instance may show it.

    ``private_key`` is a PEM that was admitted at registration; ``device_token`` is what an
    earlier connection was given; ``dialect`` is what the instance spoke when it last answered.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    device_token: str | None = field(default=None, repr=False)
    dialect: Dialect | None = None


class GatewayLink(Protocol):
    """Reaches gateways. The only part of the program that opens a connection to one."""

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Make one authenticated round trip, and change nothing on the gateway.

        Takes at most ``timeout`` seconds. Whatever a network or a gateway does is an
        outcome and not an exception: only cancellation and a fault in this program escape.
        """
        ...
