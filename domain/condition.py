"""What a ping can find: the condition of a gateway, and the cause when it is not ``ok``."""

from enum import StrEnum


class Status(StrEnum):
    """What the last ping said of an instance, in one word that other tools know too."""

    REGISTERED = "registered"  # never pinged
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


class Condition(StrEnum):
    """What a person needs to know of a gateway."""

    OK = "ok"
    STARTING = "starting"
    DEGRADED = "degraded"
    REFUSED = "refused"  # it answers, but not us
    DOWN = "down"

    @property
    def reachable(self) -> bool:
        """Whether the ping completed an authenticated round trip."""
        return self in (Condition.OK, Condition.DEGRADED)

    @property
    def status(self) -> Status:
        """The same in one of the words that other tools know."""
        return Status.REACHABLE if self.reachable else Status.UNREACHABLE


class Cause(StrEnum):
    """Why a condition is not ``ok``: stable codes that other tools may branch on."""

    GATEWAY_STARTING = "gateway-starting"

    SLOW = "slow"
    NOT_READY = "not-ready"

    TOKEN_MISSING = "token-missing"
    TOKEN_MISMATCH = "token-mismatch"
    CHALLENGE_MISSING = "challenge-missing"
    DEVICE_KEY_MISSING = "device-key-missing"
    DEVICE_KEY_REFUSED = "device-key-refused"
    PAIRING_REQUIRED = "pairing-required"
    PAIRING_UNSUPPORTED = "pairing-unsupported"
    DEVICE_REVOKED = "device-revoked"
    SCOPE_MISSING = "scope-missing"
    RATE_LIMITED = "rate-limited"
    PROTOCOL_UNSUPPORTED = "protocol-unsupported"
    ORIGIN_REFUSED = "origin-refused"
    HTTP_REFUSED = "http-refused"

    NAME_NOT_RESOLVED = "name-not-resolved"
    CONNECTION_REFUSED = "connection-refused"
    NETWORK_UNREACHABLE = "network-unreachable"
    TIMEOUT = "timeout"
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_PIN_MISMATCH = "tls-pin-mismatch"
    NOT_A_GATEWAY = "not-a-gateway"
    CONNECTION_CLOSED = "connection-closed"
    MALFORMED_FRAME = "malformed-frame"

    @property
    def condition(self) -> Condition:
        """The one condition that this cause belongs to."""
        return _CONDITIONS[self]


_CONDITIONS = {
    cause: condition
    for condition, causes in {
        Condition.STARTING: (Cause.GATEWAY_STARTING,),
        Condition.DEGRADED: (Cause.SLOW, Cause.NOT_READY),
        Condition.REFUSED: (
            Cause.TOKEN_MISSING,
            Cause.TOKEN_MISMATCH,
            Cause.CHALLENGE_MISSING,
            Cause.DEVICE_KEY_MISSING,
            Cause.DEVICE_KEY_REFUSED,
            Cause.PAIRING_REQUIRED,
            Cause.PAIRING_UNSUPPORTED,
            Cause.DEVICE_REVOKED,
            Cause.SCOPE_MISSING,
            Cause.RATE_LIMITED,
            Cause.PROTOCOL_UNSUPPORTED,
            Cause.ORIGIN_REFUSED,
            Cause.HTTP_REFUSED,
        ),
        Condition.DOWN: (
            Cause.NAME_NOT_RESOLVED,
            Cause.CONNECTION_REFUSED,
            Cause.NETWORK_UNREACHABLE,
            Cause.TIMEOUT,
            Cause.TLS_UNTRUSTED,
            Cause.TLS_PIN_MISMATCH,
            Cause.NOT_A_GATEWAY,
            Cause.CONNECTION_CLOSED,
            Cause.MALFORMED_FRAME,
        ),
    }.items()
    for cause in causes
}
