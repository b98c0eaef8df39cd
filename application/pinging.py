"""Pinging: how gateways are reached, and what is recorded of it."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.gateway_link import GatewayLink
from openclaw_manager.application.probing import (
    Probe,
    admit_issued,
    instances_of,
    present_instances,
    visit_each,
)
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.caution import Caution, expires_soon
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import Provenance

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import CredentialDesk
    from openclaw_manager.application.ports.clock import Clock


class Finding(NamedTuple):
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
    """Reaches the gateways that were chosen, and records what was found.

    The two steps are apart since only the first waits for the network, and only the second
    works on the store.
    """

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: "CredentialDesk",
        link: GatewayLink,
        clock: "Clock",
    ) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._link = link
        self._clock = clock

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
        interruption, or in spite of a fault of this program, is not lost.
        """

        async def reach_one(probe: Probe) -> None:
            outcome = await self._link.ping(probe.target, timeout=timeout)
            found(Finding(probe, self._clock.now(), outcome))

        await visit_each(probes, reach_one, concurrency=concurrency)

    def record(self, findings: Sequence[Finding], reason: str | None = None) -> None:
        """Record all findings in one transaction.

        An instance that was removed or moved meanwhile is left as it is. Raises a ``StoreError``.
        """
        tokens = admit_issued(
            self._desk, ((finding.probe, finding.outcome.device_token) for finding in findings)
        )
        by = self._facts.provenance(reason)
        replaced: list[str] = []

        def decide() -> list[Instance]:
            replaced.clear()
            instances = instances_of([finding.probe for finding in findings], self._log)
            for finding in findings:
                instance = instances[finding.probe.instance_id]
                if instance.removed_at is not None or instance.url != finding.probe.target.url:
                    continue
                instance.record_ping(finding.outcome, Provenance(finding.at, by.actor, by.reason))
                if instance.id in tokens:
                    replaced.extend(instance.change_credentials(tokens[instance.id].changes, by))
            return list(instances.values())

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
        present = [one for one in present_instances(self._log) if one.gateway_id in recognised]
        pairs = [(recognised[twin.gateway_id or ""], twin) for twin in present]
        return [(probe.name, twin.name) for probe, twin in pairs if twin.id != probe.instance_id]


def _differs(found: str | None, expected: str | None) -> bool:
    return None not in (found, expected) and found != expected
