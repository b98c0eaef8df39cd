"""Gateways without a network: each answers as it is told to, by its URL."""

import asyncio
from collections.abc import Callable, Sequence

from openclaw_manager.application.ports.gateway_link import Capture, Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed

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
    the next of ``pairings``, and ``certificates`` are presented at their URLs. What
    ``captures`` have for a URL answers a capture, and sections they lack are not offered. A
    gateway that is ``silent`` never answers, and ``meanwhile`` runs while a ping or a capture
    is on its way.
    """

    def __init__(self) -> None:
        self.answers: dict[str, PingOutcome] = {}
        self.pairings: list[PingOutcome] = []
        self.certificates: dict[str, Certificate] = {}
        self.captures: dict[str, Capture | PingOutcome] = {}
        self.silent: set[str] = set()
        self.seen: list[Target] = []
        self.most_at_once = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self._at_once = 0

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        """Answer for the gateway at that URL, or run into the time-out."""
        await self._go_there(target, timeout)
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

    async def capture(
        self,
        target: Target,
        sections: Sequence[Section],
        *,
        timeout: float,
        heard: Callable[[Section], None],
    ) -> Capture | PingOutcome:
        """Answer with the capture at that URL, cut to the sections that were asked for."""
        await self._go_there(target, timeout)
        if target.url in self.silent:
            return PingOutcome(Condition.DOWN, Cause.TIMEOUT)
        captured = self.captures.get(target.url, NOBODY_LISTENS)
        if isinstance(captured, PingOutcome):
            return captured
        not_offered = SectionFailed(SectionCause.NOT_OFFERED)
        for section in sections:
            heard(section)
        answers = {section: captured.answers.get(section, not_offered) for section in sections}
        return captured._replace(answers=answers)

    async def _go_there(self, target: Target, timeout: float) -> None:
        self.seen.append(target)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(timeout if target.url in self.silent else 0)
        finally:
            self._at_once -= 1
        self.meanwhile()
