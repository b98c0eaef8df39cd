"""Pinging: how gateways are contacted, and what is recorded of it."""

import asyncio
from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.gateway_link import GatewayLink, Target
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.caution import Caution, expires_soon
from openclaw_manager.domain.errors import InstanceRemoved
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import Provenance

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import CredentialDesk


@dataclass(frozen=True, slots=True)
class Probe:
    """An instance that is to be pinged, and the id of the gateway that is expected there."""

    instance_id: UUID
    name: str
    target: Target
    gateway_id: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the ping of one instance found, and when it had found it (UTC)."""

    probe: Probe
    at: datetime
    outcome: PingOutcome

    @property
    def cautions(self) -> list[Caution]:
        """What to warn of, although the gateway may well be reachable."""
        target, outcome = self.probe.target, self.outcome
        found = {
            Caution.GATEWAY_REPLACED: _differs(outcome.gateway_id, self.probe.gateway_id),
            Caution.CERTIFICATE_EXPIRES: outcome.certificate is not None
            and expires_soon(outcome.certificate.expires_at, self.at),
            Caution.TOKEN_IN_PLAIN: target.token is not None
            and GatewayUrl(target.url).is_plain_to_another_machine,
        }
        return [caution for caution, applies in found.items() if applies]


class Pinging:
    """Chooses instances, reaches their gateways, and records what was found.

    The three steps are apart since the first and the last work on the store, and only the one
    between them waits for the network.
    """

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: "CredentialDesk",
        targets: Targets,
        link: GatewayLink,
        clock: Clock,
    ) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._targets = targets
        self._link = link
        self._clock = clock

    def choose(self, selectors: Iterable[str]) -> list[Probe]:
        """Find the instances that are meant, each once, in the order in which they are named.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``,
        ``SecretMissing``.
        """
        directory = LogDirectory(self._log)
        ids = dict.fromkeys(UUID(select(selector, directory).id) for selector in selectors)
        instances = [self._log.instance(id_) for id_ in ids]
        for instance in instances:
            if instance.removed_at is not None:
                raise InstanceRemoved(instance.name, instance.removed_at)
        return self._probes(instances)

    def choose_all(self) -> list[Probe]:
        """Take every instance that is not removed, by name; raises ``SecretMissing``."""
        return self._probes(sorted(self._all(), key=lambda one: one.name.casefold()))

    def _probes(self, instances: Sequence[Instance]) -> list[Probe]:
        targets = self._targets.of(instances)
        return [
            Probe(one.id, one.name, target, one.gateway_id)
            for one, target in zip(instances, targets, strict=True)
        ]

    async def reach(
        self,
        probes: Iterable[Probe],
        *,
        timeout: float,
        concurrency: int,
        found: Callable[[Finding], None],
    ) -> None:
        """Ping each gateway within ``timeout`` seconds, at most ``concurrency`` at once.

        Hands every finding over as soon as there is one, so that what was found before an
        interruption is not lost.
        """
        places = asyncio.Semaphore(concurrency)

        async def reach_one(probe: Probe) -> None:
            async with places:
                outcome = await self._link.ping(probe.target, timeout=timeout)
            found(Finding(probe, self._clock.now(), outcome))

        async with asyncio.TaskGroup() as group:
            for probe in probes:
                group.create_task(reach_one(probe))

    def record(self, findings: Sequence[Finding], reason: str | None = None) -> None:
        """Record all findings in one transaction.

        An instance that was removed or moved meanwhile is left as it is. Raises a ``StoreError``.
        """
        tokens = {
            finding.probe.instance_id: self._desk.admit_device_token(
                finding.probe.instance_id, token
            )
            for finding in findings
            if (token := finding.outcome.device_token)
            and token != finding.probe.target.device_token
        }
        by = self._facts.provenance(reason)
        replaced: list[str] = []

        def decide() -> list[Instance]:
            replaced.clear()
            instances = [self._log.instance(finding.probe.instance_id) for finding in findings]
            for instance, finding in zip(instances, findings, strict=True):
                if instance.removed_at is not None or instance.url != finding.probe.target.url:
                    continue
                instance.record_ping(finding.outcome, Provenance(finding.at, by.actor, by.reason))
                if instance.id in tokens:
                    replaced.extend(instance.change_credentials(tokens[instance.id].changes, by))
            return instances

        secrets = ChainMap(*(admitted.secrets for admitted in tokens.values()))
        self._facts.record(decide, keep=secrets, drop=replaced)

    def twins(self, findings: Iterable[Finding]) -> list[tuple[str, str]]:
        """Find the other instances that are gateways which were recognised just now.

        Returns pairs of names: of the instance that was pinged, and of its twin.
        """
        recognised = {
            finding.outcome.gateway_id: finding.probe
            for finding in findings
            if finding.outcome.gateway_id and finding.probe.gateway_id is None
        }
        if not recognised:
            return []
        present = [one for one in self._all() if one.gateway_id in recognised]
        pairs = [(recognised[twin.gateway_id or ""], twin) for twin in present]
        return [(probe.name, twin.name) for probe, twin in pairs if twin.id != probe.instance_id]

    def _all(self) -> list[Instance]:
        instances = map(self._log.instance, self._log.ids_beginning(""))
        return [instance for instance in instances if instance.removed_at is None]


def _differs(found: str | None, expected: str | None) -> bool:
    return None not in (found, expected) and found != expected
