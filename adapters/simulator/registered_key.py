"""The device key that a simulated gateway knows, and what was signed with it."""

import base64
import binascii
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
