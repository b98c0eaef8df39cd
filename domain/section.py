"""The parts of a capture, and what became of each."""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from openclaw_manager.domain.secret import repr_without

if TYPE_CHECKING:
    from openclaw_manager.domain.content.canonical import Json


class Section(StrEnum):
    """One part of what a gateway says of itself, in the order in which people list them."""

    AGENTS = "agents"
    CHANNELS = "channels"
    MODELS = "models"
    CONFIG = "config"
    SESSIONS = "sessions"
    CRON = "cron"
    SKILLS = "skills"
    NODES = "nodes"
    STATUS = "status"
    PRESENCE = "presence"


class SectionCause(StrEnum):
    """Why a section was not heard: a stable code, for tools as much as for people."""

    NOT_OFFERED = "not-offered"
    """This dialect, or this version of the gateway, has no such method."""
    SCOPE_MISSING = "scope-missing"
    """The scopes that this instance was granted do not cover it."""
    CALL_FAILED = "call-failed"
    """The gateway answered with an error."""
    TIMEOUT = "timeout"
    """No answer came in time."""
    CONNECTION_CLOSED = "connection-closed"
    """The connection ended before the answer came."""
    TOO_LARGE = "too-large"
    """The answer has more than 26,214,400 bytes, or does not end."""
    MALFORMED_ANSWER = "malformed-answer"
    """What came is not JSON, is nested too deep, or is no answer."""


class SectionHeard(NamedTuple):
    """A section that was answered; ``value`` is as it came, secrets included."""

    value: "Json"

    def __repr__(self) -> str:
        return repr_without(self, "value")


class SectionFailed(NamedTuple):
    """A section that was not.

    ``detail`` is one clause for a person, never a secret; ``scope`` is the scope that is
    missing, where the gateway names one.
    """

    cause: SectionCause
    detail: str | None = None
    scope: str | None = None
