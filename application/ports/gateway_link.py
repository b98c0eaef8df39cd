"""The need to reach a gateway and come back with what was found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome
from openclaw_manager.domain.trust import SYSTEM_TRUST, Trust


@dataclass(frozen=True, slots=True)
class Device:
    """A device that a gateway may know: its Ed25519 key as PEM, and what it says it runs on."""

    private_key: str = field(repr=False)
    public_key: str
    platform: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a gateway is, and what this instance may show it.

    ``private_key`` is a PEM that was registered for the instance; ``device`` is shown to
    gateways of the OpenClaw dialect, and None where none was paired; ``device_token`` is what
    an earlier connection was given; ``dialect`` is what the instance spoke when it last
    answered; ``trust`` says what must vouch for the gateway's certificate.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    device: Device | None = None
    device_token: str | None = field(default=None, repr=False)
    dialect: Dialect | None = None
    trust: Trust = SYSTEM_TRUST


class GatewayLink(Protocol):
    """Reaches gateways. The only part of the program that opens a connection to one.

    Every method takes at most ``timeout`` seconds. Whatever a network or a gateway does is an
    outcome and not an exception: only cancellation and a fault in this program escape.
    """

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Make one authenticated round trip, and change nothing on the gateway.

        A gateway that is still starting is tried again until the time is over; one that
        refused us is not.
        """
        ...

    async def pair(self, target: Target, scopes: Sequence[str], *, timeout: float) -> PingOutcome:
        """Make the target's device known to the gateway, with these scopes.

        Done, the outcome is ok or degraded and carries ``device_id``, ``scopes`` and
        ``device_token``. Where a person must approve first, its cause is ``pairing-required``
        and it carries ``request_id``: the same one each time, until it is approved or expires.
        The one method that changes something on a gateway.
        """
        ...

    async def certificate(self, target: Target, *, timeout: float) -> Certificate | PingOutcome:
        """Fetch the certificate that the gateway presents, trusted or not, showing it nothing.

        An outcome says why there was none, as for a URL without TLS (``not-a-gateway``).
        """
        ...
