"""The device that this manager is to OpenClaw gateways: one key for the home, for ever."""

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256

from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused, StoreDamaged

REFERENCE = "device/ed25519"


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device key with the id by which gateways know it: the SHA-256 of its raw public half."""

    id: str
    private_pem: str = field(repr=False)
    public_pem: str


class OwnDevice:
    """Keeps the Ed25519 key of this home in its secret store."""

    def __init__(self, keys: DeviceKeys, secrets: SecretStore) -> None:
        self._keys = keys
        self._secrets = secrets

    def device(self) -> DeviceKey | None:
        """Read the key; None where none was needed yet. Raises a ``StoreError``."""
        kept = self._secrets.get([REFERENCE]).get(REFERENCE)
        if kept is None:
            return None
        try:
            pair = self._keys.admit(kept)
        except KeyRefused as error:
            problem = "holds something else where the device key of this home was"
            raise StoreDamaged("the secret store", problem) from error
        id_ = sha256(self._keys.raw_public(pair.public_pem)).hexdigest()
        return DeviceKey(id_, pair.private_pem, pair.public_pem)

    def device_made_if_missing(self) -> DeviceKey:
        """Read the key, or make it. Of two processes that make one at once, the first wins."""
        device = self.device()
        if device is None:
            # The store refuses to use a reference twice, so a second key never replaces one.
            with suppress(ValueError):
                self._secrets.put({REFERENCE: self._keys.generate(KeyKind.ED25519).private_pem})
            device = self.device()
        assert device is not None, "it was just put, by us or by another process"
        return device
