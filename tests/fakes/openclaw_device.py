"""A device as the clients of OpenClaw show it, made of nothing but the protocol.

It shares no code with the program, so that both sides of a handshake can be tested with it.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CLIENT = {"id": "cli", "version": "0.1.0", "platform": "linux", "mode": "cli"}


def connect_request(**changes: Any) -> str:
    """Write the ``connect`` of a client that shows no device."""
    params = {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": CLIENT,
        "role": "operator",
        "scopes": ["operator.read"],
        "auth": {"token": "right"},
    } | changes
    return request("connect", params)


def request(method: str, params: Any = None, **changes: Any) -> str:
    """Write a request frame."""
    return json.dumps({"type": "req", "id": "1", "method": method, "params": params} | changes)


@dataclass(frozen=True)
class OpenClawDevice:
    """A device with an Ed25519 key of its own."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def id(self) -> str:
        return sha256(self.key.public_key().public_bytes_raw()).hexdigest()

    def answer(self, challenge: str | bytes, *, shown: Any = None, **changes: Any) -> str:
        """Answer a challenge; ``shown`` replaces parts of the device after it has signed."""
        payload = json.loads(challenge)["payload"]
        params = json.loads(connect_request(**changes))["params"]
        client = params["client"]
        auth = params.get("auth", {})
        signed_at = payload["ts"]
        text = "|".join(
            (
                "v3",
                self.id,
                client["id"],
                client["mode"],
                params["role"],
                ",".join(params["scopes"]),
                str(signed_at),
                auth.get("token") or auth.get("deviceToken") or "",
                payload["nonce"],
                client["platform"],
                client.get("deviceFamily", ""),
            )
        )
        device = {
            "id": self.id,
            "publicKey": _encoded(self.key.public_key().public_bytes_raw()),
            "signature": _encoded(self.key.sign(text.encode())),
            "signedAt": signed_at,
            "nonce": payload["nonce"],
        }
        return request("connect", params | {"device": device | (shown or {})})


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
