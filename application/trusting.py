"""Trusting: taking a gateway, and its certificate, for the one that is meant from now on."""

from dataclasses import dataclass
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.minion import shown
from openclaw_manager.application.ports.gateway_link import GatewayLink, Target
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import InstanceRemoved
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Certificate, PingOutcome
from openclaw_manager.domain.trust import TlsFingerprint, Trust


@dataclass(frozen=True, slots=True)
class Known:
    """What is taken for granted of an instance until now."""

    instance_id: UUID
    name: str
    target: Target
    gateway_id: str | None


@dataclass(frozen=True, slots=True)
class Presented:
    """What a gateway presents: a certificate where there is TLS, and the id it gives itself.

    ``failure`` says why there is less than was asked for.
    """

    certificate: Certificate | None
    gateway_id: str | None
    failure: PingOutcome | None


class Trusting:
    """Looks at what gateways present, and records what is trusted."""

    def __init__(
        self, log: EventLog, facts: FactRecorder, targets: Targets, link: GatewayLink
    ) -> None:
        self._log = log
        self._facts = facts
        self._targets = targets
        self._link = link

    def choose(self, selector: str) -> Known:
        """Find the instance that is meant.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``,
        ``SecretMissing``.
        """
        instance = self._log.instance(UUID(select(selector, LogDirectory(self._log)).id))
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        (target,) = self._targets.of([instance])
        return Known(instance.id, instance.name, target, instance.gateway_id)

    async def look(self, known: Known, *, timeout: float) -> Presented:
        """See what the gateway presents; nothing secret is shown to a certificate not trusted."""
        certificate: Certificate | None = None
        if GatewayUrl(known.target.url).is_secure:
            found = await self._link.certificate(known.target, timeout=timeout)
            if isinstance(found, PingOutcome):
                return Presented(None, None, found)
            certificate = found
        outcome = await self._link.ping(known.target, timeout=timeout)
        failure = None if outcome.condition.reachable else outcome
        return Presented(certificate, outcome.gateway_id, failure)

    def trust(
        self,
        known: Known,
        fingerprint: TlsFingerprint | None,
        gateway_id: str | None,
        reason: str | None = None,
    ) -> Minion:
        """Pin a certificate, and expect a gateway; None leaves that part as it is."""
        by = self._facts.provenance(reason)

        def decide() -> tuple[Instance]:
            instance = self._log.instance(known.instance_id)
            if fingerprint is not None:
                instance.change_trust(Trust(instance.authorities, fingerprint), by)
            if gateway_id is not None:
                instance.recognise(gateway_id, by)
            return (instance,)

        (instance,) = self._facts.record(decide)
        return shown(instance)
