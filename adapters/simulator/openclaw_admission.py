"""Whom OpenClaw lets in, and with which scopes.

Every rule was measured on 2026.9.6 and 2026.3.28. Nobody is ever paired with a simulated
gateway: a client that shows a device is told to have it approved first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from openclaw_manager.adapters.simulator.conversation import Closing
from openclaw_manager.adapters.simulator.credentials import same_secret
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.settings import Peer, Settings

_NEWEST_PROTOCOL = 4
_OLDEST_PROBE_PROTOCOL = 3
_BROWSER_IDS = frozenset({"openclaw-control-ui", "webchat", "webchat-ui"})
_CONTROL_UI_IDS = frozenset({"openclaw-control-ui", "openclaw-tui"})
_LOCAL_BACKEND = ("gateway-client", "backend")
_KEEP_SCOPES = frozenset({("cli", "cli"), _LOCAL_BACKEND})


@dataclass(frozen=True, slots=True)
class Admission:
    """Let in, by ``method`` (``token`` or ``none``), with these scopes."""

    method: str
    role: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not let in: the error that is answered, and how the socket closes after it."""

    error: dict[str, Any]
    closing: Closing


def refusal(
    code: str, message: str, *, close: int = 1008, reason: str | None = None, **more: Any
) -> Refusal:
    """Shape a refusal; its close reason repeats the message unless there is another."""
    return Refusal(error(code, message, **more), Closing(close, reason or message))


def error(code: str, message: str, **more: Any) -> dict[str, Any]:
    """Shape an error of OpenClaw; ``more`` may be details, retryable and retryAfterMs."""
    return {"code": code, "message": message, **more}


def admit(params: Mapping[str, Any], peer: Peer, settings: Settings) -> Admission | Refusal:
    """Judge the parameters of a ``connect`` that are well formed."""
    return (
        _wrong_mood(settings)
        or _wrong_protocol(params, settings.protocol)
        or _wrong_role(params)
        or _wrong_origin(params, peer)
        or _wrong_credentials(params, peer, settings)
        or Admission(
            method="none" if settings.token is None else "token",
            role=params.get("role", "operator"),
            scopes=_granted(params, peer, settings.protocol),
        )
    )


def _wrong_mood(settings: Settings) -> Refusal | None:
    if Fault.STARTING in settings.faults:
        return refusal(
            "UNAVAILABLE",
            "gateway starting; retry shortly",
            close=1013,
            reason="gateway starting",
            retryable=True,
            retryAfterMs=500,
            details={"reason": "startup-sidecars"},
        )
    if Fault.RATE_LIMITED in settings.faults:
        message = "unauthorized: too many failed authentication attempts (retry later)"
        details = _authentication_details("AUTH_RATE_LIMITED", "rate_limited", "wait_then_retry")
        return refusal(
            "INVALID_REQUEST", message, retryable=True, retryAfterMs=299_990, details=details
        )
    return None


def _wrong_protocol(params: Mapping[str, Any], protocol: int) -> Refusal | None:
    lowest, highest = params["minProtocol"], params["maxProtocol"]
    newest = protocol >= _NEWEST_PROTOCOL
    probing = newest and params["client"]["mode"] == "probe"
    oldest = _OLDEST_PROBE_PROTOCOL if probing else protocol
    if lowest <= protocol and highest >= oldest:
        return None
    details: dict[str, Any] = {"expectedProtocol": protocol}
    if newest:
        details = {
            "code": "PROTOCOL_MISMATCH",
            "clientMinProtocol": lowest,
            "clientMaxProtocol": highest,
            "expectedProtocol": protocol,
            "minimumProbeProtocol": _OLDEST_PROBE_PROTOCOL,
        }
    return refusal("INVALID_REQUEST", "protocol mismatch", close=1002, details=details)


def _wrong_role(params: Mapping[str, Any]) -> Refusal | None:
    if params.get("role", "operator") in ("operator", "node"):
        return None
    return refusal("INVALID_REQUEST", "invalid role")


def _wrong_origin(params: Mapping[str, Any], peer: Peer) -> Refusal | None:
    client = params["client"]
    browser = client["id"] in _BROWSER_IDS or client["mode"] == "webchat"
    if peer.origin is None and not browser:
        return None
    if peer.origin is not None and peer.origin.partition("://")[2] == peer.host:
        return None
    reason = "origin missing or invalid" if peer.origin is None else "origin not allowed"
    details = {"code": "CONTROL_UI_ORIGIN_NOT_ALLOWED", "reason": reason}
    message = (
        "origin not allowed (open the Control UI from the gateway host or allow it in "
        "gateway.controlUi.allowedOrigins)"
    )
    return refusal("INVALID_REQUEST", message, details=details)


def _wrong_credentials(params: Mapping[str, Any], peer: Peer, settings: Settings) -> Refusal | None:
    has_device = "device" in params
    presented = _shared_secret(params, settings.protocol)
    right = bool(settings.token and presented and same_secret(presented, settings.token))
    wrong = settings.token is not None and presented is not None and not right
    if not has_device and params["client"]["id"] in _CONTROL_UI_IDS:
        return _control_ui_device_required()
    if wrong or Fault.REFUSE in settings.faults:
        return _token_mismatch(settings.protocol, has_device=has_device)
    if has_device:
        return _wrong_device(params, settings, right=right)
    return (
        None
        if _needs_no_device(params, peer, settings, right=right)
        else _device_missing(params, settings)
    )


def _needs_no_device(
    params: Mapping[str, Any], peer: Peer, settings: Settings, *, right: bool
) -> bool:
    if params.get("role", "operator") != "operator":
        return False
    client = (params["client"]["id"], params["client"]["mode"])
    return right or (settings.token is None and peer.loopback and client == _LOCAL_BACKEND)


def _device_missing(params: Mapping[str, Any], settings: Settings) -> Refusal:
    """Ask for a device, or for the token that 2026.3.28 did not find in the password."""
    token_misplaced = settings.token is not None and "password" in params.get("auth", {})
    old = settings.protocol < _NEWEST_PROTOCOL
    return _token_missing(settings.protocol) if old and token_misplaced else _device_required()


def _shared_secret(params: Mapping[str, Any], protocol: int) -> str | None:
    """Find the shared token; 2026.9.6 takes it in the place of the password too."""
    auth = params.get("auth", {})
    password = auth.get("password") if protocol >= _NEWEST_PROTOCOL else None
    found: str | None = auth.get("token", password)
    return found


def _wrong_device(params: Mapping[str, Any], settings: Settings, *, right: bool) -> Refusal:
    if settings.token is None or right:
        return _pairing_required(params)
    if "deviceToken" in params.get("auth", {}):
        return _device_token_mismatch()
    return _token_missing(settings.protocol)


def _pairing_required(params: Mapping[str, Any]) -> Refusal:
    device_id = params["device"]["id"]
    details = {
        "code": "PAIRING_REQUIRED",
        "reason": "not-paired",
        "requestId": str(uuid5(NAMESPACE_URL, f"pairing:{device_id}")),
        "remediationHint": "Approve this device from the pending pairing requests.",
        "deviceId": device_id,
        "requestedRole": params.get("role", "operator"),
        "requestedScopes": params.get("scopes", []),
    }
    message = "pairing required: device is not approved yet"
    return refusal("NOT_PAIRED", message, details=details)


def _granted(params: Mapping[str, Any], peer: Peer, protocol: int) -> tuple[str, ...]:
    """Keep the scopes of local clients only; 2026.3.28 keeps those of nobody without a device."""
    client = (params["client"]["id"], params["client"]["mode"])
    local = peer.loopback and peer.origin is None and client in _KEEP_SCOPES
    if not local or protocol < _NEWEST_PROTOCOL:
        return ()
    asked = tuple(params.get("scopes", ()))
    if peer.scope_cap is None:
        return asked
    most = peer.scope_cap.replace(",", " ").split()
    return tuple(scope for scope in asked if scope in most)


def _authentication_details(
    code: str, reason: str, next_step: str, *, retry_with_device_token: bool = False
) -> dict[str, Any]:
    return {
        "code": code,
        "authReason": reason,
        "canRetryWithDeviceToken": retry_with_device_token,
        "recommendedNextStep": next_step,
    }


def _advice(protocol: int) -> str:
    if protocol >= _NEWEST_PROTOCOL:
        return "use this gateway's gateway.auth.token or pair the device"
    return "set gateway.remote.token to match gateway.auth.token"


def _token_mismatch(protocol: int, *, has_device: bool) -> Refusal:
    details = _authentication_details(
        "AUTH_TOKEN_MISMATCH",
        "token_mismatch",
        "retry_with_device_token" if has_device else "update_auth_credentials",
        retry_with_device_token=has_device,
    )
    message = f"unauthorized: gateway token mismatch ({_advice(protocol)})"
    return refusal("INVALID_REQUEST", message, details=details)


def _token_missing(protocol: int) -> Refusal:
    details = _authentication_details(
        "AUTH_TOKEN_MISSING", "token_missing", "update_auth_configuration"
    )
    message = f"unauthorized: gateway token missing ({_advice(protocol)})"
    return refusal("INVALID_REQUEST", message, details=details)


def _device_token_mismatch() -> Refusal:
    details = _authentication_details(
        "AUTH_DEVICE_TOKEN_MISMATCH", "device_token_mismatch", "update_auth_credentials"
    )
    message = "unauthorized: device token mismatch (rotate/reissue device token)"
    return refusal("INVALID_REQUEST", message, details=details)


def _device_required() -> Refusal:
    details = {"code": "DEVICE_IDENTITY_REQUIRED"}
    return refusal("NOT_PAIRED", "device identity required", details=details)


def _control_ui_device_required() -> Refusal:
    details = {"code": "CONTROL_UI_DEVICE_IDENTITY_REQUIRED"}
    message = "control ui requires device identity (use HTTPS or localhost secure context)"
    return refusal("INVALID_REQUEST", message, details=details)
