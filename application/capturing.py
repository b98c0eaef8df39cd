"""Capturing: how gateways are asked for what they hold, and what is recorded of it."""

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.observing import observe
from openclaw_manager.application.ports.gateway_link import Capture, GatewayLink, Target
from openclaw_manager.application.probing import Probe, admit_issued, visit_each
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.snapshot_view import SnapshotView, view_of
from openclaw_manager.domain.content.canonical import content_hash
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.outline import Outline
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import FactKeeper, Provenance
from openclaw_manager.domain.secret import OWN_DEVICE, repr_without
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.snapshot import Observation, Snapshot
from openclaw_manager.domain.stored_content import StoredContent

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import CredentialDesk
    from openclaw_manager.application.ports.clock import Clock
    from openclaw_manager.application.ports.secret_store import SecretStore


class CaptureFinding(NamedTuple):
    """What one gateway answered, and when it had (UTC).

    ``answer`` says what became of each section (``contents`` of those that were heard,
    ``failures`` of the others), or, as an outcome that is never ok, why there was no
    connection. ``device_token`` is a secret that the gateway issued on the way.
    """

    probe: Probe
    at: datetime
    answer: Observation | PingOutcome
    device_token: str | None = None

    def __repr__(self) -> str:
        return repr_without(self, "device_token")

    @property
    def has_anything(self) -> bool:
        """Whether at least one section was heard; otherwise there is nothing to record."""
        return _heard_in(self) is not None

    @property
    def is_from_another_gateway(self) -> bool:
        """Whether another gateway answered than the one that was expected there."""
        expected = self.probe.gateway_id
        found = self.answer.gateway_id
        return None not in (expected, found) and expected != found


class Capturing:
    """Asks the gateways that were chosen, and records what they said.

    The two steps are apart since only the first waits for the network, and only the second
    writes to the store.
    """

    def __init__(
        self,
        log: EventLog,
        facts: FactRecorder,
        desk: "CredentialDesk",
        secrets: "SecretStore",
        link: GatewayLink,
        clock: "Clock",
    ) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk
        self._secrets = secrets
        self._link = link
        self._clock = clock

    async def reach(
        self,
        probes: Iterable[Probe],
        sections: Sequence[Section],
        *,
        timeout: float,
        concurrency: int,
        heard: Callable[[Probe, Section], None],
        found: Callable[[CaptureFinding], None],
    ) -> None:
        """Ask each gateway for these sections, at most ``concurrency`` gateways at once.

        Getting to a gateway takes at most ``timeout`` seconds, and so does each of its
        answers. ``heard`` is called as each section is decided, well or not; every finding is
        handed over as soon as there is one. It has no secrets any more but for the one that
        the gateway issued. Raises a ``StoreError`` before any gateway is asked.
        """
        own_key = self._secrets.get([OWN_DEVICE]).get(OWN_DEVICE)

        async def reach_one(probe: Probe) -> None:
            answer = await self._link.capture(
                probe.target, sections, timeout=timeout, heard=lambda one: heard(probe, one)
            )
            found(self._finding(probe, answer, own_key))

        await visit_each(probes, reach_one, concurrency=concurrency)

    def _finding(
        self, probe: Probe, answer: Capture | PingOutcome, own_key: str | None
    ) -> CaptureFinding:
        at = self._clock.now()
        if isinstance(answer, PingOutcome):
            return CaptureFinding(probe, at, answer, answer.device_token)
        secrets = _secrets_of(probe.target, own_key, answer.device_token)
        seen = self._with_new_texts(observe(answer, secrets))
        return CaptureFinding(probe, at, seen, answer.device_token)

    def _with_new_texts(self, seen: Observation) -> Observation:
        """Let go of what the log has already: that of a thousand gateways takes much room."""
        known: set[str] = set()
        with suppress(StoreError):  # then it is for the recording to say so
            known = self._log.known_contents(seen.texts)
        return seen._replace(
            texts={hash_: text for hash_, text in seen.texts.items() if hash_ not in known}
        )

    def record(
        self, findings: Sequence[CaptureFinding], reason: str | None = None
    ) -> list[SnapshotView | None]:
        """Record a snapshot of each finding of which anything was heard, in one transaction.

        Returns the snapshots in the order of the findings; None where nothing was heard, and
        where the instance was removed or moved meanwhile. Raises a ``StoreError``.
        """
        by = self._facts.provenance(reason)
        tokens = admit_issued(
            self._desk, ((finding.probe, finding.device_token) for finding in findings)
        )
        ids = [uuid4() for _ in findings]
        replaced: list[str] = []
        views: list[SnapshotView | None] = []

        def decide() -> list[FactKeeper]:
            replaced.clear()
            recording = _Recording(self._log, findings)
            views[:] = [
                recording.take(finding, id_, Provenance(finding.at, by.actor, by.reason))
                for finding, id_ in zip(findings, ids, strict=True)
            ]
            for instance_id, admitted in tokens.items():
                instance = recording.instances[instance_id]
                if instance.removed_at is None:
                    replaced.extend(instance.change_credentials(admitted.changes, by))
            return recording.everything

        secrets = ChainMap(*(admitted.secrets for admitted in tokens.values()))
        self._facts.record(decide, keep=secrets, drop=replaced)
        return views


class _Recording:
    """What is decided on the findings at one state of the log."""

    def __init__(self, log: EventLog, findings: Sequence[CaptureFinding]) -> None:
        ids = dict.fromkeys(finding.probe.instance_id for finding in findings)
        self.instances = {id_: log.instance(id_) for id_ in ids}
        self._log = log
        self._new: dict[str, StoredContent] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._outlines: dict[str, Outline] = {}

    @property
    def everything(self) -> list[FactKeeper]:
        """All aggregates to be saved."""
        return [*self._new.values(), *self._snapshots.values(), *self.instances.values()]

    def take(self, finding: CaptureFinding, id_: UUID, by: Provenance) -> SnapshotView | None:
        """Make a snapshot of a finding, where there is anything to make it of."""
        instance, seen = self.instances[finding.probe.instance_id], _heard_in(finding)
        if seen is None or not _is_still_there(instance, finding.probe):
            return None
        outline = self._outline(instance.last_snapshot, seen.outline)
        text = outline.text()
        hash_ = content_hash(text)
        self._keep({**seen.texts, hash_: text}, by)
        values = outline.values_of(seen.outline)
        before = instance.last_snapshot
        snapshot = Snapshot.capture(id_, instance.id, before, seen, hash_, values, by)
        self._snapshots[str(id_)] = snapshot
        self._outlines[hash_] = outline
        instance.keep_snapshot(snapshot.id, by)
        return view_of(snapshot, outline, instance.name)

    def _outline(self, latest: str | None, seen: Outline) -> Outline:
        """Take the outline of the snapshot before, where it fits."""
        if latest is None:
            return seen
        snapshot = self._snapshots.get(latest) or self._log.snapshot(UUID(latest))
        before = self._outlines.get(snapshot.outline) or self._log.outline(snapshot)
        return before if before.fits(seen) else seen

    def _keep(self, texts: Mapping[str, str], by: Provenance) -> None:
        """Store what the log does not have, each text once."""
        known = self._log.known_contents(texts.keys())
        for hash_, text in texts.items():
            if hash_ not in known:
                self._new[hash_] = StoredContent.store(hash_, text, by)


def _heard_in(finding: CaptureFinding) -> Observation | None:
    answer = finding.answer
    return answer if isinstance(answer, Observation) and answer.contents else None


def _is_still_there(instance: Instance, probe: Probe) -> bool:
    return instance.removed_at is None and instance.url == probe.target.url


def _secrets_of(target: Target, own_key: str | None, issued: str | None) -> list[str]:
    """List all that its gateway may echo of what we know, and nobody else should."""
    secrets = (
        target.token,
        target.private_key,
        target.device_token,
        target.device and target.device.private_key,
        own_key,
        issued,
    )
    return [secret for secret in secrets if secret]
