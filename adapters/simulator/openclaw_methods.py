"""The calls that a simulated OpenClaw gateway answers, and the scope that each needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openclaw_manager.adapters.simulator.openclaw_pairing import (
    Device,
    Devices,
    PairedDevice,
    PairingRequest,
    scopes_cover,
)
from openclaw_manager.adapters.simulator.openclaw_refusals import error
from openclaw_manager.adapters.simulator.openclaw_schema import Request, problem_with_texts
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState

_READ = "operator.read"
_PAIRING = "operator.pairing"
_ADMIN = "operator.admin"


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
    """What answers a call, the scope that it needs, and the texts among its parameters.

    The parameters of a method without ``takes`` are not looked at.
    """

    scope: str | None
    answer: Callable[[Call], Any]
    takes: tuple[str, ...] | None = None


def answer(request: Request, scopes: tuple[str, ...], call: Call) -> Any:
    """Answer a call; raises ``CallRefused`` with what a real gateway would say.

    Who is no administrator is told of a missing scope, and not that there is no such
    method (measured on 2026.9.6 and 2026.3.28).
    """
    known = METHODS.get(request.method)
    needed = known.scope if known else _ADMIN
    if needed is not None and not scopes_cover(scopes, needed):
        raise CallRefused(_missing_scope(needed, newest=call.state.newest))
    if known is None:
        raise CallRefused(error("INVALID_REQUEST", f"unknown method: {request.method}"))
    problem = problem_with_texts(call.params, known.takes) if known.takes else None
    if problem:
        message = f"invalid {request.method} params: {problem}"
        raise CallRefused(error("INVALID_REQUEST", message))
    return known.answer(call)


def busy() -> dict[str, Any]:
    """Make the error of a gateway that has too much to do."""
    message = "The server is busy. Please try again in a moment."
    return error("UNAVAILABLE", message, retryable=True)


def _missing_scope(needed: str, *, newest: bool) -> dict[str, Any]:
    message = f"missing scope: {needed}"
    if not newest:
        return error("INVALID_REQUEST", message)
    details = {"code": "MISSING_SCOPE", "missingScope": needed, "requiredScopes": [needed]}
    return error("FORBIDDEN", message, details=details)


# Devices --------------------------------------------------------------------------------------


def _list_devices(call: Call) -> dict[str, Any]:
    newest = call.state.newest
    return {
        "pending": [_shown_request(request) for request in call.devices.pending(call.now)],
        "paired": [_shown_device(one, newest=newest) for one in call.devices.paired(call.now)],
    }


def _approve(call: Call) -> dict[str, Any]:
    request_id = call.params["requestId"]
    try:
        paired = call.devices.approve(request_id, call.now)
    except KeyError:
        raise CallRefused(error("INVALID_REQUEST", "unknown requestId")) from None
    return {"requestId": request_id, "device": _shown_device(paired, newest=call.state.newest)}


def _reject(call: Call) -> dict[str, Any]:
    request_id = call.params["requestId"]
    try:
        rejected = call.devices.reject(request_id, call.now)
    except KeyError:
        raise CallRefused(error("INVALID_REQUEST", "unknown requestId")) from None
    return {"requestId": request_id, "deviceId": rejected.device.id}


def _remove(call: Call) -> dict[str, Any]:
    device_id = call.params["deviceId"]
    try:
        call.devices.remove(device_id)
    except KeyError:
        raise CallRefused(error("INVALID_REQUEST", "unknown deviceId")) from None
    return {"deviceId": device_id}


def _rotate_token(call: Call) -> dict[str, Any]:
    """Replace a token; the new one reaches the device when it next shows the shared token."""
    device_id, role = _with_token(call)
    token = call.devices.rotate(device_id, call.now)
    return {
        "deviceId": device_id,
        "role": role,
        "scopes": list(token.scopes),
        "rotatedAtMs": token.issued_at,
        "tokenDelivery": "withheld-cross-device",
    }


def _revoke_token(call: Call) -> dict[str, Any]:
    device_id, role = _with_token(call)
    call.devices.revoke(device_id)
    return {"deviceId": device_id, "role": role, "revokedAtMs": call.now}


def _with_token(call: Call) -> tuple[str, str]:
    """Name the device and the role whose token the call is about."""
    device_id, role = call.params["deviceId"], call.params["role"]
    known = call.devices.find(device_id, call.now)
    if known is None or known.token is None or known.device.role != role:
        raise CallRefused(error("INVALID_REQUEST", "unknown deviceId/role"))
    return device_id, role


def _shown_request(request: PairingRequest) -> dict[str, Any]:
    return {
        "requestId": request.request_id,
        **_described(request.device),
        "silent": False,
        "isRepair": request.repair,
        "ts": request.requested_at,
    }


def _shown_device(paired: PairedDevice, *, newest: bool) -> dict[str, Any]:
    """Show a device, and of its token everything but the token."""
    shown = {
        **_described(paired.device),
        "createdAtMs": paired.created_at,
        "approvedAtMs": paired.approved_at,
        "tokens": [],
    }
    if newest:
        shown["approvedVia"] = paired.approved_via
    token = paired.token
    if token is not None:
        role, scopes = paired.device.role, list(token.scopes)
        shown["tokens"] = [{"role": role, "scopes": scopes, "createdAtMs": token.created_at}]
        if token.issued_at != token.created_at:
            shown["tokens"][0]["rotatedAtMs"] = token.issued_at
    return shown


def _described(device: Device) -> dict[str, Any]:
    return {
        "deviceId": device.id,
        "publicKey": device.public_key,
        "platform": device.platform,
        "clientId": device.client_id,
        "clientMode": device.client_mode,
        "role": device.role,
        "roles": [device.role],
        "scopes": list(device.scopes),
    }


METHODS = {
    "health": Method(None, lambda call: call.state.health(call.now)),
    "status": Method(_READ, lambda call: call.state.status()),
    "system-presence": Method(_READ, lambda call: call.state.presence(call.now)),
    "gateway.identity.get": Method(_READ, lambda call: call.state.identity()),
    "agents.list": Method(_READ, lambda call: call.state.agents()),
    "channels.status": Method(_READ, lambda call: call.state.channels(call.now)),
    "models.list": Method(_READ, lambda call: call.state.models()),
    "node.list": Method(_READ, lambda call: {"ts": call.now, "nodes": []}),
    "device.pair.list": Method(_PAIRING, _list_devices),
    "device.pair.approve": Method(_PAIRING, _approve, takes=("requestId",)),
    "device.pair.reject": Method(_PAIRING, _reject, takes=("requestId",)),
    "device.pair.remove": Method(_PAIRING, _remove, takes=("deviceId",)),
    "device.token.rotate": Method(_PAIRING, _rotate_token, takes=("deviceId", "role")),
    "device.token.revoke": Method(_PAIRING, _revoke_token, takes=("deviceId", "role")),
}
