"""The instance: one registered gateway, and everything that may happen to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from eventsourcing.domain import AggregateCreated

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Status
from openclaw_manager.domain.errors import InstanceNotRemoved, InstanceRemoved
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import Fact, FactKeeper, Provenance, StateSnapshot
from openclaw_manager.domain.secret import CredentialChanges, Credentials, SecretReference
from openclaw_manager.domain.tag import Tag, retagged


class Instance(FactKeeper):
    """One registered gateway: where it is, what it may be shown, and what the last ping found."""

    TOPIC = "instance"

    Snapshot = StateSnapshot

    class Event(Fact):
        """Anything that happens to an instance."""

    class Registered(Event, AggregateCreated):
        """A gateway became known. Nobody has contacted it yet."""

        TOPIC = "instance.registered"
        name: str
        url: str
        tags: list[str]
        token: SecretReference | None
        private_key: SecretReference | None
        public_key: str | None

    class Pinged(Event):
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
            if self.device_id is not None:
                aggregate.device_id = self.device_id

    class PingFailed(Event):
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

    class SoftDeleted(Event):
        """The instance was removed; everything about it is kept."""

        TOPIC = "instance.soft-deleted"

        def apply(self, aggregate: "Instance") -> None:
            """Remember since when."""
            aggregate.removed_at = self.timestamp

    class Restored(Event):
        """A removal was taken back."""

        TOPIC = "instance.restored"

        def apply(self, aggregate: "Instance") -> None:
            """Be an instance like any other again."""
            aggregate.removed_at = None

    class Renamed(Event):
        """People call the instance something else from now on."""

        TOPIC = "instance.renamed"
        name: str

        def apply(self, aggregate: "Instance") -> None:
            """Take the new name."""
            aggregate.name = self.name

    class UrlChanged(Event):
        """The gateway is to be found elsewhere from now on."""

        TOPIC = "instance.url-changed"
        url: str

        def apply(self, aggregate: "Instance") -> None:
            """Forget what pings found at the old address: it says nothing of the new one."""
            aggregate.url = self.url
            aggregate.forget_what_pings_found()

    class CredentialsChanged(Event):
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

    class Tagged(Event):
        """The labels of the instance are these from now on."""

        TOPIC = "instance.tagged"
        tags: list[str]

        def apply(self, aggregate: "Instance") -> None:
            """Take the new labels, all of them."""
            aggregate.tags = self.tags

    def __init__(
        self,
        name: str,
        url: str,
        tags: list[str],
        token: SecretReference | None,
        private_key: SecretReference | None,
        public_key: str | None,
    ) -> None:
        """Begin as ``Registered`` says: known, and never pinged."""
        self.name = name
        self.url = url
        self.tags = tags
        self.credentials = Credentials(
            token=token, private_key=private_key, public_key=public_key, device_token=None
        )
        self.removed_at: datetime | None = None
        self.forget_what_pings_found()

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
        self.device_id: str | None = None

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
        return cls._create(
            cls.Registered,
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
        )

    def record_ping(self, outcome: PingOutcome, by: Provenance) -> None:
        """Record what a ping found; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        if outcome.condition.reachable:
            self.record(self.Pinged, by, **_success(outcome))
        else:
            self.record(self.PingFailed, by, **_failure(outcome))

    def remove(self, by: Provenance) -> None:
        """Remove the instance without forgetting it; raises ``InstanceRemoved`` the second time."""
        self._refuse_if_removed()
        self.record(self.SoftDeleted, by)

    def restore(self, by: Provenance) -> None:
        """Take a removal back; raises ``InstanceNotRemoved`` when there is none."""
        if self.removed_at is None:
            raise InstanceNotRemoved(self.name)
        self.record(self.Restored, by)

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

    def change_credentials(self, changes: CredentialChanges, by: Provenance) -> None:
        """Show the gateway something else, if it is; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        credentials = self.credentials | changes
        if credentials != self.credentials:
            self.record(self.CredentialsChanged, by, **credentials)

    def retag(self, add: Iterable[Tag], drop: Iterable[str], by: Provenance) -> None:
        """Add and drop labels, if that changes any; raises ``InstanceRemoved``."""
        self._refuse_if_removed()
        tags = retagged(self.tags, add, drop)
        if tags != self.tags:
            self.record(self.Tagged, by, tags=tags)

    def _refuse_if_removed(self) -> None:
        if self.removed_at is not None:
            raise InstanceRemoved(self.name, self.removed_at)


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
    }


def _failure(outcome: PingOutcome) -> dict[str, Any]:
    failed = [timed.step.value for timed in outcome.steps if not timed.ok]
    return {
        "condition": outcome.condition.value,
        "cause": outcome.cause.value if outcome.cause else None,
        "detail": outcome.detail,
        "step": failed[-1] if failed else None,
    }
