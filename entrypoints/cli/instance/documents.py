"""What was found at a gateway, as a document for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from openclaw_manager.application.iso_time import iso

if TYPE_CHECKING:
    from openclaw_manager.domain.caution import Caution
    from openclaw_manager.domain.ping import PingOutcome


def ping_document(
    instance_id: UUID,
    name: str,
    at: datetime,
    outcome: "PingOutcome",
    cautions: "Sequence[Caution]",
) -> dict[str, Any]:
    """Tell what one ping found, and when (UTC) it had found it."""
    certificate = outcome.certificate
    return {
        "id": str(instance_id),
        "name": name,
        "at": iso(at),
        "status": outcome.condition.status,
        "condition": outcome.condition,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "latencyMs": outcome.latency_ms,
        "connectMs": outcome.connect_ms,
        "version": outcome.version,
        "dialect": outcome.dialect,
        "protocol": outcome.protocol,
        "gatewayId": outcome.gateway_id,
        "certificateExpiresAt": iso(certificate.expires_at) if certificate else None,
        "warnings": cautions,
        "steps": [{"step": timed.step, "ms": timed.ms, "ok": timed.ok} for timed in outcome.steps],
    }
