"""What everything that handles device keys does, the fake and the real one."""

import pytest

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.device_keys import RsaDeviceKeys
from openclaw_manager.application.ports.device_keys import DeviceKeys, KeyPair
from openclaw_manager.domain.errors import KeyRefused


@pytest.fixture(scope="module", params=[FakeDeviceKeys, RsaDeviceKeys])
def keys(request: pytest.FixtureRequest) -> DeviceKeys:
    return request.param()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def pair(keys: DeviceKeys) -> KeyPair:
    return keys.generate()


@pytest.fixture(scope="module")
def other(keys: DeviceKeys) -> KeyPair:
    return keys.generate()


def test_every_key_made_is_another(pair: KeyPair, other: KeyPair) -> None:
    assert pair.private_pem != other.private_pem
    assert pair.public_pem != other.public_pem


def test_what_was_made_is_admitted_as_it_is(keys: DeviceKeys, pair: KeyPair) -> None:
    assert keys.admit(pair.private_pem, pair.public_pem) == pair


def test_the_public_half_is_derived_where_none_is_given(keys: DeviceKeys, pair: KeyPair) -> None:
    assert keys.admit(pair.private_pem) == pair


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


@pytest.mark.parametrize("text", ["", "no key"])
def test_signing_without_a_key_is_refused_and_never_an_empty_signature(
    keys: DeviceKeys, text: str
) -> None:
    with pytest.raises(KeyRefused):
        keys.sign(text, b"nonce:1")


def test_a_repr_shows_no_private_key(pair: KeyPair) -> None:
    assert pair.private_pem not in repr(pair)
    assert pair.private_pem.splitlines()[1] not in repr(pair)
