"""What everything that handles device keys does, the fake and the real one."""

import pytest

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.application.ports.device_keys import DeviceKeys, KeyPair
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import InvalidSignature, KeyRefused


@pytest.fixture(scope="module", params=[FakeDeviceKeys, PemDeviceKeys])
def keys(request: pytest.FixtureRequest) -> DeviceKeys:
    return request.param()  # type: ignore[no-any-return]


@pytest.fixture(scope="module", params=KeyKind)
def kind(request: pytest.FixtureRequest) -> KeyKind:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def pair(keys: DeviceKeys, kind: KeyKind) -> KeyPair:
    return keys.generate(kind)


@pytest.fixture(scope="module")
def other(keys: DeviceKeys, kind: KeyKind) -> KeyPair:
    return keys.generate(kind)


def test_every_key_made_is_another(pair: KeyPair, other: KeyPair) -> None:
    assert pair.private_pem != other.private_pem
    assert pair.public_pem != other.public_pem


def test_what_was_made_is_admitted_as_it_is(keys: DeviceKeys, pair: KeyPair) -> None:
    assert keys.admit(pair.private_pem, pair.public_pem) == pair


def test_the_public_half_is_derived_where_none_is_given(keys: DeviceKeys, pair: KeyPair) -> None:
    assert keys.admit(pair.private_pem) == pair


def test_the_kind_is_told_by_either_half(keys: DeviceKeys, kind: KeyKind, pair: KeyPair) -> None:
    assert pair.kind is kind
    assert keys.kind(pair.private_pem) is kind
    assert keys.kind(pair.public_pem) is kind


def test_halves_of_two_kinds_are_refused(keys: DeviceKeys) -> None:
    rsa, ed25519 = keys.generate(KeyKind.RSA), keys.generate(KeyKind.ED25519)
    with pytest.raises(KeyRefused, match="does not belong to the private key"):
        keys.admit(ed25519.private_pem, rsa.public_pem)


def test_an_ed25519_key_has_32_raw_bytes_of_its_own(keys: DeviceKeys) -> None:
    raw = [keys.raw_public(keys.generate(KeyKind.ED25519).public_pem) for _ in range(2)]
    assert [len(key) for key in raw] == [32, 32]
    assert raw[0] != raw[1]


def test_an_rsa_key_has_no_raw_form(keys: DeviceKeys) -> None:
    with pytest.raises(KeyRefused, match="not an Ed25519 key"):
        keys.raw_public(keys.generate(KeyKind.RSA).public_pem)


def test_space_around_a_key_changes_nothing(keys: DeviceKeys, pair: KeyPair) -> None:
    """The shell takes the last line end of ``"$(cat device.pem)"``."""
    assert keys.admit(pair.private_pem.strip(), pair.public_pem.strip()) == pair
    assert keys.admit(f"\n {pair.private_pem}\n", f"  {pair.public_pem}") == pair


def test_a_public_key_is_admitted_alone(keys: DeviceKeys, pair: KeyPair) -> None:
    assert keys.admit_public(pair.public_pem.strip()) == pair.public_pem


def test_halves_of_two_keys_are_refused(keys: DeviceKeys, pair: KeyPair, other: KeyPair) -> None:
    with pytest.raises(KeyRefused, match="does not belong to the private key"):
        keys.admit(pair.private_pem, other.public_pem)


@pytest.mark.parametrize("text", ["", "device.pem", "-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(keys: DeviceKeys, pair: KeyPair, text: str) -> None:
    for attempt in (
        lambda: keys.admit(text),
        lambda: keys.admit_public(text),
        lambda: keys.admit(pair.private_pem, text),
        lambda: keys.kind(text),
        lambda: keys.raw_public(text),
    ):
        with pytest.raises(KeyRefused):
            attempt()


def test_halves_given_for_each_other_are_refused(keys: DeviceKeys, pair: KeyPair) -> None:
    with pytest.raises(KeyRefused, match="private key"):
        keys.admit(pair.public_pem)
    with pytest.raises(KeyRefused, match="public key"):
        keys.admit_public(pair.private_pem)


def test_a_signature_depends_on_the_key_and_the_message(
    keys: DeviceKeys, pair: KeyPair, other: KeyPair
) -> None:
    signature = keys.sign(pair.private_pem, b"nonce:1")
    assert signature
    assert keys.sign(pair.private_pem, b"nonce:1") == signature
    assert keys.sign(pair.private_pem, b"nonce:2") != signature
    assert keys.sign(other.private_pem, b"nonce:1") != signature


def test_a_signature_fits_its_key_and_its_message_and_no_other(keys: DeviceKeys) -> None:
    one, other = (keys.generate(KeyKind.ED25519) for _ in range(2))
    signature = keys.sign(one.private_pem, b"message")
    keys.verify(one.public_pem, b"message", signature)
    for public, message, signed in (
        (other.public_pem, b"message", signature),
        (one.public_pem, b"another", signature),
        (one.public_pem, b"message", signature[:-1]),
        (one.public_pem, b"message", b""),
    ):
        with pytest.raises(InvalidSignature):
            keys.verify(public, message, signed)


def test_a_signature_of_a_key_of_another_kind_is_not_verified(keys: DeviceKeys) -> None:
    pair = keys.generate(KeyKind.RSA)
    with pytest.raises(KeyRefused):
        keys.verify(pair.public_pem, b"message", keys.sign(pair.private_pem, b"message"))


@pytest.mark.parametrize("text", ["", "no key"])
def test_signing_without_a_key_is_refused_and_never_an_empty_signature(
    keys: DeviceKeys, text: str
) -> None:
    with pytest.raises(KeyRefused):
        keys.sign(text, b"nonce:1")


def test_a_repr_shows_no_private_key(pair: KeyPair) -> None:
    assert pair.private_pem not in repr(pair)
    assert pair.private_pem.splitlines()[1] not in repr(pair)
