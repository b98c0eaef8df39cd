"""Gateways without a network: each answers as it is told to, by its URL."""

import asyncio
from collections.abc import Callable, Sequence

from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome

REACHED = PingOutcome(
    Condition.OK,
    latency_ms=14.2,
    connect_ms=52.5,
    version="2026.9.6",
    dialect=Dialect.OPENCLAW,
    protocol=4,
)
NOBODY_LISTENS = PingOutcome(Condition.DOWN, Cause.CONNECTION_REFUSED, "nobody listens")


class FakeGatewayLink:
    """Answers for the gateways that it was told of; nobody listens at any other URL.

    ``seen`` are the targets of all pings and pairings, in order. A pairing is answered with
    the next of ``pairings``, and ``certificates`` are presented at their URLs. A gateway that
    is ``silent`` never answers, and ``meanwhile`` runs while a ping is on its way.
    """

    def __init__(self) -> None:
        self.answers: dict[str, PingOutcome] = {}
        self.pairings: list[PingOutcome] = []
        self.certificates: dict[str, Certificate] = {}
        self.silent: set[str] = set()
        self.seen: list[Target] = []
        self.most_at_once = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self._at_once = 0

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Answer for the gateway at that URL, or run into the time-out."""
        self.seen.append(target)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(timeout if target.url in self.silent else 0)
        finally:
            self._at_once -= 1
        self.meanwhile()
        if target.url in self.silent:
            return PingOutcome(Condition.DOWN, Cause.TIMEOUT)
        return self.answers.get(target.url, NOBODY_LISTENS)

    async def pair(
        self,
        target: Target,
        scopes: Sequence[str],  # noqa: ARG002 - granted or not as it was told to
        *,
        timeout: float,  # noqa: ARG002 - it answers at once
    ) -> PingOutcome:
        """Give the next answer, whatever the URL and the scopes."""
        self.seen.append(target)
        return self.pairings.pop(0)

    async def certificate(
        self,
        target: Target,
        *,
        timeout: float,  # noqa: ARG002 - it answers at once
    ) -> Certificate | PingOutcome:
        """Present the certificate at that URL."""
        return self.certificates.get(target.url, NOBODY_LISTENS)
