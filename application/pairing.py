"""Pairing: becoming a device that a gateway knows. The one thing that changes a gateway."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from openclaw_manager.application.credentials import CredentialDesk
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.minion import shown
from openclaw_manager.application.ports.gateway_link import GatewayLink, Target
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.errors import InstanceRemoved
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import PingOutcome

# A request waits for a person, who takes seconds at best; gateways keep it for five minutes.
_BETWEEN_TRIES = 2.0
_READ = "operator.read"


@dataclass(frozen=True, slots=True)
class Applicant:
    """An instance that is to be paired, with the device that it will be."""

    instance_id: UUID
    name: str
    target: Target


class Pairing:
    """Pairs instances with their gateways, and undoes that."""

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: CredentialDesk,
        targets: Targets,
        link: GatewayLink,
    ) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._targets = targets
        self._link = link

    def choose(self, selector: str) -> Applicant:
        """Find the instance that is meant, and make the key of this home if it needs one.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``,
        ``SecretMissing``.
        """
        instance = self._find(selector)
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        return Applicant(instance.id, instance.name, self._targets.for_pairing(instance))

    async def apply(
        self,
        applicant: Applicant,
        scopes: Sequence[str],
        *,
        timeout: float,
        wait: float,
        pending: Callable[[PingOutcome], None],
    ) -> PingOutcome:
        """Ask the gateway to take the device in.

        Reading is always asked for, since a device that may not read cannot be pinged.
        Where a person must approve that first, ``pending`` is told once for each request, and
        the gateway is asked again for ``wait`` seconds; then the outcome still has the cause
        ``pairing-required``. A refusal is not tried again.
        """
        wanted = list(dict.fromkeys((_READ, *scopes)))
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        told = None
        while True:
            outcome = await self._link.pair(applicant.target, wanted, timeout=timeout)
            if outcome.cause is not Cause.PAIRING_REQUIRED or outcome.request_id is None:
                return outcome
            if outcome.request_id != told:
                told = outcome.request_id
                pending(outcome)
            if loop.time() + _BETWEEN_TRIES > until:
                return outcome
            await asyncio.sleep(_BETWEEN_TRIES)

    def record(
        self, applicant: Applicant, outcome: PingOutcome, reason: str | None = None
    ) -> Minion:
        """Record that the gateway took the device in; raises ``InstanceRemoved``."""
        device, token = applicant.target.device, outcome.device_token
        assert device is not None, "an applicant is one"
        assert token is not None, "a gateway that takes a device in gives it a token"
        admitted = self._desk.admit_device_token(applicant.instance_id, token)
        reference = admitted.changes["device_token"]
        assert reference is not None, "it was just drawn"
        by = self._facts.provenance(reason)
        replaced: list[str] = []

        def decide() -> tuple[Instance]:
            instance = self._log.instance(applicant.instance_id)
            replaced[:] = instance.pair(outcome, device.platform, reference, by)
            return (instance,)

        (instance,) = self._facts.record(decide, keep=admitted.secrets, drop=replaced)
        return shown(instance)

    def undo(self, selector: str, reason: str | None = None) -> tuple[Minion, str]:
        """Stop being a device; raises ``InstanceNotPaired`` and ``InstanceRemoved``.

        Returns the instance, and the id of the device under which the gateway still knows it.
        """
        paired = self._find(selector)
        instance_id = paired.id
        device_id = paired.pairing["device_id"] if paired.pairing else ""
        by = self._facts.provenance(reason)
        replaced: list[str] = []

        def decide() -> tuple[Instance]:
            instance = self._log.instance(instance_id)
            replaced[:] = instance.unpair(by)
            return (instance,)

        (instance,) = self._facts.record(decide, drop=replaced)
        return shown(instance), device_id

    def _find(self, selector: str) -> Instance:
        return self._log.instance(UUID(select(selector, LogDirectory(self._log)).id))
