"""The ways in which a simulated gateway can misbehave, each named for what it does."""

from enum import StrEnum

from openclaw_manager.domain.ping import Dialect


class Fault(StrEnum):
    """One way to misbehave.

    With several faults, the one that comes first on the way of a connection shows. Those of
    OpenClaw's own protocol are told with the codes measured on 2026.9.6 and 2026.3.28.
    """

    PLAIN_TCP = "plain-tcp"
    HTTP_401 = "http-401"
    HTTP_403 = "http-403"
    HTTP_404 = "http-404"
    HTTP_500 = "http-500"
    SILENT = "silent"
    DROP_AFTER_UPGRADE = "drop-after-upgrade"
    GARBAGE_TEXT = "garbage-text"
    BINARY_FRAME = "binary-frame"
    JSON_ARRAY = "json-array"
    OVERSIZED_FRAME = "oversized-frame"
    CHALLENGE_WITHOUT_PAYLOAD = "challenge-without-payload"
    CHALLENGE_WITHOUT_TIME = "challenge-without-time"
    UNKNOWN_FIRST_FRAME = "unknown-first-frame"
    HELLO_WITHOUT_CHALLENGE = "hello-without-challenge"
    DROP_AFTER_CHALLENGE = "drop-after-challenge"
    CLOSE_BEFORE_HELLO = "close-before-hello"
    HANG_AFTER_CONNECT = "hang-after-connect"
    SLOW_ANSWER = "slow-answer"
    STARTING = "starting"
    RATE_LIMITED = "rate-limited"
    INVALID_CONNECT = "invalid-connect"
    PROTOCOL_MISMATCH = "protocol-mismatch"
    ORIGIN_REFUSED = "origin-refused"
    DEVICE_REQUIRED = "device-required"
    DEVICE_ID_MISMATCH = "device-id-mismatch"
    SIGNATURE_EXPIRED = "signature-expired"
    NONCE_MISMATCH = "nonce-mismatch"
    SIGNATURE_INVALID = "signature-invalid"
    REFUSE = "refuse"
    TOKEN_MISSING = "token-missing"
    DEVICE_TOKEN_MISMATCH = "device-token-mismatch"
    SCOPE_MISMATCH = "scope-mismatch"
    AUTH_CHANGED = "auth-changed"
    SERVICE_RESTART = "service-restart"
    NO_SCOPES = "no-scopes"
    NOT_READY = "not-ready"
    BUSY = "busy"
    BUSY_AT_FIRST = "busy-at-first"
    HANG_IN_SECTION = "hang-in-section"
    CLOSE_IN_SECTION = "close-in-section"
    ERROR_IN_SECTION = "error-in-section"
    OVERSIZED_SECTION = "oversized-section"
    DEEP_SECTION = "deep-section"
    GARBAGE_IN_SECTION = "garbage-in-section"
    BINARY_SECTION = "binary-section"
    SECTION_FOR_ADMINS = "section-for-admins"
    ENDLESS_PAGES = "endless-pages"

    @property
    def description(self) -> str:
        """What happens on the wire, in one clause without a subject."""
        return _DESCRIPTIONS[self]

    @property
    def dialects(self) -> frozenset[Dialect]:
        """The dialects in which it can be played: all, those with calls, or OpenClaw's own."""
        if self in _OPENCLAW_ONLY:
            return frozenset([Dialect.OPENCLAW])
        return frozenset(Dialect) - {Dialect.BEARER} if self in _WITH_CALLS else frozenset(Dialect)


_DESCRIPTIONS = {
    Fault.PLAIN_TCP: "talks like a mail server, and never HTTP",
    Fault.HTTP_401: "answers the upgrade with HTTP 401 Unauthorized",
    Fault.HTTP_403: "answers the upgrade with HTTP 403 Forbidden",
    Fault.HTTP_404: "answers the upgrade with HTTP 404 Not Found",
    Fault.HTTP_500: "answers the upgrade with HTTP 500 Internal Server Error",
    Fault.SILENT: "upgrades, then says nothing, not even a pong",
    Fault.DROP_AFTER_UPGRADE: "resets the TCP connection after the upgrade",
    Fault.GARBAGE_TEXT: "sends text that is no JSON as its first frame",
    Fault.BINARY_FRAME: "sends a binary frame as its first frame",
    Fault.JSON_ARRAY: "sends a JSON array as its first frame",
    Fault.OVERSIZED_FRAME: "sends a first frame of more than 26214400 bytes",
    Fault.CHALLENGE_WITHOUT_PAYLOAD: "sends a challenge without a nonce",
    Fault.CHALLENGE_WITHOUT_TIME: "sends a challenge without its time, then says nothing",
    Fault.UNKNOWN_FIRST_FRAME: "sends a first frame of a type nobody knows",
    Fault.HELLO_WITHOUT_CHALLENGE: "says hello-ok before it was asked",
    Fault.DROP_AFTER_CHALLENGE: "resets the TCP connection after its challenge",
    Fault.CLOSE_BEFORE_HELLO: "closes in good order instead of saying hello",
    Fault.HANG_AFTER_CONNECT: "reads the connect (bearer: a ping) and never answers it",
    Fault.SLOW_ANSWER: "answers a minute late, or as late as the latency says",
    Fault.STARTING: "says that it is still starting (openclaw: closes with 1013)",
    Fault.RATE_LIMITED: "says that there were too many attempts",
    Fault.INVALID_CONNECT: "finds the connect malformed (INVALID_REQUEST, no details)",
    Fault.PROTOCOL_MISMATCH: "speaks protocol 99 only, and closes with 1002",
    Fault.ORIGIN_REFUSED: "refuses the origin (CONTROL_UI_ORIGIN_NOT_ALLOWED)",
    Fault.DEVICE_REQUIRED: "asks for a device (DEVICE_IDENTITY_REQUIRED)",
    Fault.DEVICE_ID_MISMATCH: "finds a wrong device id (DEVICE_AUTH_DEVICE_ID_MISMATCH)",
    Fault.SIGNATURE_EXPIRED: "finds the signature too old (DEVICE_AUTH_SIGNATURE_EXPIRED)",
    Fault.NONCE_MISMATCH: "finds a wrong nonce (DEVICE_AUTH_NONCE_MISMATCH)",
    Fault.SIGNATURE_INVALID: "finds the signature wrong (DEVICE_AUTH_SIGNATURE_INVALID)",
    Fault.REFUSE: "refuses the credentials (openclaw: AUTH_TOKEN_MISMATCH)",
    Fault.TOKEN_MISSING: "misses the token (AUTH_TOKEN_MISSING)",
    Fault.DEVICE_TOKEN_MISMATCH: "refuses the device token (AUTH_DEVICE_TOKEN_MISMATCH)",
    Fault.SCOPE_MISMATCH: "finds too wide scopes (AUTH_SCOPE_MISMATCH; protocol 3 as above)",
    Fault.AUTH_CHANGED: "closes with 4001 after hello, as when its token was changed",
    Fault.SERVICE_RESTART: "announces its shutdown after hello, and closes with 1012",
    Fault.NO_SCOPES: "lets clients in, and grants them no scope",
    Fault.NOT_READY: "lets clients in, and reports of its health that it is not ok",
    Fault.BUSY: "lets clients in, and answers their calls with UNAVAILABLE",
    Fault.BUSY_AT_FIRST: "answers each call of a capture with UNAVAILABLE once, then as it should",
    Fault.HANG_IN_SECTION: "never answers models.list",
    Fault.CLOSE_IN_SECTION: "closes with 1011 when asked for models.list",
    Fault.ERROR_IN_SECTION: "answers models.list with an error (UNAVAILABLE, not for a retry)",
    Fault.OVERSIZED_SECTION: "answers models.list with more than 26214400 bytes",
    Fault.DEEP_SECTION: "answers models.list with lists that are nested a thousand deep",
    Fault.GARBAGE_IN_SECTION: "answers models.list with text that is no JSON",
    Fault.BINARY_SECTION: "answers models.list in a binary frame",
    Fault.SECTION_FOR_ADMINS: "wants the scope operator.admin for models.list",
    Fault.ENDLESS_PAGES: "has always another page of sessions.list",
}

_OPENCLAW_ONLY = frozenset(
    {
        *(Fault.INVALID_CONNECT, Fault.PROTOCOL_MISMATCH, Fault.ORIGIN_REFUSED),
        *(Fault.DEVICE_REQUIRED, Fault.DEVICE_ID_MISMATCH, Fault.SIGNATURE_EXPIRED),
        *(Fault.NONCE_MISMATCH, Fault.SIGNATURE_INVALID, Fault.TOKEN_MISSING),
        *(Fault.DEVICE_TOKEN_MISMATCH, Fault.SCOPE_MISMATCH, Fault.AUTH_CHANGED),
        *(Fault.SERVICE_RESTART, Fault.NO_SCOPES, Fault.NOT_READY, Fault.BUSY),
        *(Fault.BUSY_AT_FIRST, Fault.SECTION_FOR_ADMINS, Fault.ENDLESS_PAGES),
    }
)

_WITH_CALLS = frozenset(
    {
        *(Fault.HANG_IN_SECTION, Fault.CLOSE_IN_SECTION, Fault.ERROR_IN_SECTION),
        *(Fault.OVERSIZED_SECTION, Fault.DEEP_SECTION, Fault.GARBAGE_IN_SECTION),
        Fault.BINARY_SECTION,
    }
)
