"""A ping that succeeded, without a gateway."""

from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step, TimedStep


def a_success() -> PingOutcome:
    """Make what a healthy gateway leads to."""
    return PingOutcome(
        condition=Condition.OK,
        latency_ms=0.61,
        connect_ms=23.4,
        version="2026.9.6",
        dialect=Dialect.OPENCLAW,
        protocol=4,
        steps=(TimedStep(Step.ROUND_TRIP, 0.61, ok=True),),
    )
