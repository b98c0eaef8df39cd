"""Calls to a gateway that let us in: how each dialect writes them, and what answers them."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from openclaw_manager.adapters.gateway.frames import encode
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.ping import Dialect


class Call(NamedTuple):
    """One call, to be answered by a mapping or a list."""

    method: str
    params: Mapping[str, Json] = {}


class Answer(NamedTuple):
    """What came back for the call of that id; ``error`` is None where it was granted."""

    id: object
    payload: Any = None
    error: Mapping[str, Any] | None = None


class Calls(Protocol):
    """How one dialect calls. Knows no section, and does no I/O."""

    def write(self, call_id: str, call: Call) -> str:
        """Compose the frame of a call."""
        ...

    def read(self, frame: Mapping[str, Any]) -> Answer | None:
        """Read an answer; None for a frame that is none, such as an event."""
        ...


class OpenClawCalls:
    """Calls by ``req`` and ``res``, in both versions of the protocol."""

    def write(self, call_id: str, call: Call) -> str:
        """Compose a ``req``."""
        return encode({"type": "req", "id": call_id, "method": call.method, "params": call.params})

    def read(self, frame: Mapping[str, Any]) -> Answer | None:
        """Read a ``res``, which says by ``ok`` whether it has a payload or an error."""
        if frame.get("type") != "res":
            return None
        if frame.get("ok") is True:
            return Answer(frame.get("id"), frame.get("payload"))
        return Answer(frame.get("id"), error=_error_in(frame))


class ChallengeCalls:
    """Calls by ``call`` and ``response``."""

    def write(self, call_id: str, call: Call) -> str:
        """Compose a ``call``."""
        return encode({"type": "call", "id": call_id, "method": call.method, "params": call.params})

    def read(self, frame: Mapping[str, Any]) -> Answer | None:
        """Read a ``response``, which has a payload unless it has an error."""
        if frame.get("type") != "response":
            return None
        if frame.get("error") is None:
            return Answer(frame.get("id"), frame.get("payload"))
        return Answer(frame.get("id"), error=_error_in(frame))


def calls_of(dialect: Dialect) -> Calls:
    """Find out how a dialect calls; plain bearer does not, and never gets to a call."""
    return ChallengeCalls() if dialect is Dialect.CHALLENGE else OpenClawCalls()


def _error_in(frame: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look up the error; where it is but a text, that is its message."""
    error = frame.get("error")
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}
