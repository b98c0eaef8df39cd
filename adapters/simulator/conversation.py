"""What the conversations of all dialects have in common: frames in, frames and verdicts out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_LONGEST_REASON = 120  # a close frame has room for 123 bytes


@dataclass(frozen=True, slots=True)
class Closing:
    """How the gateway closes the WebSocket."""

    code: int
    reason: str = ""

    @property
    def short_reason(self) -> str:
        """The reason, cut to what fits into a close frame."""
        return self.reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Reply:
    """The frames to send, whether to close after them, and what the record says of it."""

    frames: tuple[str | bytes, ...] = ()
    closing: Closing | None = None
    verdict: str = ""


class Conversation(Protocol):
    """One connection in one dialect; knows no socket and no clock of its own."""

    awaits_connect: bool
    """Whether the client has something to send before it is let in."""

    @property
    def device_id(self) -> str | None:
        """The device that was let in, in the dialect that can throw one out again."""
        ...

    def challenge(self) -> str:
        """Make the frame that a gateway sends first."""
        ...

    def challenge_without_payload(self) -> str:
        """Make that frame without what makes it a challenge."""
        ...

    def challenge_without_time(self) -> str:
        """Make that frame without its time."""
        ...

    def hello_unasked(self) -> str:
        """Make a hello that answers nothing."""
        ...

    def connect(self, message: str | bytes) -> Reply:
        """Judge the first message of the client; without a closing, it is let in."""
        ...

    def connect_missing(self) -> Reply:
        """Give up on a client that sends nothing."""
        ...

    def call(self, message: str | bytes) -> Reply:
        """Answer a message of a client that was let in."""
        ...

    def tick(self) -> str | None:
        """Make the sign of life that clients get every 30 seconds, if the dialect has one."""
        ...

    def farewell(self) -> Reply:
        """Say goodbye, since the gateway stops."""
        ...


def encode(frame: Mapping[str, Any]) -> str:
    """Write a frame as gateways do, without spaces."""
    return json.dumps(frame, separators=(",", ":"))


def decode(message: str | bytes) -> Any:
    """Read a frame; raises ``ValueError`` for what is no JSON."""
    try:
        return json.loads(message)
    except RecursionError as too_deep:
        raise ValueError("nested too deep") from too_deep
