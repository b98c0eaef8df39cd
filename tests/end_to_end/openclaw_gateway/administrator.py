"""The gateway's owner, who sees and does there what the console cannot."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from end_to_end.openclaw_gateway.connection import call, challenge, introduction, opened

_SCOPES = ["operator.admin", "operator.pairing", "operator.read", "operator.write"]


@dataclass(frozen=True, slots=True)
class Administrator:
    """A device of its own, which the gateway pairs at its first connection over loopback.

    Without a device 2026.3.28 would allow it nothing. What it signs is composed here and not
    by the program, so the two prove each other.
    """

    url: str
    token: str = field(repr=False)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate, repr=False)

    @property
    def device_id(self) -> str:
        """What the gateway calls this device."""
        return hashlib.sha256(self.key.public_key().public_bytes_raw()).hexdigest()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call one method, on a connection of its own; raises ``GatewayRefused``."""
        with opened(self.url) as connection:
            call(connection, "connect", self._introduction(challenge(connection)))
            return call(connection, method, params)

    def devices(self) -> tuple[dict[str, set[str]], set[str]]:
        """Tell the scopes of every paired device, by its id, and the ids of pending requests."""
        listed = self.ask("device.pair.list")
        return (
            {device["deviceId"]: set(device["scopes"]) for device in listed["paired"]},
            {request["requestId"] for request in listed["pending"]},
        )

    def _introduction(self, challenge: dict[str, Any]) -> dict[str, Any]:
        said = introduction(self.token) | {"role": "operator", "scopes": _SCOPES}
        signed = "|".join(
            [
                *("v3", self.device_id, "cli", "cli", "operator", ",".join(_SCOPES)),
                *(str(challenge["ts"]), self.token, challenge["nonce"], "linux", ""),
            ]
        )
        device = {
            "id": self.device_id,
            "publicKey": _encoded(self.key.public_key().public_bytes_raw()),
            "signature": _encoded(self.key.sign(signed.encode())),
            "signedAt": challenge["ts"],
            "nonce": challenge["nonce"],
        }
        return said | {"device": device}


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
