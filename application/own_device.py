"""The device that this manager is to OpenClaw gateways: one key for the home."""

from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import DeviceKeyDamaged, KeyRefused
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.secret import OWN_DEVICE, repr_without


class DeviceKey(NamedTuple):
    """A device key with the id by which gateways know it: the SHA-256 of its raw public half."""

    id: str
    private_pem: str
    public_pem: str

    def __repr__(self) -> str:
        return repr_without(self, "private_pem")


class OwnDevice:
    """Keeps the Ed25519 key of this home in its secret store."""

    def __init__(self, keys: DeviceKeys, secrets: SecretStore) -> None:
        self._keys = keys
        self._secrets = secrets

    def device(self) -> DeviceKey | None:
        """Read the key; None where none was needed yet.

        Raises ``DeviceKeyDamaged``, or another ``StoreError``.
        """
        kept = self._secrets.get([OWN_DEVICE]).get(OWN_DEVICE)
        if kept is None:
            return None
        try:
            pair = self._keys.admit(kept)
            raw = self._keys.raw_public(pair.public_pem)
        except KeyRefused as error:
            raise DeviceKeyDamaged from error
        return DeviceKey(sha256(raw).hexdigest(), pair.private_pem, pair.public_pem)

    def device_made_if_missing(self) -> DeviceKey:
        """Read the key, or make it. Of two processes that make one at once, the first wins."""
        device = self.device()
        if device is None:
            # The store refuses to use a reference twice, so a second key never replaces one.
            with suppress(ValueError):
                self._secrets.put({OWN_DEVICE: self._keys.generate(KeyKind.ED25519).private_pem})
            device = self.device()
        assert device is not None, "it was just put, by us or by another process"
        return device

    def replace(self) -> DeviceKey:
        """Erase the key, whatever stands in its place, and make another.

        Gateways that know the one of before refuse the other until it is paired with them.
        """
        self._secrets.erase([OWN_DEVICE])
        return self.device_made_if_missing()

    def users(self, instances: Iterable[Instance]) -> list[Instance]:
        """Choose those that are paired, and as this device and not one of their own."""
        return [one for one in instances if one.pairing is not None and not self._has_own(one)]

    def _has_own(self, instance: Instance) -> bool:
        public_pem = instance.credentials["public_key"]
        if instance.credentials["private_key"] is None or public_pem is None:
            return False
        return self._keys.kind(public_pem) is KeyKind.ED25519
