"""The need to tell good device keys from bad ones, and to sign with them."""

from typing import NamedTuple, Protocol

from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.secret import repr_without


class KeyPair(NamedTuple):
    """A device key that was found good: both halves as PEM, the private one unencrypted."""

    private_pem: str
    public_pem: str
    kind: KeyKind

    def __repr__(self) -> str:
        return repr_without(self, "private_pem")


class DeviceKeys(Protocol):
    """Admits, makes and uses device keys: Ed25519, and RSA of 2048 bits or more."""

    def admit(
        self, private_pem: str, public_pem: str | None = None, passphrase: str | None = None
    ) -> KeyPair:
        """Validate a key once and for all, deriving the public half where none is given.

        The private half is PKCS#1 or PKCS#8, the public half PKCS#1 or SPKI; the result
        carries the public half as SPKI. Raises ``KeyRefused`` for anything else: no key, a
        kind or size that gateways do not take, an encrypted key without the passphrase that
        opens it, halves that do not belong together.
        """
        ...

    def admit_public(self, public_pem: str) -> str:
        """Validate a public key that comes alone; returns it as SPKI. Raises ``KeyRefused``."""
        ...

    def generate(self, kind: KeyKind) -> KeyPair:
        """Make a new key, RSA ones of 2048 bits, the private half as PKCS#8."""
        ...

    def kind(self, pem: str) -> KeyKind:
        """Tell the kind of a private or public key that was admitted."""
        ...

    def raw_public(self, public_pem: str) -> bytes:
        """Give the 32 bytes of an Ed25519 public key that was admitted."""
        ...

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign with a key that was admitted: Ed25519, or RSA PKCS#1 v1.5 with SHA-256.

        Does not validate the key again: for RSA that takes a hundred times as long as signing.
        Raises ``KeyRefused`` if the key cannot be read.
        """
        ...

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> None:
        """Make sure that the other half of this Ed25519 key signed a message.

        The key was admitted. Raises ``InvalidSignature``, and ``KeyRefused`` for one of
        another kind.
        """
        ...
