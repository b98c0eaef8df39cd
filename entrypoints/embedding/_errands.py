"""Verbs that visit gateways, each in three parts: from the store, to the network, and home."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from openclaw_manager._translation import capture_result, instance_of, pair_result, ping_result
from openclaw_manager.application.probing import Probe
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.entrypoints.composition.embedded import argument
from openclaw_manager.entrypoints.composition.settings import taken
from openclaw_manager.results import (
    CaptureResult,
    FleetResult,
    PairResult,
    PingResult,
    PresentedGateway,
)

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import CaptureFinding, Capturing
    from openclaw_manager.application.pairing import Applicant, Pairing
    from openclaw_manager.application.pinging import Finding, Pinging
    from openclaw_manager.application.probing import Probes
    from openclaw_manager.application.snapshot_view import SnapshotView
    from openclaw_manager.application.trusting import Known, Presented, Trusting
    from openclaw_manager.domain.errors import StoreError
    from openclaw_manager.domain.ping import PingOutcome
    from openclaw_manager.domain.section import Section
    from openclaw_manager.entrypoints.composition.container import Container

Result_co = TypeVar("Result_co", covariant=True)

Choose = Callable[["Probes"], "tuple[list[Probe], dict[str, StoreError]]"]
"""Finds the instances to visit; the errors say, by name, who cannot be."""


def single(selector: str) -> Choose:
    """Choose the one instance that is meant."""
    return lambda probes: (probes.choose([selector]), {})


def several(selectors: Iterable[str] | None, labels: str | None) -> Choose:
    """Choose those that are named, or have the labels, or else all."""
    if selectors is not None:
        return lambda probes: (probes.choose(selectors), {})
    if labels is not None:
        return lambda probes: probes.choose_labelled(LabelSelector.parse(labels))
    return lambda probes: probes.choose_all()


class Errand(Protocol[Result_co]):
    """A visit to gateways; only ``go`` is called on a loop, the others where the store is."""

    def prepare(self, parts: "Container") -> None:
        """Take from the store what the visit needs; what is refused is refused here."""
        ...

    async def go(self) -> None:
        """Visit the gateways, and keep what was found."""
        ...

    def rescue(self) -> None:
        """Record what was found before it was broken off, wherever that was."""
        ...

    def finish(self) -> Result_co:
        """Record what was found, and tell it."""
        ...


def given_or_set(parts: "Container", key: str, given: Any) -> Any:
    """Take what was given, or else the setting; raises ``InvalidSetting``."""
    return getattr(parts.settings(), key) if given is None else taken(key, given, argument(key))


class _Fleet:
    """The instances to visit, and within which limits; None stands for the setting."""

    def __init__(
        self, choose: Choose, timeout: float | None, concurrency: int | None, reason: str | None
    ) -> None:
        self._choose = choose
        self._given = {"timeout": timeout, "concurrency": concurrency}
        self._reason = reason
        self._probes: list[Probe] = []
        self._lost: dict[str, StoreError] = {}
        self._timeout = 0.0
        self._concurrency = 1

    def prepare(self, parts: "Container") -> None:
        """Check the limits and the reason, and choose the instances."""
        limits = {key: given_or_set(parts, key, given) for key, given in self._given.items()}
        self._timeout, self._concurrency = limits["timeout"], limits["concurrency"]
        parts.facts().provenance(self._reason)
        self._probes, self._lost = self._choose(parts.probes())


class Ping(_Fleet):
    """Pings instances, and records what was found."""

    _pinging: "Pinging"

    def __init__(
        self, choose: Choose, timeout: float | None, concurrency: int | None, reason: str | None
    ) -> None:
        super().__init__(choose, timeout, concurrency, reason)
        self._findings: list[Finding] = []

    def prepare(self, parts: "Container") -> None:
        """Choose the instances."""
        super().prepare(parts)
        self._pinging = parts.pinging()

    async def go(self) -> None:
        """Ping each."""
        await self._pinging.reach(
            self._probes,
            timeout=self._timeout,
            concurrency=self._concurrency,
            found=self._findings.append,
        )

    def finish(self) -> FleetResult[PingResult]:
        """Record what was found."""
        self.rescue()
        found = {one.probe.instance_id: ping_result(one) for one in self._findings}
        return FleetResult(tuple(found[one.instance_id] for one in self._probes), self._lost)

    def rescue(self) -> None:
        """Record what was found so far."""
        if self._findings:
            self._pinging.record(self._findings, self._reason)


class Capture(_Fleet):
    """Asks gateways for what they hold, and keeps the answers."""

    _capturing: "Capturing"

    def __init__(
        self,
        choose: Choose,
        sections: "Sequence[Section]",
        timeout: float | None,
        concurrency: int | None,
        reason: str | None,
    ) -> None:
        super().__init__(choose, timeout, concurrency, reason)
        self._sections = sections
        self._findings: list[CaptureFinding] = []

    def prepare(self, parts: "Container") -> None:
        """Choose the instances."""
        super().prepare(parts)
        self._capturing = parts.capturing()

    async def go(self) -> None:
        """Ask each."""
        await self._capturing.reach(
            self._probes,
            self._sections,
            timeout=self._timeout,
            concurrency=self._concurrency,
            heard=lambda _probe, _section: None,
            found=self._findings.append,
        )

    def finish(self) -> FleetResult[CaptureResult]:
        """Keep what was heard."""
        found = {
            finding.probe.instance_id: capture_result(finding, snapshot)
            for finding, snapshot in zip(self._findings, self._recorded(), strict=True)
        }
        return FleetResult(tuple(found[one.instance_id] for one in self._probes), self._lost)

    def rescue(self) -> None:
        """Keep what was heard so far."""
        self._recorded()

    def _recorded(self) -> "Sequence[SnapshotView | None]":
        return self._capturing.record(self._findings, self._reason) if self._findings else ()


class NothingToRescue:
    """A visit that has nothing to record before its end."""

    def rescue(self) -> None:
        """Leave everything as it is."""


class Pair(NothingToRescue):
    """Asks a gateway to take the device of an instance in."""

    _pairing: "Pairing"
    _applicant: "Applicant"
    _outcome: "PingOutcome"

    def __init__(
        self,
        selector: str,
        scopes: Sequence[str],
        wait: float,
        timeout: float | None,
        reason: str | None,
    ) -> None:
        self._selector = selector
        self._scopes = scopes
        self._wait = wait
        self._given = timeout
        self._reason = reason

    def prepare(self, parts: "Container") -> None:
        """Find the instance, and make the key of this home if it needs one."""
        self._timeout = given_or_set(parts, "timeout", self._given)
        parts.facts().provenance(self._reason)
        self._pairing = parts.pairing()
        self._applicant = self._pairing.choose(self._selector)

    async def go(self) -> None:
        """Ask, and go on asking while somebody has to approve it and there is time."""
        self._outcome = await self._pairing.apply(
            self._applicant,
            self._scopes,
            timeout=self._timeout,
            wait=self._wait,
            pending=lambda _outcome: None,
        )

    def finish(self) -> PairResult:
        """Record that it did, if it did."""
        outcome = self._outcome
        if outcome.device_token is None:
            return pair_result(outcome, None)
        minion = self._pairing.record(self._applicant, outcome, self._reason)
        return pair_result(outcome, instance_of(minion))


class Look(NothingToRescue):
    """Sees what a gateway presents."""

    _trusting: "Trusting"
    _known: "Known"
    _presented: "Presented"

    def __init__(self, selector: str, timeout: float | None) -> None:
        self._selector = selector
        self._given = timeout

    def prepare(self, parts: "Container") -> None:
        """Find the instance."""
        self._timeout = given_or_set(parts, "timeout", self._given)
        self._trusting = parts.trusting()
        self._known = self._trusting.choose(self._selector)

    async def go(self) -> None:
        """Look at its gateway."""
        self._presented = await self._trusting.look(self._known, timeout=self._timeout)

    def finish(self) -> PresentedGateway:
        """Tell it."""
        known, presented = self._known, self._presented
        certificate, failure = presented.certificate, presented.failure
        return PresentedGateway(
            id=str(known.instance_id),
            name=known.name,
            fingerprint=certificate.fingerprint if certificate else None,
            certificate_expires_at=certificate.expires_at if certificate else None,
            gateway_id=presented.gateway_id,
            pinned_fingerprint=known.target.trust.fingerprint,
            expected_gateway_id=known.gateway_id,
            cause=failure.cause if failure else None,
            detail=failure.detail if failure else None,
        )
