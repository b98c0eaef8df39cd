"""The need to reach a gateway and come back with what was found."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome
from openclaw_manager.domain.secret import repr_without
from openclaw_manager.domain.trust import SYSTEM_TRUST, Trust

if TYPE_CHECKING:
    from openclaw_manager.domain.section import Section, SectionFailed, SectionHeard


class Device(NamedTuple):
    """A device that a gateway may know: its Ed25519 key as PEM, and what it says it runs on."""

    private_key: str
    public_key: str
    platform: str

    def __repr__(self) -> str:
        return repr_without(self, "private_key")


class Target(NamedTuple):
    """Where a gateway is, and what this instance may show it.

    ``private_key`` is a PEM that was registered for the instance; ``device`` is shown to
    gateways of the OpenClaw dialect, and None where none was paired; ``device_token`` is what
    an earlier connection was given; ``dialect`` is what the instance spoke when it last
    answered; ``trust`` says what must vouch for the gateway's certificate.
    """

    url: str
    token: str | None = None
    private_key: str | None = None
    device: Device | None = None
    device_token: str | None = None
    dialect: Dialect | None = None
    trust: Trust = SYSTEM_TRUST

    def __repr__(self) -> str:
        return repr_without(self, "token", "private_key", "device_token")


class Capture(NamedTuple):
    """What a gateway said of itself on one connection.

    ``answers`` has every section that was asked for: heard, or why not. ``version`` and
    ``protocol`` are those of its hello, ``gateway_id`` is who it says it is, and
    ``device_token`` a secret that it issued with this connection, to be sent with the next.
    """

    version: str | None
    dialect: Dialect
    protocol: int | None
    gateway_id: str | None
    device_token: str | None
    answers: "Mapping[Section, SectionHeard | SectionFailed]"

    def __repr__(self) -> str:
        return repr_without(self, "device_token")


class GatewayLink(Protocol):
    """Reaches gateways. The only part of the program that opens a connection to one.

    Every method takes at most ``timeout`` seconds, but for ``capture``. Whatever a network or
    a gateway does is an outcome and not an exception: only cancellation and a fault in this
    program escape.
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

    async def capture(
        self,
        target: Target,
        sections: "Sequence[Section]",
        *,
        timeout: float,
        heard: "Callable[[Section], None]",
    ) -> Capture | PingOutcome:
        """Ask for these sections on one connection, and change nothing on the gateway.

        Getting to an authenticated connection takes at most ``timeout`` seconds, as in
        ``ping``; an outcome, which is never ok, says why there is none. After that each
        answer takes at most ``timeout`` seconds, and so does each page of one that comes in
        pages. ``heard`` is called once as each section is decided, either way.
        """
        ...
