"""From instances to targets: what may be shown to each gateway, fetched all at once."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openclaw_manager.application.ports.device_keys import DeviceKeys
from openclaw_manager.application.ports.gateway_link import Device, Target
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import SecretMissing
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.secret import references_in

if TYPE_CHECKING:
    from openclaw_manager.application.own_device import OwnDevice


class Targets:
    """Puts targets together. ``platform`` is what a new device says that it runs on."""

    def __init__(
        self, secrets: SecretStore, keys: DeviceKeys, own_device: "OwnDevice", platform: str
    ) -> None:
        self._secrets = secrets
        self._keys = keys
        self._own_device = own_device
        self._platform = platform

    def of(self, instances: Sequence[Instance]) -> list[Target]:
        """Show each gateway what its instance has, and a device only where one was paired.

        Raises ``SecretMissing``.
        """
        references = [
            secret["ref"]
            for instance in instances
            for secret in references_in(instance.credentials).values()
        ]
        secrets = self._secrets.get(references)
        return [self._target(one, secrets, as_device=one.pairing is not None) for one in instances]

    def for_pairing(self, instance: Instance) -> Target:
        """Show a gateway the device that it shall take in; raises ``SecretMissing``."""
        references = references_in(instance.credentials).values()
        secrets = self._secrets.get(secret["ref"] for secret in references)
        return self._target(instance, secrets, as_device=True)

    def _target(self, instance: Instance, secrets: Mapping[str, str], *, as_device: bool) -> Target:
        values = _values(instance, secrets)
        private_key = values.get("private_key")
        return Target(
            url=instance.url,
            token=values.get("token"),
            private_key=private_key,
            device=self._device(instance, private_key) if as_device else None,
            device_token=values.get("device_token"),
            dialect=Dialect(instance.dialect) if instance.dialect else None,
            trust=instance.trust,
        )

    def _device(self, instance: Instance, private_key: str | None) -> Device:
        """Be the device that the instance brought a key for, or else the one of this home."""
        platform = instance.pairing["platform"] if instance.pairing else self._platform
        brought = instance.credentials["public_key"]
        if private_key and brought and self._keys.kind(private_key) is KeyKind.ED25519:
            return Device(private_key, brought, platform)
        own = self._own_device.device_made_if_missing()
        return Device(own.private_pem, own.public_pem, platform)


def _values(instance: Instance, secrets: Mapping[str, str]) -> dict[str, str]:
    """Look up what may be shown; less than the log says would look like a refusal."""
    values = {}
    for kind, secret in references_in(instance.credentials).items():
        if secret["ref"] not in secrets:
            raise SecretMissing(kind.replace("_", " "), instance.name)
        values[kind] = secrets[secret["ref"]]
    return values
