"""What is said of a text that is no device key, or one that was damaged."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused

OPENSSH = "the private key is in OpenSSH's own format, and only PKCS#1, PKCS#8 and SPKI are taken"


@pytest.fixture(scope="module")
def keys() -> PemDeviceKeys:
    return PemDeviceKeys()


@pytest.fixture(scope="module")
def pair(keys: PemDeviceKeys) -> KeyPair:
    return keys.generate(KeyKind.RSA)


@pytest.fixture(scope="module")
def ed25519(keys: PemDeviceKeys) -> KeyPair:
    return keys.generate(KeyKind.ED25519)


def refusal(keys: PemDeviceKeys, private_pem: str) -> str:
    with pytest.raises(KeyRefused) as refused:
        keys.admit(private_pem)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "what was given as the private key is not a key in PEM"),
        ("device.pem", "what was given as the private key is not a key in PEM"),
        ("\ud800\udcff\0", "what was given as the private key is not a key in PEM"),
        ("x" * 100_000, "what was given as the private key is too long for a key"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE",
            "the private key is damaged: its PEM block has no end that fits its beginning",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "the private key is damaged: its PEM block has no end that fits its beginning",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nüñ!\n-----END PRIVATE KEY-----",
            "the private key is damaged: its text is not base64",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
            "the private key is damaged, or of a kind that gateways do not take",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "the private key is damaged",
        ),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nMIIE\n-----END CERTIFICATE REQUEST-----",
            "what was given as the private key is no key, but a CERTIFICATE REQUEST",
        ),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----",
            OPENSSH,
        ),
        (
            "ssh-rsa AAAA me@here",
            OPENSSH,
        ),
    ],
)
def test_a_text_that_is_no_key_is_refused_in_one_sentence(
    keys: PemDeviceKeys, text: str, problem: str
) -> None:
    assert refusal(keys, text) == problem


def test_a_public_key_given_as_the_private_one_is_called_so(
    keys: PemDeviceKeys, pair: KeyPair
) -> None:
    expected = "what was given as the private key is a public key"
    assert refusal(keys, pair.public_pem) == expected


def test_a_private_key_given_as_the_public_one_is_called_so(
    keys: PemDeviceKeys, pair: KeyPair
) -> None:
    with pytest.raises(KeyRefused) as refused:
        keys.admit(pair.private_pem, pair.private_pem)
    assert str(refused.value) == "what was given as the public key is a private key"


def test_two_keys_in_one_text_are_refused(keys: PemDeviceKeys, pair: KeyPair) -> None:
    expected = "what was given as the private key is 2 PEM blocks, and one is needed"
    assert refusal(keys, pair.private_pem + pair.public_pem) == expected


def test_a_key_that_was_cut_is_damaged(keys: PemDeviceKeys, pair: KeyPair) -> None:
    lines = pair.private_pem.splitlines()
    assert "damaged" in refusal(keys, "\n".join([*lines[:10], lines[-1]]))
    lines = pair.public_pem.splitlines()
    with pytest.raises(KeyRefused, match="the public key is damaged"):
        keys.admit_public("\n".join([*lines[:2], lines[-1]]))


@pytest.mark.parametrize("number", ["d", "dmp1", "dmq1", "iqmp", "e"])
def test_a_key_whose_numbers_do_not_fit_together_is_damaged(
    keys: PemDeviceKeys, pair: KeyPair, number: str
) -> None:
    """It could sign, and no gateway would ever accept the signature."""
    expected = "the private key is damaged: its numbers do not fit together"
    assert refusal(keys, with_wrong_number(pair, number)) == expected


def with_wrong_number(pair: KeyPair, number: str) -> str:
    key = load_pem_private_key(pair.private_pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    good = key.private_numbers()
    private = {name: getattr(good, name) for name in ("p", "q", "d", "dmp1", "dmq1", "iqmp")}
    public = {"e": good.public_numbers.e, "n": good.public_numbers.n}
    (private if number in private else public)[number] += 2
    numbers = RSAPrivateNumbers(**private, public_numbers=RSAPublicNumbers(**public))
    bad = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    return bad.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_every_changed_byte_of_a_key_is_refused_as_ours(keys: PemDeviceKeys, pair: KeyPair) -> None:
    """Whatever the damage does to the structure, no error of the library comes through."""
    lines = pair.private_pem.splitlines()
    der = base64.b64decode("".join(lines[1:-1]))
    for position in range(0, len(der), 31):
        damaged = bytearray(der)
        damaged[position] ^= 0x55
        body = base64.b64encode(damaged).decode()
        text = f"{lines[0]}\n{body}\n{lines[-1]}\n"
        said = refusal(keys, text)
        assert body[:40] not in said
        assert body[-40:] not in said


def test_every_changed_byte_of_an_ed25519_key_is_refused_as_ours_or_makes_another_key(
    keys: PemDeviceKeys, ed25519: KeyPair
) -> None:
    """Any 32 bytes are a key, so damage to them shows only where the public half is given."""
    lines = ed25519.private_pem.splitlines()
    der = base64.b64decode(lines[1])
    for position in range(len(der)):
        damaged = bytearray(der)
        damaged[position] ^= 0x55
        body = base64.b64encode(damaged).decode()
        with pytest.raises(KeyRefused) as refused:
            keys.admit(f"{lines[0]}\n{body}\n{lines[-1]}\n", ed25519.public_pem)
        assert body[-20:] not in str(refused.value)


def test_a_public_key_that_is_not_what_it_begins_as_is_refused(keys: PemDeviceKeys) -> None:
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
    der = base64.b64encode(b"\x30\x0e\x06\x03\x2b\x65\x70" + spki).decode()
    text = f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n"
    with pytest.raises(KeyRefused, match="the public key is damaged"):
        keys.admit_public(text)


def test_an_encrypted_key_does_not_tell_its_kind(keys: PemDeviceKeys) -> None:
    text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----\n"
    with pytest.raises(KeyRefused, match="the private key is encrypted"):
        keys.kind(text)


def test_a_public_key_that_is_too_large_is_refused(keys: PemDeviceKeys) -> None:
    modulus = base64.b64encode(public_key_of(16392)).decode()
    text = f"-----BEGIN RSA PUBLIC KEY-----\n{modulus}\n-----END RSA PUBLIC KEY-----\n"
    with pytest.raises(KeyRefused, match="the public key has 16392 bits, which is more than 16384"):
        keys.admit_public(text)


def public_key_of(bits: int) -> bytes:
    """PKCS#1: a sequence of the modulus and the exponent 65537."""
    modulus = b"\0" + b"\xff" * (bits // 8)
    content = b"\x02\x82" + len(modulus).to_bytes(2) + modulus + b"\x02\x03\x01\x00\x01"
    return b"\x30\x82" + len(content).to_bytes(2) + content


def test_a_thousand_beginnings_are_read_once(keys: PemDeviceKeys) -> None:
    said = refusal(keys, "-----BEGIN PRIVATE KEY-----" * 1_000)
    assert "no end that fits" in said


@pytest.mark.parametrize("text", ["", "no key", "-----BEGIN PRIVATE KEY-----", "\ud800"])
def test_signing_with_what_cannot_be_read_is_refused(keys: PemDeviceKeys, text: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        keys.sign(text, b"nonce:1")
    assert str(refused.value) == "the private key cannot be read"
