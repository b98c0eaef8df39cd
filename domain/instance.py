"""The instance: one registered gateway, and everything that may happen to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from openclaw_manager.domain import watch_events
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Status
from openclaw_manager.domain.device import GrantedPairing
from openclaw_manager.domain.errors import (
    InstanceNotPaired,
    InstanceNotRemoved,
    InstanceRemoved,
    InstanceStillPresent,
)
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import (
    FactKeeper,
    FirstFact,
    Provenance,
    StateSnapshot,
)
from openclaw_manager.domain.secret import (
    NO_CREDENTIALS,
    CredentialChanges,
    Credentials,
    SecretReference,
    no_longer_in,
    references_in,
)
from openclaw_manager.domain.tag import Tag, retagged
from openclaw_manager.domain.trust import TlsFingerprint, Trust
from openclaw_manager.domain.watch_events import (
    InstanceEvent,
    Outage,
    said_of_alert,
    said_of_coming_up,
    said_of_going_down,
    said_of_pings,
)

if TYPE_CHECKING:
    from openclaw_manager.domain.alert import AlertReport
    from openclaw_manager.domain.past import Past
    from openclaw_manager.domain.rollup import PingSummary
    from openclaw_manager.domain.thresholds import Down, Up


class Instance(FactKeeper):
    """One registered gateway: where it is, what it may be shown, and what the last ping found."""

    TOPIC = "instance"

    class_version = 2

    Snapshot = StateSnapshot
    Event = InstanceEvent

    class Registered(InstanceEvent, FirstFact):
        """A gateway became known. Nobody has contacted it yet."""

        TOPIC = "instance.registered"
        name: str
        url: str
        tags: list[str]
        token: SecretReference | None
        private_key: SecretReference | None
        public_key: str | None

    class Adopted(InstanceEvent, FirstFact):
        """An instance that another tool had registered became known, with what that says of it."""

        TOPIC = "instance.adopted"
        name: str
        url: str
        tags: list[str]
        token: SecretReference | None
        private_key: SecretReference | None
        public_key: str | None
        authorities: str | None
        fingerprint: str | None
        created_at: str
        updated_at: str
        removed_at: str | None
        status: str
        last_ping_at: str | None
        last_ping_latency_ms: float | None
        version: str | None
        device_id: str | None

        def apply(self, aggregate: "Instance") -> None:
            """Believe the other tool, until something happens here."""
            aggregate.authorities = self.authorities
            aggregate.fingerprint = self.fingerprint
            aggregate.created_elsewhere_on = datetime.fromisoformat(self.created_at)
            aggregate.changed_elsewhere_on = datetime.fromisoformat(self.updated_at)
            aggregate.removed_at = _moment(self.removed_at)
            aggregate.status = self.status
            aggregate.last_ping_at = _moment(self.last_ping_at)
            aggregate.last_ping_latency_ms = self.last_ping_latency_ms
            aggregate.version_of_gateway = self.version
            aggregate.device_id = self.device_id

    class Pinged(InstanceEvent):
        """A ping succeeded: one authenticated round trip was completed."""

        TOPIC = "instance.pinged"
        condition: str
        cause: str | None
        detail: str | None
        latency_ms: float
        connect_ms: float
        version: str | None
        dialect: str
        protocol: int | None
        device_id: str | None
        certificate_expires_at: str | None

        def apply(self, aggregate: "Instance") -> None:
            """Remember what the gateway said of itself."""
            aggregate.status = Status.REACHABLE.value
            aggregate.condition = self.condition
            aggregate.cause = self.cause
            aggregate.last_ping_at = self.timestamp
            aggregate.last_ping_latency_ms = self.latency_ms
            aggregate.version_of_gateway = self.version
            aggregate.dialect = self.dialect
            aggregate.protocol = self.protocol
            aggregate.certificate_expires_at = self.certificate_expires_at
            if self.device_id is not None:
                aggregate.device_id = self.device_id

    class PingFailed(InstanceEvent):
        """A ping did not succeed; what the last successful one found stays."""

        TOPIC = "instance.ping-failed"
        condition: str
        cause: str
        detail: str | None
        step: str | None

        def apply(self, aggregate: "Instance") -> None:
            """Remember why the gateway could not be reached."""
            aggregate.status = Status.UNREACHABLE.value
            aggregate.condition = self.condition
            aggregate.cause = self.cause

    class GatewayRecognised(InstanceEvent):
        """The gateway at the other end is this one, by the id that it gives itself."""

        TOPIC = "instance.gateway-recognised"
        gateway_id: str

        def apply(self, aggregate: "Instance") -> None:
            """Expect this gateway from now on."""
            aggregate.gateway_id = self.gateway_id

    class Paired(InstanceEvent):
        """The gateway took us in as a device, and says what that device may do."""

        TOPIC = "instance.paired"
        device_id: str
        scopes: list[str]
        platform: str
        device_token: SecretReference

        def apply(self, aggregate: "Instance") -> None:
            """Be that device from now on."""
            aggregate.pairing = GrantedPairing(
                device_id=self.device_id, scopes=self.scopes, platform=self.platform
            )
            aggregate.device_id = self.device_id
            aggregate.credentials = aggregate.credentials | {"device_token": self.device_token}

    class Unpaired(InstanceEvent):
        """We are no device to the gateway any more; it may still list us as one."""

        TOPIC = "instance.unpaired"

        def apply(self, aggregate: "Instance") -> None:
            """Come without a device from now on."""
            aggregate.pairing = None
            aggregate.device_id = None
            aggregate.credentials = aggregate.credentials | {"device_token": None}

    class TrustChanged(InstanceEvent):
        """Something else must vouch for the gateway's certificate from now on."""

        TOPIC = "instance.trust-changed"
        authorities: str | None
        fingerprint: str | None

        def apply(self, aggregate: "Instance") -> None:
            """Take certificates from nobody else."""
            aggregate.authorities = self.authorities
            aggregate.fingerprint = self.fingerprint

    class SnapshotTaken(InstanceEvent):
        """The gateway was asked for what it holds, and what it said is kept as a snapshot."""

        TOPIC = "instance.snapshot-taken"
        snapshot_id: str

        def apply(self, aggregate: "Instance") -> None:
            """Remember the latest; each snapshot leads to the one before."""
            aggregate.last_snapshot = self.snapshot_id

    class SoftDeleted(InstanceEvent):
        """The instance was removed; everything about it is kept."""

        TOPIC = "instance.soft-deleted"

        def apply(self, aggregate: "Instance") -> None:
            """Remember since when; it is watched no more."""
            aggregate.removed_at = self.timestamp
            aggregate.outage = None

    class Restored(InstanceEvent):
        """A removal was taken back."""

        TOPIC = "instance.restored"

        def apply(self, aggregate: "Instance") -> None:
            """Be an instance like any other again."""
            aggregate.removed_at = None

    class Purged(InstanceEvent):
        """The secrets of a removed instance were erased for good: these."""

        TOPIC = "instance.purged"
        token: SecretReference | None
        private_key: SecretReference | None
        device_token: SecretReference | None

        def apply(self, aggregate: "Instance") -> None:
            """Have no credentials and no pairing any more, and remember what was to be erased."""
            erased = references_in(aggregate.credentials).values()
            aggregate.purged = [*(aggregate.purged or []), *(secret["ref"] for secret in erased)]
            aggregate.credentials = NO_CREDENTIALS.copy()
            aggregate.pairing = None
            aggregate.device_id = None

    class Renamed(InstanceEvent):
        """People call the instance something else from now on."""

        TOPIC = "instance.renamed"
        name: str

        def apply(self, aggregate: "Instance") -> None:
            """Take the new name."""
            aggregate.name = self.name

    class UrlChanged(InstanceEvent):
        """The gateway is to be found elsewhere from now on."""

        TOPIC = "instance.url-changed"
        url: str

        def apply(self, aggregate: "Instance") -> None:
            """Forget what pings found at the old address: it says nothing of the new one."""
            aggregate.url = self.url
            aggregate.outage = None
            aggregate.forget_what_pings_found()

    class CredentialsChanged(InstanceEvent):
        """The instance shows its gateway something else from now on."""

        TOPIC = "instance.credentials-changed"
        token: SecretReference | None
        private_key: SecretReference | None
        public_key: str | None
        device_token: SecretReference | None

        def apply(self, aggregate: "Instance") -> None:
            """Take the new credentials, all of them."""
            aggregate.credentials = Credentials(
                token=self.token,
                private_key=self.private_key,
                public_key=self.public_key,
                device_token=self.device_token,
            )

    class Tagged(InstanceEvent):
        """The labels of the instance are these from now on."""

        TOPIC = "instance.tagged"
        tags: list[str]

        def apply(self, aggregate: "Instance") -> None:
            """Take the new labels, all of them."""
            aggregate.tags = self.tags

    WentDown = watch_events.WentDown
    CameUp = watch_events.CameUp
    PingsSummarised = watch_events.PingsSummarised
    AlertSent = watch_events.AlertSent
    AlertFailed = watch_events.AlertFailed

    def __init__(
        self,
        name: str,
        url: str,
        tags: list[str],
        token: SecretReference | None,
        private_key: SecretReference | None,
        public_key: str | None,
    ) -> None:
        """Begin as ``Registered`` and ``Adopted`` say: known, and never pinged from here."""
        self.name = name
        self.url = url
        self.tags = tags
        self.credentials = Credentials(
            token=token, private_key=private_key, public_key=public_key, device_token=None
        )
        self.created_elsewhere_on: datetime | None = None
        self.changed_elsewhere_on: datetime | None = None
        self.removed_at: datetime | None = None
        self.purged: list[str] | None = None
        self.pairing: GrantedPairing | None = None
        self.gateway_id: str | None = None
        self.authorities: str | None = None
        self.fingerprint: str | None = None
        self.last_snapshot: str | None = None
        self.outage: Outage | None = None
        self.watched_until: str | None = None
        self.forget_what_pings_found()

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """In version 1, no instance was ever watched."""
        state["outage"] = None
        state["watched_until"] = None

    def forget_what_pings_found(self) -> None:
        """Be as if never pinged. For the events of this class only."""
        self.status = Status.REGISTERED.value
        self.condition: str | None = None
        self.cause: str | None = None
        self.last_ping_at: datetime | None = None
        self.last_ping_latency_ms: float | None = None
        self.version_of_gateway: str | None = None
        self.dialect: str | None = None
        self.protocol: int | None = None
        self.device_id: str | None = self.pairing["device_id"] if self.pairing else None
        self.certificate_expires_at: str | None = None

    @classmethod
    def register(
        cls,
        instance_id: UUID,
        name: InstanceName,
        url: GatewayUrl,
        credentials: Credentials,
        tags: Iterable[Tag],
        by: Provenance,
    ) -> Self:
        """Make a gateway known under a name, without contacting it."""
        return cls._begin(cls.Registered, instance_id, name, url, credentials, tags, by)

    @classmethod
    def adopt(
        cls,
        instance_id: UUID,
        name: InstanceName,
        url: GatewayUrl,
        credentials: Credentials,
        tags: Iterable[Tag],
        trust: Trust,
        past: "Past",
        by: Provenance,
    ) -> Self:
        """Make a gateway known that another tool had registered, without contacting it."""
        return cls._begin(
            cls.Adopted,
            instance_id,
            name,
            url,
            credentials,
            tags,
            by,
            authorities=trust.authorities,
            fingerprint=trust.fingerprint and str(trust.fingerprint),
            created_at=past.created_at.isoformat(),
            updated_at=past.updated_at.isoformat(),
            removed_at=past.removed_at and past.removed_at.isoformat(),
            status=past.status.value,
            last_ping_at=past.last_ping_at and past.last_ping_at.isoformat(),
            last_ping_latency_ms=past.last_ping_latency_ms,
            version=past.version,
            device_id=past.device_id,
        )

    @classmethod
    def _begin(
        cls,
        fact: type[FirstFact],
        instance_id: UUID,
        name: InstanceName,
        url: GatewayUrl,
        credentials: Credentials,
        tags: Iterable[Tag],
        by: Provenance,
        **more: Any,
    ) -> Self:
        return cls._create(
            fact,
            id=instance_id,
            name=str(name),
            url=str(url),
            tags=retagged([], tags, []),
            token=credentials["token"],
            private_key=credentials["private_key"],
            public_key=credentials["public_key"],
            timestamp=by.at,
            actor=by.actor,
            reason=by.reason,
            **more,
        )

    @property
    def registered_on(self) -> datetime:
        """When somebody first registered it, here or with the tool that it was adopted from."""
        return self.created_elsewhere_on or self.created_on

    @property
    def changed_on(self) -> datetime:
        """When something last happened to it, here or, before it was adopted, elsewhere."""
        if self.changed_elsewhere_on is not None and self.version == 1:
            return self.changed_elsewhere_on
        return self.modified_on

    def record_ping(self, outcome: PingOutcome, by: Provenance) -> None:
        """Record what a ping found; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if outcome.condition.reachable:
            self.record(self.Pinged, by, **_success(outcome))
            if self.gateway_id is None and outcome.gateway_id is not None:
                self.record(self.GatewayRecognised, by, gateway_id=outcome.gateway_id)
        else:
            self.record(self.PingFailed, by, **_failure(outcome))

    def is_news(self, outcome: PingOutcome) -> bool:
        """Whether a watched ping is worth an event of its own, beside the summary of many.

        The first one ever is, and a success that says something else of the gateway than is
        known. During an outage none is: whether that has ended is not for one ping to say.
        """
        if self.removed_at is not None or self.outage is not None:
            return False
        if not outcome.condition.reachable:
            return self.status == Status.REGISTERED
        said = _success(outcome)
        return (
            self.status != Status.REACHABLE
            or self.version_of_gateway != said["version"]
            or self.dialect != said["dialect"]
            or self.protocol != said["protocol"]
            or self.certificate_expires_at != said["certificate_expires_at"]
            or (self.gateway_id is None and outcome.gateway_id is not None)
        )

    def go_down(self, down: "Down", by: Provenance) -> None:
        """Begin an outage, unless there is one; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if self.outage is None:
            self.record(self.WentDown, by, **said_of_going_down(down))

    def come_up(self, up: "Up", by: Provenance) -> None:
        """End the outage, if there is one; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if self.outage is not None:
            self.record(self.CameUp, by, **said_of_coming_up(up, self.outage))

    def summarise_pings(self, summary: "PingSummary", by: Provenance) -> None:
        """Record what steady pings found, unless it was recorded; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if summary.until.isoformat() != self.watched_until:
            self.record(self.PingsSummarised, by, **said_of_pings(summary))

    def record_alert(self, report: "AlertReport", by: Provenance) -> None:
        """Record what became of an alert, also where the instance was removed meanwhile."""
        said = said_of_alert(report)
        if report.problem is None:
            self.record(self.AlertSent, by, **said)
        else:
            self.record(self.AlertFailed, by, **said, problem=report.problem)

    def keep_snapshot(self, snapshot_id: UUID, by: Provenance) -> None:
        """Have this as the latest snapshot; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        self.record(self.SnapshotTaken, by, snapshot_id=str(snapshot_id))

    def remove(self, by: Provenance) -> None:
        """Remove the instance without forgetting it; raises ``InstanceRemoved`` the second time."""
        self._refuse_if_removed()
        self.record(self.SoftDeleted, by)

    def restore(self, by: Provenance) -> None:
        """Take a removal back; raises ``InstanceNotRemoved`` when there is none."""
        if self.removed_at is None:
            raise InstanceNotRemoved(self.name)
        self.record(self.Restored, by)

    def purge(self, by: Provenance) -> list[str]:
        """Let go of all secrets for good, where there are any; raises ``InstanceStillPresent``.

        Returns the references to all that are to be erased, those of purges before included,
        so that one that was interrupted is finished by another.
        """
        if self.removed_at is None:
            raise InstanceStillPresent(self.name)
        held = self.credentials
        if self.purged is None or held != NO_CREDENTIALS:
            self.record(
                self.Purged,
                by,
                token=held["token"],
                private_key=held["private_key"],
                device_token=held["device_token"],
            )
        return list(self.purged or [])

    def rename(self, name: InstanceName, by: Provenance) -> None:
        """Take another name, if it is another; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if name != self.name:
            self.record(self.Renamed, by, name=str(name))

    def move(self, url: GatewayUrl, by: Provenance) -> None:
        """Be found at another URL, if it is another; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if url != self.url:
            self.record(self.UrlChanged, by, url=str(url))

    def change_credentials(self, changes: CredentialChanges, by: Provenance) -> list[str]:
        """Show the gateway something else, if it is; raises ``InstanceRemoved``.

        Returns the references to the secrets that are of no use any more.
        """
        self._refuse_if_removed()
        before = self.credentials
        credentials = before | changes
        if credentials != before:
            self.record(self.CredentialsChanged, by, **credentials)
        if self.pairing is not None and credentials["device_token"] is None:
            self.record(self.Unpaired, by)  # without its token a device is none
        return no_longer_in(credentials, before)

    def pair(
        self, outcome: PingOutcome, platform: str, token: SecretReference, by: Provenance
    ) -> list[str]:
        """Become the device that a gateway granted; raises ``InstanceRemoved``.

        Returns the references to the secrets that are of no use any more.
        """
        self._refuse_if_removed()
        before = self.credentials
        self.record(
            self.Paired,
            by,
            device_id=outcome.device_id,
            scopes=list(outcome.scopes),
            platform=platform,
            device_token=token,
        )
        return no_longer_in(self.credentials, before)

    def unpair(self, by: Provenance) -> list[str]:
        """Stop being a device; raises ``InstanceRemoved`` and ``InstanceNotPaired``.

        Returns the references to the secrets that are of no use any more.
        """
        self._refuse_if_removed()
        if self.pairing is None:
            raise InstanceNotPaired(self.name)
        before = self.credentials
        self.record(self.Unpaired, by)
        return no_longer_in(self.credentials, before)

    def change_trust(self, trust: Trust, by: Provenance) -> None:
        """Have something else vouch for the gateway, if it is; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if trust != self.trust:
            fingerprint = trust.fingerprint and str(trust.fingerprint)
            self.record(
                self.TrustChanged, by, authorities=trust.authorities, fingerprint=fingerprint
            )

    def recognise(self, gateway_id: str, by: Provenance) -> None:
        """Expect this gateway, if another was expected; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if gateway_id != self.gateway_id:
            self.record(self.GatewayRecognised, by, gateway_id=gateway_id)

    @property
    def trust(self) -> Trust:
        """What must vouch for the gateway's certificate."""
        fingerprint = TlsFingerprint(self.fingerprint) if self.fingerprint else None
        return Trust(self.authorities, fingerprint)

    def retag(self, add: Iterable[Tag], drop: Iterable[str], by: Provenance) -> None:
        """Add and drop labels, if that changes any; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        tags = retagged(self.tags, add, drop)
        if tags != self.tags:
            self.record(self.Tagged, by, tags=tags)

    def _refuse_if_removed(self) -> None:
        if self.removed_at is not None:
            raise InstanceRemoved(self.name, self.removed_at)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _success(outcome: PingOutcome) -> dict[str, Any]:
    return {
        "condition": outcome.condition.value,
        "cause": outcome.cause.value if outcome.cause else None,
        "detail": outcome.detail,
        "latency_ms": outcome.latency_ms,
        "connect_ms": outcome.connect_ms,
        "version": outcome.version,
        "dialect": outcome.dialect.value if outcome.dialect else None,
        "protocol": outcome.protocol,
        "device_id": outcome.device_id,
        "certificate_expires_at": (
            outcome.certificate.expires_at.isoformat() if outcome.certificate else None
        ),
    }


def _failure(outcome: PingOutcome) -> dict[str, Any]:
    step = outcome.failed_step
    return {
        "condition": outcome.condition.value,
        "cause": outcome.cause.value if outcome.cause else None,
        "detail": outcome.detail,
        "step": step.value if step else None,
    }
