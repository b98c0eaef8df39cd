"""An instance as a Minion: the record that people and other tools read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from openclaw_manager.application.ports.view import INSTANCE_TYPE, Minion
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.secret import SecretReference, references_in


def minion_of(instance: Instance, secrets: Mapping[str, str]) -> Minion:
    """Show an instance with its secrets; one that is not in ``secrets`` is left out."""
    return _present(
        id=str(instance.id),
        title=instance.name,
        minionTypeId=INSTANCE_TYPE,
        status="active",
        tags=instance.tags,
        createdAt=iso(instance.created_on),
        updatedAt=iso(instance.modified_on),
        deletedAt=iso(instance.removed_at),
        fields=_fields(instance, secrets),
    )


def shown(instance: Instance) -> Minion:
    """Show an instance with fingerprints in place of its secrets."""
    references = references_in(instance.credentials).values()
    return minion_of(instance, {one["ref"]: one["fingerprint"] for one in references})


def _fields(instance: Instance, secrets: Mapping[str, str]) -> dict[str, Any]:
    credentials = instance.credentials
    fields = _present(
        url=instance.url,
        token=_value(credentials["token"], secrets),
        deviceId=instance.device_id,
        devicePublicKey=credentials["public_key"],
        devicePrivateKey=_value(credentials["private_key"], secrets),
        status=instance.status,
        lastPingAt=iso(instance.last_ping_at),
        lastPingLatencyMs=instance.last_ping_latency_ms,
        version=instance.version_of_gateway,
        condition=instance.condition,
    )
    if instance.condition is not None:  # then a cause of null says that nothing is wrong
        fields["cause"] = instance.cause
    return fields | _present(
        dialect=instance.dialect,
        protocol=instance.protocol,
        gatewayId=instance.gateway_id,
        scopes=instance.pairing and instance.pairing["scopes"],
        tlsFingerprint=instance.fingerprint,
        tlsAuthorities=instance.authorities,
        certificateExpiresAt=_iso_again(instance.certificate_expires_at),
    )


def _present(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _value(secret: SecretReference | None, secrets: Mapping[str, str]) -> str | None:
    return secrets.get(secret["ref"]) if secret else None


def _iso_again(written: str | None) -> str | None:
    return iso(datetime.fromisoformat(written)) if written else None


def iso(moment: datetime | None) -> str | None:
    """Write a time in UTC with milliseconds and a ``Z``, as every Minion has it."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
