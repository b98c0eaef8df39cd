"""How a simulated gateway tells right credentials from wrong ones: secrets and an RSA key."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from openclaw_manager.domain.errors import KeyRefused

_SMALLEST = 2048


def same_secret(presented: str, expected: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(
        presented.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )


def bearer_matches(authorization: Sequence[str], expected: str) -> bool:
    """Whether the ``Authorization`` headers of a request are one, with the right bearer token."""
    if len(authorization) != 1:
        return False
    scheme, _, token = authorization[0].partition(" ")
    return scheme.lower() == "bearer" and same_secret(token.strip(), expected)


class RegisteredKey:
    """An RSA public key of 2048 bits or more; signatures are PKCS#1 v1.5 with SHA-256."""

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.device_id = sha256(spki).hexdigest()

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Read a PEM, SPKI or PKCS#1; raises ``KeyRefused`` for anything else."""
        try:
            key = load_pem_public_key(pem.strip().encode())
        except Exception as unreadable:  # cryptography documents no single base class
            raise KeyRefused("the public key is not a public key in PEM") from unreadable
        if not isinstance(key, RSAPublicKey):
            raise KeyRefused("the public key is not an RSA key")
        if key.key_size < _SMALLEST:
            raise KeyRefused(f"the public key has {key.key_size} bits, and {_SMALLEST} are needed")
        return cls(key)

    def signed(self, message: bytes, signature: str) -> bool:
        """Whether this is the signature of that message, in standard base64 with padding."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, message, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True
