"""Device keys without cryptography: texts that look like PEM, and hashes for signatures."""

import re
from hashlib import sha256

from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import InvalidSignature, KeyRefused

_PRIVATE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL
)
_PUBLIC = re.compile(
    r"-----BEGIN [A-Z ]*PUBLIC KEY-----.*-----END [A-Z ]*PUBLIC KEY-----", re.DOTALL
)


class FakeDeviceKeys:
    """Takes every text with the markers of a PEM for a key; the public half is its hash.

    A key whose label says ``ENCRYPTED`` opens with any passphrase that is not empty. One with
    ``ed25519`` in its text is of that kind, and every other one is of RSA.
    """

    def __init__(self) -> None:
        self._made = 0

    def admit(
        self, private_pem: str, public_pem: str | None = None, passphrase: str | None = None
    ) -> KeyPair:
        """Admit what looks like a private key, and a public half that was derived from it."""
        if not _PRIVATE.fullmatch(private_pem.strip()):
            raise KeyRefused("what was given as the private key is not a key in PEM")
        if "ENCRYPTED" in private_pem and not passphrase:
            raise KeyRefused("the private key is encrypted, and no passphrase was given")
        opened = private_pem.strip().replace("ENCRYPTED ", "") + "\n"
        kind = self.kind(opened)
        derived = _pem("PUBLIC KEY", f"{kind}-{sha256(opened.encode()).hexdigest()}")
        if public_pem is not None and self.admit_public(public_pem) != derived:
            raise KeyRefused("the public key does not belong to the private key")
        return KeyPair(opened, derived, kind)

    def admit_public(self, public_pem: str) -> str:
        """Admit what looks like a public key."""
        if not _PUBLIC.fullmatch(public_pem.strip()):
            raise KeyRefused("what was given as the public key is not a key in PEM")
        return public_pem.strip() + "\n"

    def generate(self, kind: KeyKind) -> KeyPair:
        """Make the next key: the first, the second ..."""
        self._made += 1
        return self.admit(_pem("PRIVATE KEY", f"fake-{kind}-{self._made}"))

    def kind(self, pem: str) -> KeyKind:
        """Tell the kind by its name in the text."""
        if not _PRIVATE.fullmatch(pem.strip()) and not _PUBLIC.fullmatch(pem.strip()):
            raise KeyRefused("what was given as the private key is not a key in PEM")
        return KeyKind.ED25519 if KeyKind.ED25519 in pem else KeyKind.RSA

    def raw_public(self, public_pem: str) -> bytes:
        """Hash the text, which makes 32 bytes too."""
        if self.kind(self.admit_public(public_pem)) is not KeyKind.ED25519:
            raise KeyRefused("the public key is not an Ed25519 key")
        return sha256(public_pem.strip().encode()).digest()

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Hash the public half with the message, which anybody could."""
        if not _PRIVATE.fullmatch(private_pem.strip()):
            raise KeyRefused("the private key cannot be read")
        return sha256(self.admit(private_pem).public_pem.encode() + message).digest()

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> None:
        """Do the same again."""
        self.raw_public(public_pem)
        if signature != sha256(public_pem.encode() + message).digest():
            raise InvalidSignature


def _pem(label: str, body: str) -> str:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"
