"""What an instance can show a gateway, and who we say we are."""

import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.application.ports.gateway_link import Device, Target
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused
from openclaw_manager.domain.secret import repr_without

if TYPE_CHECKING:
    from openclaw_manager.application.ports.device_keys import DeviceKeys

READ = "operator.read"

Sign = Callable[[bytes], bytes]
"""Signs with a key that it keeps to itself; raises ``KeyRefused`` if that cannot be read."""


class ShownDevice(NamedTuple):
    """A device as the OpenClaw protocol knows it.

    ``id`` is the SHA-256 of the raw public key in lower-case hex, and ``public_key`` that key
    as base64url without padding (measured on 2026.9.6 and 2026.3.28).
    """

    id: str
    public_key: str
    platform: str
    sign: Sign

    @classmethod
    def with_key(cls, raw_public: bytes, platform: str, sign: Sign) -> "ShownDevice":
        """Name a device by its public key."""
        encoded = urlsafe_b64encode(raw_public).rstrip(b"=").decode()
        return cls(sha256(raw_public).hexdigest(), encoded, platform, sign)


class Identity(NamedTuple):
    """What may be shown, and with which scopes.

    ``sign`` signs with the key that was registered, and is None where there is none;
    ``key_kind`` is None where that cannot be told. ``device`` is for gateways of the OpenClaw
    dialect alone.
    """

    token: str | None = None
    device_token: str | None = None
    sign: Sign | None = None
    key_kind: KeyKind | None = None
    device: ShownDevice | None = None
    scopes: tuple[str, ...] = (READ,)

    def __repr__(self) -> str:
        return repr_without(self, "token", "device_token", "sign", "device")

    @property
    def pairing(self) -> bool:
        """Whether the device is shown in order to be paired: else it has a token to show."""
        return self.device is not None and self.device_token is None

    @property
    def token_cause(self) -> Cause:
        """What is wrong when a gateway does not take the token."""
        return Cause.TOKEN_MISMATCH if self.token else Cause.TOKEN_MISSING

    @property
    def key_cause(self) -> Cause:
        """What is wrong when a gateway does not take the answer to its challenge."""
        return Cause.DEVICE_KEY_REFUSED if self.sign else Cause.DEVICE_KEY_MISSING


def shown_in_ping(target: Target, keys: "DeviceKeys") -> Identity:
    """Show a device only with the token of its pairing: a gateway would pair it otherwise."""
    paired = target.device is not None and target.device_token is not None
    key = target.private_key
    return Identity(
        token=target.token,
        device_token=target.device_token,
        sign=partial(keys.sign, key) if key else None,
        key_kind=_kind(key, keys) if key else None,
        device=_shown(target.device, keys) if target.device and paired else None,
    )


def shown_in_pairing(target: Target, scopes: Sequence[str], keys: "DeviceKeys") -> Identity:
    """Show the device with the shared token, whatever token an earlier pairing left."""
    assert target.device is not None, "pairing is about a device"
    device = _shown(target.device, keys)
    return Identity(token=target.token, device=device, scopes=tuple(scopes))


def _kind(private_key: str, keys: "DeviceKeys") -> KeyKind | None:
    try:
        return keys.kind(private_key)
    except KeyRefused:
        return None  # signing with it will say more


def _shown(device: Device, keys: "DeviceKeys") -> ShownDevice:
    try:
        raw = keys.raw_public(device.public_key)
    except KeyRefused as problem:
        raise Failure(Cause.DEVICE_KEY_REFUSED, f"not shown: {problem}") from problem
    return ShownDevice.with_key(raw, device.platform, partial(keys.sign, device.private_key))


class Client(NamedTuple):
    """Who we say we are: a product token of the form ``name/version``."""

    user_agent: str
    platform: str = sys.platform

    @property
    def version(self) -> str:
        """The version alone."""
        return self.user_agent.rpartition("/")[2]
