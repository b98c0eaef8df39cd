"""The calls that a simulated OpenClaw gateway answers, and the scope that each needs."""

from typing import Any

from openclaw_manager.adapters.simulator.openclaw_calls import (
    ADMIN,
    PAIRING,
    READ,
    Call,
    CallRefused,
    Method,
    missing_scope,
)
from openclaw_manager.adapters.simulator.openclaw_pairing import (
    Device,
    PairedDevice,
    PairingRequest,
    scopes_cover,
)
from openclaw_manager.adapters.simulator.openclaw_refusals import error
from openclaw_manager.adapters.simulator.openclaw_schema import Request, takes_texts
from openclaw_manager.adapters.simulator.openclaw_section_methods import SECTIONS


def answer(request: Request, scopes: tuple[str, ...], call: Call) -> Any:
    """Answer a call; raises ``CallRefused`` with what a real gateway would say.

    Who is no administrator is told of a missing scope, and not that there is no such
    method (measured on 2026.9.6 and 2026.3.28).
    """
    known = METHODS.get(request.method)
    needed = known.scope if known else ADMIN
    if needed is not None and not scopes_cover(scopes, needed):
        raise CallRefused(missing_scope(needed, newest=call.state.newest))
    if known is None:
        raise CallRefused(error("INVALID_REQUEST", f"unknown method: {request.method}"))
    problem = known.check(call.params) if known.check else None
    if problem:
        message = f"invalid {request.method} params: {problem}"
        raise CallRefused(error("INVALID_REQUEST", message))
    return known.answer(call)


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
    "gateway.identity.get": Method(READ, lambda call: call.state.identity()),
    "device.pair.list": Method(PAIRING, _list_devices),
    "device.pair.approve": Method(PAIRING, _approve, check=takes_texts("requestId")),
    "device.pair.reject": Method(PAIRING, _reject, check=takes_texts("requestId")),
    "device.pair.remove": Method(PAIRING, _remove, check=takes_texts("deviceId")),
    "device.token.rotate": Method(PAIRING, _rotate_token, check=takes_texts("deviceId", "role")),
    "device.token.revoke": Method(PAIRING, _revoke_token, check=takes_texts("deviceId", "role")),
    **SECTIONS,
}
