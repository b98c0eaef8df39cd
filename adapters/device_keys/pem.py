"""Device keys through ``cryptography``: in PEM, as ``openssl`` writes them."""

from cryptography.exceptions import InvalidSignature as ForgedSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
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

from openclaw_manager.adapters.device_keys.blocks import Block, Half, kind_of_admitted, of_kind
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import InvalidSignature, KeyRefused

_PrivateKey = RSAPrivateKey | Ed25519PrivateKey
_PublicKey = RSAPublicKey | Ed25519PublicKey

_SMALLEST = 2048
_LARGEST = 16384  # OpenSSL computes with no larger one


class PemDeviceKeys:
    """Admits, makes and uses Ed25519 keys, and RSA keys of 2048 to 16384 bits.

    What is admitted is written anew, in the structure it came in: the same key has the same
    text, and so the same fingerprint, however its lines were broken.
    """

    def admit(
        self, private_pem: str, public_pem: str | None = None, passphrase: str | None = None
    ) -> KeyPair:
        """Validate a key once and for all; see the port for what is refused."""
        block = Block.read(private_pem, "private")
        key = _load_private(block, passphrase)
        if isinstance(key, RSAPrivateKey):
            _check_size(key.key_size, "private")
            _check_numbers(key)
        derived = _spki(key.public_key())
        if public_pem is not None and self.admit_public(public_pem) != derived:
            raise KeyRefused("the public key does not belong to the private key")
        pkcs1 = block.label == "RSA PRIVATE KEY"
        structure = PrivateFormat.TraditionalOpenSSL if pkcs1 else PrivateFormat.PKCS8
        return KeyPair(_private_pem(key, structure), derived, _kind_of(key))

    def admit_public(self, public_pem: str) -> str:
        """Validate a public key that comes alone, and write it as SPKI."""
        key = _load_public(Block.read(public_pem, "public"))
        if isinstance(key, RSAPublicKey):
            _check_size(key.key_size, "public")
        return _spki(key)

    def generate(self, kind: KeyKind) -> KeyPair:
        """Make a new key as PKCS#8; one of RSA has 2048 bits."""
        key: _PrivateKey
        if kind is KeyKind.RSA:
            key = generate_private_key(public_exponent=65537, key_size=_SMALLEST)
        else:
            key = Ed25519PrivateKey.generate()
        return KeyPair(_private_pem(key, PrivateFormat.PKCS8), _spki(key.public_key()), kind)

    def kind(self, pem: str) -> KeyKind:
        """Tell the kind by what stands at the beginning of the key."""
        half: Half = "public" if "PUBLIC KEY-----" in pem else "private"
        kind = kind_of_admitted(pem, half) or Block.read(pem, half).kind
        if kind is None:
            raise KeyRefused("the private key is encrypted")
        return kind

    def raw_public(self, public_pem: str) -> bytes:
        """Give the 32 bytes; raises ``KeyRefused`` if the key is not an Ed25519 one."""
        key = _load_public(Block.read(public_pem, "public"))
        if not isinstance(key, Ed25519PublicKey):
            raise KeyRefused("the public key is not an Ed25519 key")
        return key.public_bytes_raw()

    def sign(self, private_pem: str, message: bytes) -> bytes:
        """Sign by Ed25519, or by RSA PKCS#1 v1.5 with SHA-256, as the key is.

        The key is loaded each time: without validation that costs a fortieth of an RSA
        signature (0.02 ms of 1 ms), and nothing secret outlives the call.
        """
        try:
            key = load_pem_private_key(
                private_pem.encode(), None, unsafe_skip_rsa_key_validation=True
            )
            if isinstance(key, RSAPrivateKey):
                return key.sign(message, PKCS1v15(), SHA256())
            if isinstance(key, Ed25519PrivateKey):
                return key.sign(message)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyRefused("the private key cannot be read") from error
        raise KeyRefused(of_kind(_name_of(key), "private"))

    def verify(self, public_pem: str, message: bytes, signature: bytes) -> None:
        """Verify a signature of an Ed25519 key."""
        key = Ed25519PublicKey.from_public_bytes(self.raw_public(public_pem))
        try:
            key.verify(signature, message)
        except ForgedSignature as error:
            raise InvalidSignature from error


def _load_private(block: Block, passphrase: str | None) -> _PrivateKey:
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
    if not isinstance(key, _PrivateKey):
        raise KeyRefused(of_kind(_name_of(key), "private"))
    return key


def _load_public(block: Block) -> _PublicKey:
    try:
        key = load_pem_public_key(block.pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyRefused("the public key is damaged") from error
    if not isinstance(key, _PublicKey):
        raise KeyRefused("the public key is not of the kind that it begins as")
    return key


def _check_size(bits: int, half: Half) -> None:
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


def _kind_of(key: _PrivateKey) -> KeyKind:
    return KeyKind.RSA if isinstance(key, RSAPrivateKey) else KeyKind.ED25519


def _name_of(key: object) -> str:
    return type(key).__name__.removesuffix("PrivateKey")


def _private_pem(key: _PrivateKey, structure: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, structure, NoEncryption()).decode()


def _spki(key: _PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
