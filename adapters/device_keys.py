"""Device keys through ``cryptography``: RSA in PEM, as ``openssl`` writes it."""

import base64
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.domain.errors import KeyRefused

_Half = Literal["private", "public"]

_SMALLEST = 2048
_LARGEST = 16384  # OpenSSL computes with no larger one
_LONGEST_PEM = 32768  # characters; a key of 16384 bits takes 13,000

# What stands between the markers ends at the next marker, so that a text of a thousand
# beginnings is read once and not a thousand times.
_BLOCK = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{1,40})-----((?:(?!-----).)*)-----END \1-----", re.DOTALL
)
_OPENSSL_ENCRYPTION = re.compile(
    r"\s*(Proc-Type: 4,ENCRYPTED)\s+(DEK-Info: [A-Z0-9-]+,[A-F0-9]+)\s"
)

_LABELS: dict[_Half, frozenset[str]] = {
    "private": frozenset({"PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}),
    "public": frozenset({"PUBLIC KEY", "RSA PUBLIC KEY"}),
}

# The object identifiers that stand near the beginning of a PKCS#8 or SPKI structure, in DER.
# A key of another kind is refused by its identifier, without loading it: loading depends on
# what OpenSSL was built with, and warns of kinds that cryptography will drop.
_RSA = bytes.fromhex("06092a864886f70d010101")
_OTHER_KINDS = {
    bytes.fromhex("06092a864886f70d01010a"): "RSA-PSS",
    bytes.fromhex("06072a8648ce3d0201"): "EC",
    bytes.fromhex("06072a8648ce380401"): "DSA",
    bytes.fromhex("06092a864886f70d010301"): "Diffie-Hellman",
    bytes.fromhex("06072a8648ce3e0201"): "Diffie-Hellman",
    bytes.fromhex("06032b656e"): "X25519",
    bytes.fromhex("06032b656f"): "X448",
    bytes.fromhex("06032b6570"): "Ed25519",
    bytes.fromhex("06032b6571"): "Ed448",
}
_IDENTIFIER_WITHIN = 40  # bytes


class RsaDeviceKeys:
    """Admits, makes and uses RSA keys of 2048 to 16384 bits.

    What is admitted is written anew, in the structure it came in: the same key has the same
    text, and so the same fingerprint, however its lines were broken.
    """

    def admit(
        self, private_pem: str, public_pem: str | None = None, passphrase: str | None = None
    ) -> KeyPair:
        """Validate a key once and for all; see the port for what is refused."""
        block = _Block.read(private_pem, "private")
        key = _load_private(block, passphrase)
        _check_size(key.key_size, "private")
        _check_numbers(key)
        derived = _spki(key.public_key())
        if public_pem is not None and self.admit_public(public_pem) != derived:
            raise KeyRefused("the public key does not belong to the private key")
        pkcs1 = block.label == "RSA PRIVATE KEY"
        structure = PrivateFormat.TraditionalOpenSSL if pkcs1 else PrivateFormat.PKCS8
        return KeyPair(_private_pem(key, structure), derived)

    def admit_public(self, public_pem: str) -> str:
        """Validate a public key that comes alone, and write it as SPKI."""
        block = _Block.read(public_pem, "public")
        try:
            key = load_pem_public_key(block.pem)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyRefused("the public key is damaged") from error
        if not isinstance(key, RSAPublicKey):
            raise KeyRefused("the public key is not an RSA key, and gateways take no other")
        _check_size(key.key_size, "public")
        return _spki(key)

    def generate(self) -> KeyPair:
        """Make a new RSA key of 2048 bits, as PKCS#8."""
        key = generate_private_key(public_exponent=65537, key_size=_SMALLEST)
        return KeyPair(_private_pem(key, PrivateFormat.PKCS8), _spki(key.public_key()))

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign by RSA PKCS#1 v1.5 with SHA-256.

        The key is loaded each time: without validation that costs a fortieth of the
        signature (0.02 ms of 1 ms), and nothing secret outlives the call.
        """
        try:
            key = load_pem_private_key(
                private_pem.encode(), None, unsafe_skip_rsa_key_validation=True
            )
            if isinstance(key, RSAPrivateKey):
                return key.sign(message, PKCS1v15(), SHA256())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyRefused("the private key cannot be read") from error
        raise KeyRefused("the private key is not an RSA key, and gateways take no other")


@dataclass(frozen=True, slots=True, repr=False)
class _Block:
    """The one PEM block of a text: its label, and the block written without decoration."""

    label: str
    pem: bytes
    encrypted: bool

    @classmethod
    def read(cls, text: str, half: _Half) -> "_Block":
        r"""Find the one key in a text; raises ``KeyRefused`` if there is none of this half.

        Environment files and forms turn line ends into ``\n`` or spaces: both are undone.
        """
        if len(text) > _LONGEST_PEM:
            raise KeyRefused(f"what was given as the {half} key is too long for a key")
        lines = text.replace("\\r", "").replace("\\n", "\n")
        found = _BLOCK.findall(lines)
        blocks = [block for block in found if not block[0].endswith(" PARAMETERS")] or found
        if not blocks:
            raise KeyRefused(_why_no_block(lines, half))
        if len(blocks) > 1:
            raise KeyRefused(
                f"what was given as the {half} key is {len(blocks)} PEM blocks, and one is needed"
            )
        [(label, body)] = blocks
        _check_label(label, half)
        headers = _OPENSSL_ENCRYPTION.match(body)
        encoded = "".join(body[headers.end() if headers else 0 :].split())
        try:
            der = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise KeyRefused(f"the {half} key is damaged: its text is not base64") from error
        if label in ("PRIVATE KEY", "PUBLIC KEY"):
            _check_kind(der, half)
        declared = "\n".join(headers.groups()) + "\n\n" if headers else ""
        pem = f"-----BEGIN {label}-----\n{declared}{encoded}\n-----END {label}-----\n"
        return cls(label, pem.encode(), encrypted=bool(headers) or label.startswith("ENCRYPTED"))


def _why_no_block(text: str, half: _Half) -> str:
    if text.lstrip().startswith(("ssh-", "ecdsa-")):
        return _openssh(half)
    if "-----BEGIN " in text:
        return f"the {half} key is damaged: its PEM block has no end that fits its beginning"
    return f"what was given as the {half} key is not a key in PEM"


def _openssh(half: _Half) -> str:
    return f"the {half} key is in OpenSSH's own format, and only PKCS#1, PKCS#8 and SPKI are taken"


def _check_label(label: str, half: _Half) -> None:
    if label in _LABELS[half]:
        return
    other = "public" if half == "private" else "private"
    if label.endswith(f"{other.upper()} KEY"):
        raise KeyRefused(f"what was given as the {half} key is a {other} key")
    if label.startswith("OPENSSH"):
        raise KeyRefused(_openssh(half))
    if label in ("EC PRIVATE KEY", "DSA PRIVATE KEY"):
        raise KeyRefused(_of_kind(label.removesuffix(" PRIVATE KEY"), half))
    if label.endswith("CERTIFICATE"):
        raise KeyRefused(f"what was given as the {half} key is a certificate")
    raise KeyRefused(f"what was given as the {half} key is no key, but a {label}")


def _of_kind(kind: str, half: _Half) -> str:
    return f"the {half} key is of kind {kind}, and gateways take RSA only"


def _check_kind(der: bytes, half: _Half) -> None:
    beginning = der[:_IDENTIFIER_WITHIN]
    if _RSA in beginning:
        return
    for identifier, kind in _OTHER_KINDS.items():
        if identifier in beginning:
            raise KeyRefused(_of_kind(kind, half))
    raise KeyRefused(f"the {half} key is damaged, or of a kind that gateways do not take")


def _load_private(block: _Block, passphrase: str | None) -> RSAPrivateKey:
    """Load a key without validating its numbers; a passphrase that is not needed is ignored."""
    if block.encrypted and not passphrase:
        raise KeyRefused("the private key is encrypted, and no passphrase was given")
    try:
        password = (passphrase or "").encode(errors="surrogateescape") if block.encrypted else None
        key = load_pem_private_key(block.pem, password, unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm as error:
        raise KeyRefused("the private key is encrypted in a way that is not known here") from error
    except ValueError as error:
        damaged = "the private key is damaged"
        locked = "the passphrase does not open the private key"
        raise KeyRefused(locked if block.encrypted else damaged) from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyRefused(_of_kind(type(key).__name__.removesuffix("PrivateKey"), "private"))
    return key


def _check_size(bits: int, half: _Half) -> None:
    if bits < _SMALLEST:
        raise KeyRefused(f"the {half} key has {bits} bits, and gateways take {_SMALLEST} or more")
    if bits > _LARGEST:
        raise KeyRefused(f"the {half} key has {bits} bits, which is more than {_LARGEST}")


def _check_numbers(key: RSAPrivateKey) -> None:
    """Check that the primes are prime and everything else follows from them (40 ms)."""
    try:
        key.private_numbers().private_key()
    except ValueError as error:
        raise KeyRefused("the private key is damaged: its numbers do not fit together") from error


def _private_pem(key: RSAPrivateKey, structure: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, structure, NoEncryption()).decode()


def _spki(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
