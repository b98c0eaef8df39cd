"""From findings to outcomes, and from a peer's words to words that can be shown and stored."""

from openclaw_manager.adapters.gateway.conversation import Health, Hello, SelfDescription
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.progress import Progress, rounded
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.text import is_printable

_LONGEST = 200


def failed(failure: Failure, target: Target, progress: Progress) -> PingOutcome:
    """Tell that there was no round trip."""
    return PingOutcome(
        condition=failure.cause.condition,
        cause=failure.cause,
        detail=plain(failure.detail, target),
        dialect=progress.dialect,
        certificate=progress.certificate,
        request_id=failure.request_id,
        steps=progress.steps,
    )


def succeeded(
    hello: Hello,
    health: Health,
    who: SelfDescription,
    target: Target,
    progress: Progress,
    *,
    connect_ms: float,
    latency_ms: float,
) -> PingOutcome:
    """Tell that there was one, and whether the gateway says that it is well."""
    ready = health.fault is None
    return PingOutcome(
        condition=Condition.OK if ready else Condition.DEGRADED,
        cause=None if ready else health.cause,
        detail=plain(health.fault, target),
        latency_ms=rounded(latency_ms),
        connect_ms=rounded(connect_ms),
        version=plain(hello.version, target),
        dialect=progress.dialect,
        protocol=hello.protocol,
        device_id=plain(hello.device_id, target),
        scopes=tuple(filter(None, (plain(scope, target) for scope in hello.scopes))),
        gateway_id=who.gateway_id,
        certificate=progress.certificate,
        steps=progress.steps,
        device_token=hello.device_token,
    )


def plain(text: str | None, target: Target) -> str | None:
    """Bring a text that a peer had a hand in onto one line, without the secrets it was shown.

    A gateway may repeat in an error or a close reason what it was sent, and this is logged.
    """
    if text is None:
        return None
    line = " ".join(text.split())
    if not is_printable(line):
        line = "".join(filter(is_printable, line))
    for secret in filter(None, (target.token, target.device_token)):
        line = line.replace(secret, "…")
    return line[:_LONGEST] or None
