"""Pinging: the one moment at which gateways are contacted, and what is recorded of it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from openclaw_manager.application.credentials import CredentialDesk
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.gateway_link import GatewayLink, Target
from openclaw_manager.application.ports.secret_store import SecretStore
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.domain.errors import InstanceRemoved
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect, PingOutcome
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.secret import references_in


@dataclass(frozen=True, slots=True)
class Probe:
    """An instance that is to be pinged."""

    instance_id: UUID
    name: str
    target: Target


@dataclass(frozen=True, slots=True)
class Finding:
    """What the ping of one instance found, and when it had found it (UTC)."""

    probe: Probe
    at: datetime
    outcome: PingOutcome


class Pinging:
    """Chooses instances, reaches their gateways, and records what was found.

    The three steps are apart since the first and the last work on the store, and only the one
    between them waits for the network.
    """

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: CredentialDesk,
        secrets: SecretStore,
        link: GatewayLink,
        clock: Clock,
    ) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._secrets = secrets
        self._link = link
        self._clock = clock

    def choose(self, selectors: Iterable[str]) -> list[Probe]:
        """Find the instances that are meant, each once, in the order in which they are named.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``.
        """
        directory = LogDirectory(self._log)
        ids = dict.fromkeys(UUID(select(selector, directory).id) for selector in selectors)
        instances = [self._log.instance(id_) for id_ in ids]
        for instance in instances:
            if instance.removed_at is not None:
                raise InstanceRemoved(instance.name, instance.removed_at)
        return self._probes(instances)

    def choose_all(self) -> list[Probe]:
        """Take every instance that is not removed, by name."""
        instances = map(self._log.instance, self._log.ids_beginning(""))
        present = [instance for instance in instances if instance.removed_at is None]
        return self._probes(sorted(present, key=lambda instance: instance.name.casefold()))

    def _probes(self, instances: Sequence[Instance]) -> list[Probe]:
        refs = [
            secret["ref"]
            for instance in instances
            for secret in references_in(instance.credentials).values()
        ]
        secrets = self._secrets.get(refs)
        return [Probe(one.id, one.name, _target(one, secrets)) for one in instances]

    async def reach(
        self,
        probes: Iterable[Probe],
        *,
        timeout: float,  # the budget of each ping, not of this call
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

        An instance that was removed meanwhile is left as it is. Raises a ``StoreError``.
        """
        tokens = {
            finding.probe.instance_id: self._desk.admit_device_token(
                finding.probe.instance_id, finding.outcome.device_token
            )
            for finding in findings
            if finding.outcome.device_token not in (None, finding.probe.target.device_token)
        }
        by = self._facts.provenance(reason)

        def decide() -> list[Instance]:
            instances = [self._log.instance(finding.probe.instance_id) for finding in findings]
            for instance, finding in zip(instances, findings, strict=True):
                if instance.removed_at is not None:
                    continue
                instance.record_ping(finding.outcome, Provenance(finding.at, by.actor, by.reason))
                if instance.id in tokens:
                    instance.change_credentials(tokens[instance.id].changes, by)
            return instances

        for admitted in tokens.values():
            self._secrets.put(admitted.secrets)
        self._facts.record(decide)


def _target(instance: Instance, secrets: dict[str, str]) -> Target:
    values = {
        kind: secrets.get(secret["ref"])
        for kind, secret in references_in(instance.credentials).items()
    }
    return Target(
        url=instance.url,
        token=values.get("token"),
        private_key=values.get("private_key"),
        device_token=values.get("device_token"),
        dialect=Dialect(instance.dialect) if instance.dialect else None,
    )
