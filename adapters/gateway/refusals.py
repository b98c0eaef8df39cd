"""What gateways refuse with, as causes: pure mappings of close codes and error codes.

What a gateway says in words is repeated to people and never decides.
"""

import re
from collections.abc import Mapping
from typing import Any

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import object_in, text_in
from openclaw_manager.adapters.gateway.identity import Identity
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect

_CLOSE_CODES = {
    1002: Cause.PROTOCOL_UNSUPPORTED,  # with PROTOCOL_MISMATCH
    1013: Cause.GATEWAY_STARTING,
    4400: Cause.PROTOCOL_UNSUPPORTED,  # it finds our frame malformed
    4429: Cause.RATE_LIMITED,
}


def closed_with(code: int, reason: str, identity: Identity, dialect: Dialect | None) -> Failure:
    """Say what a close code from the gateway means, given what it was shown.

    4001, authentication changed: the device was removed or its token replaced if one was
    shown, else the shared token was. 4401, authentication failed: what was wrong is the key
    once a challenge was answered, and before that the token, the only thing shown. 4403, token
    expired: the device token if one was shown, else the token.
    """
    said = f"it ended with code {code}" + (f": {reason}" if reason else "")
    if code == 4001:  # noqa: PLR2004 - a close code is best known by its number
        return Failure(Cause.DEVICE_REVOKED if identity.device else Cause.TOKEN_MISMATCH, said)
    if code == 4401:  # noqa: PLR2004 - see above
        challenged = dialect is Dialect.CHALLENGE
        return Failure(identity.key_cause if challenged else identity.token_cause, said)
    if code == 4403:  # noqa: PLR2004 - see above
        revoked = identity.device_token is not None and dialect is not Dialect.BEARER
        return Failure(Cause.DEVICE_REVOKED if revoked else Cause.TOKEN_MISMATCH, said)
    return Failure(_CLOSE_CODES.get(code, Cause.CONNECTION_CLOSED), said)


# The codes of the OpenClaw protocol, from its errors in 2026.9.6: first those in
# ``error.details.code``, then those in ``error.code``.
_ERROR_CODES = {
    "AUTH_TOKEN_MISSING": Cause.TOKEN_MISSING,
    "AUTH_PASSWORD_MISSING": Cause.TOKEN_MISSING,
    "AUTH_TOKEN_MISMATCH": Cause.TOKEN_MISMATCH,
    "AUTH_PASSWORD_MISMATCH": Cause.TOKEN_MISMATCH,
    "AUTH_TOKEN_NOT_CONFIGURED": Cause.TOKEN_MISMATCH,
    "AUTH_PASSWORD_NOT_CONFIGURED": Cause.TOKEN_MISMATCH,
    "AUTH_BOOTSTRAP_TOKEN_INVALID": Cause.TOKEN_MISMATCH,
    "AUTH_DEVICE_TOKEN_MISMATCH": Cause.DEVICE_REVOKED,
    "AUTH_SCOPE_MISMATCH": Cause.SCOPE_MISSING,
    "MISSING_SCOPE": Cause.SCOPE_MISSING,
    "AUTH_RATE_LIMITED": Cause.RATE_LIMITED,
    "CONTROL_UI_ORIGIN_NOT_ALLOWED": Cause.ORIGIN_REFUSED,
    "DEVICE_AUTH_INVALID": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_DEVICE_ID_MISMATCH": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_SIGNATURE_EXPIRED": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_SIGNATURE_INVALID": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_PUBLIC_KEY_INVALID": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_NONCE_REQUIRED": Cause.DEVICE_KEY_REFUSED,
    "DEVICE_AUTH_NONCE_MISMATCH": Cause.DEVICE_KEY_REFUSED,
    "PAIRING_REQUIRED": Cause.PAIRING_REQUIRED,
    "PROTOCOL_MISMATCH": Cause.PROTOCOL_UNSUPPORTED,
    "CLIENT_VERSION_MISMATCH": Cause.PROTOCOL_UNSUPPORTED,
    "NOT_PAIRED": Cause.PAIRING_REQUIRED,
    "UNAVAILABLE": Cause.GATEWAY_STARTING,
    "FORBIDDEN": Cause.SCOPE_MISSING,
}

_IDENTITY_REQUIRED = ("DEVICE_IDENTITY_REQUIRED", "CONTROL_UI_DEVICE_IDENTITY_REQUIRED")
_UNAUTHORIZED = ("AUTH_REQUIRED", "AUTH_UNAUTHORIZED")

# People are told to type the id of a request, so it must be nothing but one word.
_REQUEST_ID = r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}"


def refused(error: Mapping[str, Any], identity: Identity) -> Failure:
    """Say what the error object of an OpenClaw answer means, given what was shown."""
    details = object_in(error, "details")
    named = [code for code in (text_in(details, "code"), text_in(error, "code")) if code]
    words = text_in(error, "message") or "it refused"
    said = f"{words} ({named[0]})" if named else words
    cause = _cause(named, identity)
    retry_after_ms = milliseconds(error.get("retryAfterMs"))
    if cause is Cause.RATE_LIMITED and retry_after_ms is not None:
        said += f"; it wants {retry_after_ms / 1000:.0f} s to pass"
    if named and named[0] in _IDENTITY_REQUIRED and identity.key_kind is KeyKind.RSA:
        said += "; the registered key is an RSA key, and this gateway pairs Ed25519 device keys"
    return Failure(cause, said, request_id=_request_id_in(details), retry_after_ms=retry_after_ms)


def _cause(named: list[str], identity: Identity) -> Cause:
    """Find the cause of the first code that is known.

    Without a token the gateway asks for a device identity, since that would do instead
    (measured on 2026.9.6 and 2026.3.28), so there it is the token that is missing. A refusal
    by a code that is not known here, or by none, is one of a protocol that we do not speak.
    """
    for code in named:
        if code in _IDENTITY_REQUIRED:
            return Cause.DEVICE_KEY_MISSING if identity.token else Cause.TOKEN_MISSING
        if code in _UNAUTHORIZED:
            return identity.token_cause
        if code in _ERROR_CODES:
            return _ERROR_CODES[code]
    return Cause.PROTOCOL_UNSUPPORTED


def milliseconds(value: object) -> float | None:
    """Take a time for one that somebody may mean: up to a day."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= 86_400_000 else None  # noqa: PLR2004 - see above


def _request_id_in(details: Mapping[str, Any]) -> str | None:
    request_id = text_in(details, "requestId") or ""
    return request_id if re.fullmatch(_REQUEST_ID, request_id) else None
