"""From what use cases return to what the public package does."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.results import CaptureResult, Instance, PairResult, PingResult

_SECRETS = ("token", "devicePrivateKey")


def instance_in_view(minion: Minion) -> Instance:
    """Translate an entry of the view, which has secrets."""
    fields = minion["fields"]
    hidden = {key: fingerprint(fields[key]) for key in _SECRETS if key in fields}
    return instance_of(minion | {"fields": fields | hidden})


def instance_of(minion: Minion) -> Instance:
    """Translate an entry with fingerprints in the place of secrets.

    Raises ``StoreDamaged`` where another tool wrote something else than a time into the view.
    """
    fields = minion["fields"]
    try:
        return Instance(
            id=minion["id"],
            name=minion["title"],
            url=fields["url"],
            status=fields["status"],
            tags=tuple(minion["tags"]),
            registered_at=datetime.fromisoformat(minion["createdAt"]),
            changed_at=datetime.fromisoformat(minion["updatedAt"]),
            removed_at=_moment(minion.get("deletedAt")),
            condition=fields.get("condition"),
            cause=fields.get("cause"),
            version=fields.get("version"),
            dialect=fields.get("dialect"),
            protocol=fields.get("protocol"),
            last_ping_at=_moment(fields.get("lastPingAt")),
            last_ping_latency_ms=fields.get("lastPingLatencyMs"),
            token=fields.get("token"),
            private_key=fields.get("devicePrivateKey"),
            public_key=fields.get("devicePublicKey"),
            device_id=fields.get("deviceId"),
            scopes=tuple(fields.get("scopes", ())),
            gateway_id=fields.get("gatewayId"),
            tls_fingerprint=fields.get("tlsFingerprint"),
            tls_authorities=fields.get("tlsAuthorities"),
            certificate_expires_at=_moment(fields.get("certificateExpiresAt")),
        )
    except ValueError as error:
        problem = f"has something else where a time of {minion['title']!r} was"
        raise StoreDamaged("data.json", problem) from error


def ping_result(finding: Finding) -> PingResult:
    """Translate what a ping found, without what was shown to the gateway."""
    outcome = finding.outcome
    return PingResult(
        id=str(finding.probe.instance_id),
        name=finding.probe.name,
        at=finding.at,
        condition=outcome.condition,
        cause=outcome.cause,
        detail=outcome.detail,
        latency_ms=outcome.latency_ms,
        connect_ms=outcome.connect_ms,
        version=outcome.version,
        dialect=outcome.dialect,
        protocol=outcome.protocol,
        gateway_id=outcome.gateway_id,
        certificate=outcome.certificate,
        request_id=outcome.request_id,
        steps=outcome.steps,
        cautions=tuple(finding.cautions),
    )


def capture_result(finding: CaptureFinding, snapshot: SnapshotView | None) -> CaptureResult:
    """Translate what a capture found."""
    answer: Any = finding.answer
    refused = isinstance(answer, PingOutcome)
    return CaptureResult(
        id=str(finding.probe.instance_id),
        name=finding.probe.name,
        at=finding.at,
        snapshot=snapshot,
        condition=answer.condition if refused else Condition.OK,
        cause=answer.cause if refused else None,
        detail=answer.detail if refused else None,
        failures={} if refused else answer.failures,
    )


def pair_result(outcome: PingOutcome, instance: Instance | None) -> PairResult:
    """Translate what a pairing led to."""
    return PairResult(
        instance, outcome.condition, outcome.cause, outcome.detail, outcome.request_id
    )


def in_order(ids: Sequence[str], results: Sequence[Any]) -> tuple[Any, ...]:
    """Bring results into the order of the instances; those that were not visited are left out."""
    by_id = {result.id: result for result in results}
    return tuple(by_id[id_] for id_ in ids if id_ in by_id)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
