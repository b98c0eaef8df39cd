"""What the calls to a simulated OpenClaw gateway have in common, and how they are refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_refusals import error
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState

READ = "operator.read"
PAIRING = "operator.pairing"
ADMIN = "operator.admin"


class CallRefused(Exception):
    """A call that is answered with an error of OpenClaw."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Call:
    """One call, and what it is about; ``now`` is in milliseconds since the epoch."""

    params: Any
    state: OpenClawState
    devices: Devices
    now: int


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a call, the scope that it needs, and what is wrong with its parameters.

    Those of a method without ``check`` are not looked at.
    """

    scope: str | None
    answer: Callable[[Call], Any]
    check: Callable[[Any], str | None] | None = None


def busy(**more: int) -> dict[str, Any]:
    """Make the error of a gateway that has too much to do."""
    message = "The server is busy. Please try again in a moment."
    return error("UNAVAILABLE", message, retryable=True, **more)


def missing_scope(needed: str, *, newest: bool) -> dict[str, Any]:
    """Make the error that a call without its scope is answered with."""
    message = f"missing scope: {needed}"
    if not newest:
        return error("INVALID_REQUEST", message)
    details = {"code": "MISSING_SCOPE", "missingScope": needed, "requiredScopes": [needed]}
    return error("FORBIDDEN", message, details=details)
