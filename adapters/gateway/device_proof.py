"""The proof that a device is who it says: what a ``connect`` of the OpenClaw protocol signs."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import ShownDevice
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.errors import KeyRefused


def prove(
    device: ShownDevice, params: Mapping[str, Any], nonce: str, signed_at: int
) -> dict[str, Any]:
    """Compose the ``device`` member of these parameters, for a challenge.

    ``signed_at`` is the gateway's own time from the challenge, so a clock of ours that is
    wrong does no harm (measured: 120 s off are refused on 2026.9.6).
    """
    shown = {
        "id": device.id,
        "publicKey": device.public_key,
        "signedAt": signed_at,
        "nonce": nonce,
    }
    try:
        signature = device.sign(signed_text(params, shown).encode())
    except KeyRefused as problem:
        raise Failure(Cause.DEVICE_KEY_REFUSED, f"not signed: {problem}") from problem
    return shown | {"signature": urlsafe_b64encode(signature).rstrip(b"=").decode()}


def signed_text(params: Mapping[str, Any], device: Mapping[str, Any]) -> str:
    """Write what the signature covers, in the third form, which protocols 3 and 4 both take.

    The token is the one that is shown, whichever it is, and the scopes stand in the order in
    which they are asked for; both measured, as everything here, on 2026.9.6 and 2026.3.28.
    """
    client = params["client"]
    auth = params.get("auth", {})
    return "|".join(
        (
            "v3",
            device["id"],
            client["id"],
            client["mode"],
            params["role"],
            ",".join(params.get("scopes", ())),
            str(device["signedAt"]),
            auth.get("token") or auth.get("deviceToken") or "",
            device["nonce"],
            _folded(client["platform"]),
            _folded(client.get("deviceFamily", "")),
        )
    )


def _folded(text: str) -> str:
    """Trim, and lower ASCII letters alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text.strip())
