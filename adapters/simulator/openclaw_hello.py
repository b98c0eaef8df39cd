"""The ``hello-ok`` of OpenClaw, in the shapes recorded from 2026.9.6 and 2026.3.28."""

import secrets
from typing import Any

from openclaw_manager.adapters.simulator.openclaw_admission import Admission
from openclaw_manager.adapters.simulator.openclaw_methods import METHODS
from openclaw_manager.adapters.simulator.openclaw_pairing import DeviceToken
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState

LARGEST_FRAME = 26_214_400
TICK_SECONDS = 30
_EVENTS = ["connect.challenge", "tick", "shutdown"]


def hello_ok(
    admission: Admission, state: OpenClawState, *, host: str, connection_id: str, now: int
) -> dict[str, Any]:
    """Make the payload that answers a ``connect``; it holds secrets, as the real one does."""
    hello: dict[str, Any] = {
        "type": "hello-ok",
        "protocol": state.protocol,
        "server": {"version": state.version, "connId": connection_id},
        "features": {"methods": list(METHODS), "events": _EVENTS},
        "snapshot": state.snapshot(now, admission.scopes),
        "policy": {
            "maxPayload": LARGEST_FRAME,
            "maxBufferedBytes": 2 * LARGEST_FRAME,
            "tickIntervalMs": TICK_SECONDS * 1000,
        },
    }
    token = admission.device_token
    if not state.newest:
        hello["canvasHostUrl"] = f"http://{host}"
        if token is not None:
            # The scopes of the token, and not those that this connection asked for.
            scopes = {"role": admission.role, "scopes": list(token.scopes)}
            hello["auth"] = scopes | _issued(token)
        return hello
    hello["server"] |= {
        "buildId": f"{state.version}-simulated",
        "bootId": state.boot_id,
        "controlUiBuildSource": "bundled",
    }
    hello["features"] |= {"capabilities": ["model-catalog-snapshot"]}
    hello["policy"] |= {"attachments": {"maxBytes": 19_464_192, "maxImageBytes": 6_291_456}}
    hello["pluginSurfaceUrls"] = {
        "canvas": f"http://{host}/__openclaw__/cap/{secrets.token_urlsafe(18)}"
    }
    hello["auth"] = {
        "method": admission.method,
        "role": admission.role,
        "scopes": list(admission.scopes),
        "recoveryScope": secrets.token_urlsafe(32),
    }
    if token is not None:
        hello["auth"] |= {"recoveryMigrationAllowed": True, **_issued(token)}
    return hello


def _issued(token: DeviceToken) -> dict[str, Any]:
    return {"deviceToken": token.value, "issuedAtMs": token.issued_at}
