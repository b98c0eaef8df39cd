"""The calls that a simulated OpenClaw gateway answers, and the scope that each needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openclaw_manager.adapters.simulator.openclaw_admission import error
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState

_READ = "operator.read"
_ADMIN = "operator.admin"
_IMPLIED_BY = {_READ: frozenset({_READ, "operator.write", _ADMIN})}


@dataclass(frozen=True, slots=True)
class Method:
    """One call: what it answers, and the scope it needs, if any."""

    scope: str | None
    answer: Callable[[OpenClawState, int], Any]


METHODS = {
    "health": Method(None, lambda state, now: state.health(now)),
    "status": Method(_READ, lambda state, _: state.status()),
    "system-presence": Method(_READ, lambda state, now: state.presence(now)),
    "gateway.identity.get": Method(_READ, lambda state, _: state.identity()),
    "agents.list": Method(_READ, lambda state, _: state.agents()),
    "channels.status": Method(_READ, lambda state, now: state.channels(now)),
    "models.list": Method(_READ, lambda state, _: state.models()),
    "node.list": Method(_READ, lambda _, now: {"ts": now, "nodes": []}),
    "device.pair.list": Method("operator.pairing", lambda _, __: {"pending": [], "paired": []}),
}


class CallRefused(Exception):
    """A call that is answered with an error of OpenClaw."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.error = error


def answer(method: str, scopes: tuple[str, ...], state: OpenClawState, now: int) -> Any:
    """Answer a call; raises ``CallRefused`` for a missing scope or an unknown method.

    Who is no administrator is told of a missing scope, and not that there is no such
    method (measured on 2026.9.6 and 2026.3.28).
    """
    known = METHODS.get(method)
    needed = known.scope if known else _ADMIN
    if needed is not None and not scopes_cover(scopes, needed):
        raise CallRefused(_missing_scope(needed, state))
    if known is None:
        raise CallRefused(error("INVALID_REQUEST", f"unknown method: {method}"))
    return known.answer(state, now)


def scopes_cover(scopes: tuple[str, ...], needed: str) -> bool:
    """Whether these scopes are enough; write satisfies read, and admin everything."""
    return not _IMPLIED_BY.get(needed, {needed, _ADMIN}).isdisjoint(scopes)


def _missing_scope(needed: str, state: OpenClawState) -> dict[str, Any]:
    message = f"missing scope: {needed}"
    if not state.newest:
        return error("INVALID_REQUEST", message)
    details = {"code": "MISSING_SCOPE", "missingScope": needed, "requiredScopes": [needed]}
    return error("FORBIDDEN", message, details=details)
