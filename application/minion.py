"""Instances and snapshots as Minions: the records that people and other tools read."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.ports.view import (
    INSTANCE_TYPE,
    SNAPSHOT_TYPE,
    Minion,
    Relation,
)
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.secret import SecretReference, references_in

if TYPE_CHECKING:
    from openclaw_manager.domain.snapshot import Snapshot

_RELATIONS = UUID("e1f0a8a4-52a5-4f0e-9a55-0f9d6a7c2b18")


def minion_of(instance: Instance, secrets: Mapping[str, str]) -> Minion:
    """Show an instance with its secrets; one that is not in ``secrets`` is left out."""
    return _present(
        id=str(instance.id),
        title=instance.name,
        minionTypeId=INSTANCE_TYPE,
        status="active",
        tags=instance.tags,
        createdAt=iso(instance.registered_on),
        updatedAt=iso(instance.changed_on),
        deletedAt=iso(instance.removed_at),
        fields=_fields(instance, secrets),
    )


def shown(instance: Instance) -> Minion:
    """Show an instance with fingerprints in place of its secrets."""
    references = references_in(instance.credentials).values()
    return minion_of(instance, {one["ref"]: one["fingerprint"] for one in references})


def snapshot_minion(snapshot: "Snapshot", config: str | None) -> Minion:
    """Show a snapshot; ``config`` is the configuration in it, as JSON text, where there is one."""
    captured_at = iso(snapshot.created_on)
    return _present(
        id=str(snapshot.id),
        title=f"Snapshot {captured_at}",
        minionTypeId=SNAPSHOT_TYPE,
        status="active",
        tags=[],
        createdAt=captured_at,
        updatedAt=captured_at,
        fields=_present(
            instanceId=snapshot.instance_id,
            capturedAt=captured_at,
            config=config,
            agentCount=snapshot.agent_count,
            channelCount=snapshot.channel_count,
            modelCount=snapshot.model_count,
        ),
    )


def belongs_to_instance(snapshot: "Snapshot") -> Relation:
    """Say of which instance a snapshot is."""
    return _relation("parent_of", snapshot.instance_id, str(snapshot.id), snapshot.created_on)


def follows(snapshot: "Snapshot") -> Relation | None:
    """Say which snapshot was before this one, if any was."""
    if snapshot.previous is None:
        return None
    return _relation("follows", str(snapshot.id), snapshot.previous, snapshot.created_on)


def _relation(kind: str, source: str, target: str, at: datetime) -> Relation:
    return Relation(
        id=str(uuid5(_RELATIONS, f"{kind} {source} {target}")),
        sourceId=source,
        targetId=target,
        type=kind,
        createdAt=iso(at),
        metadata={},
    )


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
