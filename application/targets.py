"""From instances to targets: what may be shown to each gateway, fetched all at once."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from openclaw_manager.application.ports.gateway_link import Device, Target
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import SecretMissing, StoreDamaged, StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.secret import SecretReference, references_in

if TYPE_CHECKING:
    from openclaw_manager.application.own_device import OwnDevice
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.application.ports.secret_store import SecretStore


class Targets:
    """Puts targets together. ``platform`` is what a new device says that it runs on."""

    def __init__(
        self, secrets: "SecretStore", keys: "DeviceKeys", own_device: "OwnDevice", platform: str
    ) -> None:
        self._secrets = secrets
        self._keys = keys
        self._own_device = own_device
        self._platform = platform

    def of(self, instances: Sequence[Instance]) -> list[Target]:
        """Show each gateway what its instance has, and a device only where one was paired.

        Raises ``SecretMissing``, and ``StoreDamaged`` for a device key that cannot be read.
        """
        targets: list[Target] = []
        for found in self.found(instances):
            if isinstance(found, StoreError):
                raise found
            targets.append(found)
        return targets

    def found(self, instances: Sequence[Instance]) -> list[Target | StoreError]:
        """Put together what can be; the error that ``of`` raises stands for each other one."""
        wanted = [references_in(instance.credentials) for instance in instances]
        secrets = self._secrets.get(one["ref"] for each in wanted for one in each.values())
        return [
            self._target_or_error(instance, each, secrets)
            for instance, each in zip(instances, wanted, strict=True)
        ]

    def _target_or_error(
        self,
        instance: Instance,
        wanted: Mapping[str, SecretReference],
        secrets: Mapping[str, str],
    ) -> Target | StoreError:
        as_device = instance.pairing is not None
        try:
            return self._target(instance, wanted, secrets, as_device=as_device)
        except (SecretMissing, StoreDamaged) as error:
            return error

    def for_pairing(self, instance: Instance) -> Target:
        """Show a gateway the device that it shall take in, and give a new token.

        Raises ``SecretMissing``.
        """
        wanted = references_in(instance.credentials)
        wanted.pop("device_token", None)
        secrets = self._secrets.get(one["ref"] for one in wanted.values())
        return self._target(instance, wanted, secrets, as_device=True)

    def _target(
        self,
        instance: Instance,
        wanted: Mapping[str, SecretReference],
        secrets: Mapping[str, str],
        *,
        as_device: bool,
    ) -> Target:
        values = _looked_up(instance.name, wanted, secrets)
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


def _looked_up(
    name: str, wanted: Mapping[str, SecretReference], secrets: Mapping[str, str]
) -> dict[str, str]:
    """Look up what may be shown; less than the log says would look like a refusal."""
    for kind, reference in wanted.items():
        if reference["ref"] not in secrets:
            raise SecretMissing(kind.replace("_", " "), name)
    return {kind: secrets[reference["ref"]] for kind, reference in wanted.items()}
