"""Whether the device that a client shows is its own: id, time, nonce and signature.

Measured on 2026.9.6 and 2026.3.28, and in this order.
"""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from openclaw_manager.adapters.simulator.openclaw_refusals import (
    Refusal,
    device_id_mismatch,
    nonce_mismatch,
    signature_expired,
    signature_invalid,
)
from openclaw_manager.adapters.simulator.openclaw_schema import Connect

_TOLERANCE_MS = 120_000
_RAW_KEY_BYTES = 32


class DeviceKey(NamedTuple):
    """A public key, and the bytes whose SHA-256 is the id of its device.

    What is no key at all has bytes too, and so an id; only its signatures fit nothing.
    """

    content: bytes
    key: Ed25519PublicKey | RSAPublicKey | None

    @property
    def device_id(self) -> str:
        """The id that a device with this key must have."""
        return sha256(self.content).hexdigest()

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether this is the signature of that text."""
        message = text.encode(errors="surrogatepass")
        try:
            if isinstance(self.key, RSAPublicKey):
                self.key.verify(signature, message, PKCS1v15(), SHA256())
            elif self.key is not None:
                self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return self.key is not None


def read_device_key(text: str, *, newest: bool) -> DeviceKey:
    """Read a public key: PEM, or raw in URL-safe or standard base64, padded or not.

    2026.3.28 takes RSA keys too, as PEM; 2026.9.6 takes Ed25519 keys only.
    """
    if not text.lstrip().startswith("-----BEGIN"):
        raw = _decoded(text)
        is_raw_key = len(raw) == _RAW_KEY_BYTES
        return DeviceKey(raw, Ed25519PublicKey.from_public_bytes(raw) if is_raw_key else None)
    try:
        key = load_pem_public_key(text.encode())
    except Exception:  # noqa: BLE001 - cryptography documents no single base class
        return DeviceKey(b"", None)
    if isinstance(key, Ed25519PublicKey):
        return DeviceKey(key.public_bytes_raw(), key)
    if isinstance(key, RSAPublicKey) and not newest:
        return DeviceKey(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), key)
    return DeviceKey(b"", None)


def problem_with_device(
    connect: Connect, device: Mapping[str, Any], *, nonce: str, now: int, newest: bool
) -> Refusal | None:
    """Verify a device against the challenge; ``now`` is the gateway's clock in milliseconds."""
    key = read_device_key(device["publicKey"], newest=newest)
    if not key.content or device["id"] != key.device_id:
        return device_id_mismatch()
    if abs(now - device["signedAt"]) > _TOLERANCE_MS:
        return signature_expired()
    if device["nonce"] != nonce:
        return nonce_mismatch()
    signature = _decoded(device["signature"])
    if not any(key.signed(text, signature) for text in signed_texts(connect, device)):
        return signature_invalid()
    return None


def signed_texts(connect: Connect, device: Mapping[str, Any]) -> tuple[str, str]:
    """Make the two texts of which a device may have signed either: v3, and v2 before it."""
    shown = (connect.auth.get(name) for name in ("token", "deviceToken", "bootstrapToken"))
    fields = (
        device["id"],
        connect.client_id,
        connect.mode,
        connect.role,
        ",".join(connect.scopes),
        str(device["signedAt"]),
        next(filter(None, shown), ""),
        device["nonce"],
    )
    described = (as_signed(connect.platform), as_signed(connect.family))
    return "|".join(("v3", *fields, *described)), "|".join(("v2", *fields))


def as_signed(text: str) -> str:
    """Write a platform or a device family as it is signed and compared: ASCII in lower case."""
    return "".join(
        character.lower() if character.isascii() else character for character in text.strip()
    )


def _decoded(text: str) -> bytes:
    """Decode base64 of either alphabet; what is none decodes to nothing."""
    unpadded = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4))
    except (binascii.Error, ValueError):
        return b""
