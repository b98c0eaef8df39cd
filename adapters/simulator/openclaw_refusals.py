"""How OpenClaw says no to a ``connect``: codes, details and closes as measured.

Clients branch on the codes, never on a message; both were recorded from 2026.9.6 and, where
``newest`` is false, from 2026.3.28.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openclaw_manager.adapters.simulator.conversation import Closing
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw_pairing import PairedDevice, PairingRequest
from openclaw_manager.adapters.simulator.openclaw_schema import Connect

_OLDEST_PROBE_PROTOCOL = 3
_PROTOCOL_OF_NOBODY = 99
_PAIRING = {
    "not-paired": (
        "device is not approved yet",
        "Approve this device from the pending pairing requests.",
    ),
    "scope-upgrade": (
        "device is asking for more scopes than currently approved",
        "Review the requested scopes, then approve the pending upgrade.",
    ),
    "metadata-upgrade": (
        "device identity changed and must be re-approved",
        "Review the refreshed device details, then approve the pending request.",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not let in: the error that is answered, and how the socket closes after it."""

    error: dict[str, Any]
    closing: Closing


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Shape an error of OpenClaw; ``more`` may be details, retryable and retryAfterMs."""
    return {"code": code, "message": message, **more}


def refusal(
    code: str, message: str, *, close: int = 1008, reason: str | None = None, **more: Any
) -> Refusal:
    """Shape a refusal; its close reason repeats the message unless there is another."""
    return Refusal(error(code, message, **more), Closing(close, reason or message))


def played(fault: Fault, connect: Connect, *, newest: bool) -> Refusal | None:
    """Refuse a connect as the fault says, whatever is in it; most faults show elsewhere."""
    playing = _PLAYED.get(fault)
    return playing(connect, newest) if playing else None


def gateway_starting() -> Refusal:
    """Ask for another try in half a second."""
    return refusal(
        "UNAVAILABLE",
        "gateway starting; retry shortly",
        close=1013,
        reason="gateway starting",
        retryable=True,
        retryAfterMs=500,
        details={"reason": "startup-sidecars"},
    )


def rate_limited(*, has_device: bool) -> Refusal:
    """Lock out; who shows a device is not told for how long (measured)."""
    message = "unauthorized: too many failed authentication attempts (retry later)"
    details = _authentication("AUTH_RATE_LIMITED", "rate_limited", "wait_then_retry")
    wait: dict[str, Any] = {} if has_device else {"retryable": True, "retryAfterMs": 299_990}
    return refusal("INVALID_REQUEST", message, **wait, details=details)


def invalid_connect(problem: str) -> Refusal:
    """Say what is wrong with the form of the parameters."""
    return refusal("INVALID_REQUEST", f"invalid connect params: {problem}")


def protocol_mismatch(connect: Connect, protocol: int, *, newest: bool) -> Refusal:
    """Say which protocol is spoken here."""
    details: dict[str, Any] = {"expectedProtocol": protocol}
    if newest:
        details |= {
            "code": "PROTOCOL_MISMATCH",
            "clientMinProtocol": connect.lowest,
            "clientMaxProtocol": connect.highest,
            "minimumProbeProtocol": _OLDEST_PROBE_PROTOCOL,
        }
    return refusal("INVALID_REQUEST", "protocol mismatch", close=1002, details=details)


def origin_refused(reason: str) -> Refusal:
    """Refuse a browser, or what looks like one."""
    details = {"code": "CONTROL_UI_ORIGIN_NOT_ALLOWED", "reason": reason}
    message = (
        "origin not allowed (open the Control UI from the gateway host or allow it in "
        "gateway.controlUi.allowedOrigins)"
    )
    return refusal("INVALID_REQUEST", message, details=details)


def device_required() -> Refusal:
    """Ask for a device; what a client without any credentials hears too."""
    details = {"code": "DEVICE_IDENTITY_REQUIRED"}
    return refusal("NOT_PAIRED", "device identity required", details=details)


def control_ui_device_required() -> Refusal:
    """Ask for a device, in the way that is meant for browsers."""
    details = {"code": "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"}
    message = "control ui requires device identity (use HTTPS or localhost secure context)"
    return refusal("INVALID_REQUEST", message, details=details)


def device_id_mismatch() -> Refusal:
    """Refuse a device whose id is not the hash of its key."""
    return _device("DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch", "identity mismatch")


def signature_expired() -> Refusal:
    """Refuse a signature that is too old, or from the future."""
    return _device("DEVICE_AUTH_SIGNATURE_EXPIRED", "device-signature-stale", "signature expired")


def nonce_mismatch() -> Refusal:
    """Refuse the answer to another challenge."""
    return _device("DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch", "nonce mismatch")


def signature_invalid() -> Refusal:
    """Refuse a signature that does not fit."""
    return _device("DEVICE_AUTH_SIGNATURE_INVALID", "device-signature", "signature invalid")


def token_mismatch(*, newest: bool, has_device: bool) -> Refusal:
    """Refuse a wrong shared token."""
    details = _authentication(
        "AUTH_TOKEN_MISMATCH",
        "token_mismatch",
        "retry_with_device_token" if has_device else "update_auth_credentials",
        retry_with_device_token=has_device,
    )
    message = f"unauthorized: gateway token mismatch ({_advice(newest=newest)})"
    return refusal("INVALID_REQUEST", message, details=details)


def token_missing(*, newest: bool) -> Refusal:
    """Refuse a device that brings no credentials."""
    details = _authentication("AUTH_TOKEN_MISSING", "token_missing", "update_auth_configuration")
    message = f"unauthorized: gateway token missing ({_advice(newest=newest)})"
    return refusal("INVALID_REQUEST", message, details=details)


def device_token_mismatch() -> Refusal:
    """Refuse a device token that is wrong, was rotated or was revoked."""
    details = _authentication(
        "AUTH_DEVICE_TOKEN_MISMATCH", "device_token_mismatch", "update_auth_credentials"
    )
    message = "unauthorized: device token mismatch (rotate/reissue device token)"
    return refusal("INVALID_REQUEST", message, details=details)


def scope_mismatch(*, newest: bool) -> Refusal:
    """Refuse scopes that the device token does not cover; 2026.3.28 calls the token wrong."""
    if not newest:
        return device_token_mismatch()
    details = _authentication("AUTH_SCOPE_MISMATCH", "scope_mismatch", "review_auth_configuration")
    message = "unauthorized: device token scope mismatch (re-pair or approve scope upgrade)"
    return refusal("INVALID_REQUEST", message, details=details)


def pairing_required(
    request: PairingRequest, reason: str, known: PairedDevice | None, *, newest: bool
) -> Refusal:
    """Send a device to wait for an approval; 2026.3.28 says no more than it must."""
    details = {"code": "PAIRING_REQUIRED", "reason": reason, "requestId": request.request_id}
    if not newest:
        return refusal("NOT_PAIRED", "pairing required", details=details)
    problem, hint = _PAIRING[reason]
    message = f"pairing required: {problem}"
    more: dict[str, Any] = {
        "remediationHint": hint,
        "deviceId": request.device.id,
        "requestedRole": request.device.role,
        "requestedScopes": list(request.device.scopes),
    }
    if known is not None:
        more["approvedRoles"] = [known.device.role]
        more["approvedScopes"] = list(known.device.scopes)
    reason_of_close = f"{message} (requestId: {request.request_id})"
    return refusal("NOT_PAIRED", message, reason=reason_of_close, details=details | more)


def _device(code: str, reason: str, problem: str) -> Refusal:
    details = {"code": code, "reason": reason}
    return refusal("INVALID_REQUEST", f"device {problem}", details=details)


def _authentication(
    code: str, reason: str, next_step: str, *, retry_with_device_token: bool = False
) -> dict[str, Any]:
    return {
        "code": code,
        "authReason": reason,
        "canRetryWithDeviceToken": retry_with_device_token,
        "recommendedNextStep": next_step,
    }


def _advice(*, newest: bool) -> str:
    if newest:
        return "use this gateway's gateway.auth.token or pair the device"
    return "set gateway.remote.token to match gateway.auth.token"


_PLAYED: dict[Fault, Callable[[Connect, bool], Refusal]] = {
    Fault.STARTING: lambda _, __: gateway_starting(),
    Fault.RATE_LIMITED: lambda connect, _: rate_limited(has_device=connect.device is not None),
    Fault.INVALID_CONNECT: lambda _, __: invalid_connect("at root: simulated"),
    Fault.PROTOCOL_MISMATCH: lambda connect, newest: protocol_mismatch(
        connect, _PROTOCOL_OF_NOBODY, newest=newest
    ),
    Fault.ORIGIN_REFUSED: lambda _, __: origin_refused("origin not allowed"),
    Fault.DEVICE_REQUIRED: lambda _, __: device_required(),
    Fault.DEVICE_ID_MISMATCH: lambda _, __: device_id_mismatch(),
    Fault.SIGNATURE_EXPIRED: lambda _, __: signature_expired(),
    Fault.NONCE_MISMATCH: lambda _, __: nonce_mismatch(),
    Fault.SIGNATURE_INVALID: lambda _, __: signature_invalid(),
    Fault.REFUSE: lambda connect, newest: token_mismatch(
        newest=newest, has_device=connect.device is not None
    ),
    Fault.TOKEN_MISSING: lambda _, newest: token_missing(newest=newest),
    Fault.DEVICE_TOKEN_MISMATCH: lambda _, __: device_token_mismatch(),
    Fault.SCOPE_MISMATCH: lambda _, newest: scope_mismatch(newest=newest),
}
