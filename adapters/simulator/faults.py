"""The ways in which a simulated gateway can misbehave, each named for what it does."""

from enum import StrEnum
from typing import Self


class Fault(StrEnum):
    """One way to misbehave; ``description`` says what then happens on the wire.

    With several faults, the one that comes first on the way of a connection shows.
    """

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        """Take the name that people type, and what it stands for."""
        fault = str.__new__(cls, value)
        fault._value_ = value
        fault.description = description
        return fault

    PLAIN_TCP = "plain-tcp", "talks like a mail server, and never HTTP"
    HTTP_401 = "http-401", "answers the upgrade with HTTP 401 Unauthorized"
    HTTP_403 = "http-403", "answers the upgrade with HTTP 403 Forbidden"
    HTTP_404 = "http-404", "answers the upgrade with HTTP 404 Not Found"
    HTTP_500 = "http-500", "answers the upgrade with HTTP 500 Internal Server Error"
    SILENT = "silent", "upgrades, then says nothing, not even a pong"
    DROP_AFTER_UPGRADE = "drop-after-upgrade", "resets the TCP connection after the upgrade"
    GARBAGE_TEXT = "garbage-text", "sends text that is no JSON as its first frame"
    BINARY_FRAME = "binary-frame", "sends a binary frame as its first frame"
    JSON_ARRAY = "json-array", "sends a JSON array as its first frame"
    OVERSIZED_FRAME = "oversized-frame", "sends a first frame of more than 26214400 bytes"
    CHALLENGE_WITHOUT_PAYLOAD = "challenge-without-payload", "sends a challenge without a nonce"
    UNKNOWN_FIRST_FRAME = "unknown-first-frame", "sends a first frame of a type nobody knows"
    HELLO_WITHOUT_CHALLENGE = "hello-without-challenge", "says hello-ok before it was asked"
    DROP_AFTER_CHALLENGE = "drop-after-challenge", "resets the TCP connection after its challenge"
    CLOSE_BEFORE_HELLO = "close-before-hello", "closes in good order instead of saying hello"
    HANG_AFTER_CONNECT = (
        "hang-after-connect",
        "reads the connect and never answers it (bearer: never answers a ping)",
    )
    SLOW_ANSWER = "slow-answer", "answers a minute late, or as late as the latency says"
    REFUSE = "refuse", "refuses the credentials, whatever they are"
    RATE_LIMITED = "rate-limited", "says that there were too many attempts"
    STARTING = "starting", "says that it is still starting"
