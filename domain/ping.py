"""What one ping found: the steps it took, how long each took, and how it ended."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.secret import repr_without
from openclaw_manager.domain.trust import TlsFingerprint


class Dialect(StrEnum):
    """What is spoken on the socket once it is open."""

    OPENCLAW = "openclaw"
    CHALLENGE = "challenge"
    BEARER = "bearer"


class Step(StrEnum):
    """The steps of a ping, in the order in which they are taken."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    UPGRADE = "upgrade"
    CHALLENGE = "challenge"
    AUTHENTICATE = "authenticate"
    ROUND_TRIP = "round-trip"


class TimedStep(NamedTuple):
    """One step that was taken: how long it took in milliseconds, and whether it succeeded."""

    step: Step
    ms: float
    ok: bool


class Certificate(NamedTuple):
    """What a gateway presented for TLS, whether or not anybody vouches for it."""

    fingerprint: TlsFingerprint
    expires_at: datetime
    """When it ends to be valid (UTC)."""


class PingOutcome(NamedTuple):
    """One complete authenticated round trip, or the reason why there was none.

    ``latency_ms`` is a WebSocket ping and pong on the authenticated connection,
    ``connect_ms`` runs from the first step to authenticated; both are absent from a
    failure that came earlier. ``detail`` is one clause for a person, never a secret.
    ``device_id`` is what the gateway took us for, ``scopes`` what it lets that device do,
    ``gateway_id`` who it says it is, ``certificate`` what it presented where there was TLS,
    and ``request_id`` the pairing request under which it waits for an approval.
    """

    condition: Condition
    cause: Cause | None = None
    detail: str | None = None
    latency_ms: float | None = None
    connect_ms: float | None = None
    version: str | None = None
    dialect: Dialect | None = None
    protocol: int | None = None
    device_id: str | None = None
    scopes: tuple[str, ...] = ()
    gateway_id: str | None = None
    certificate: Certificate | None = None
    request_id: str | None = None
    steps: tuple[TimedStep, ...] = ()
    device_token: str | None = None
    """A secret that the gateway issued with this connection, to be sent with the next."""

    @property
    def failed_step(self) -> Step | None:
        """The step that did not succeed, where there is one: the last that was taken."""
        failed = [timed.step for timed in self.steps if not timed.ok]
        return failed[-1] if failed else None

    def __repr__(self) -> str:
        return repr_without(self, "device_token")
