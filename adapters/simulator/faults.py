"""The ways in which a simulated gateway can misbehave, each named for what it does."""

from enum import StrEnum


class Fault(StrEnum):
    """One way to misbehave.

    With several faults, the one that comes first on the way of a connection shows.
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
    UNKNOWN_FIRST_FRAME = "unknown-first-frame"
    HELLO_WITHOUT_CHALLENGE = "hello-without-challenge"
    DROP_AFTER_CHALLENGE = "drop-after-challenge"
    CLOSE_BEFORE_HELLO = "close-before-hello"
    HANG_AFTER_CONNECT = "hang-after-connect"
    SLOW_ANSWER = "slow-answer"
    REFUSE = "refuse"
    RATE_LIMITED = "rate-limited"
    STARTING = "starting"

    @property
    def description(self) -> str:
        """What happens on the wire, in one clause without a subject."""
        return _DESCRIPTIONS[self]


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
    Fault.UNKNOWN_FIRST_FRAME: "sends a first frame of a type nobody knows",
    Fault.HELLO_WITHOUT_CHALLENGE: "says hello-ok before it was asked",
    Fault.DROP_AFTER_CHALLENGE: "resets the TCP connection after its challenge",
    Fault.CLOSE_BEFORE_HELLO: "closes in good order instead of saying hello",
    Fault.HANG_AFTER_CONNECT: "reads the connect (bearer: a ping) and never answers it",
    Fault.SLOW_ANSWER: "answers a minute late, or as late as the latency says",
    Fault.REFUSE: "refuses the credentials, whatever they are",
    Fault.RATE_LIMITED: "says that there were too many attempts",
    Fault.STARTING: "says that it is still starting",
}
