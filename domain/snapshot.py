"""The snapshot: what a gateway said of itself at one moment, kept for ever."""

from collections.abc import Mapping
from typing import NamedTuple, Self
from uuid import UUID

from openclaw_manager.domain.outline import Outline, Volatile
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.provenance import Fact, FactKeeper, FirstFact, Provenance
from openclaw_manager.domain.secret import repr_without
from openclaw_manager.domain.section import Section, SectionFailed


class Observation(NamedTuple):
    """What a gateway said of itself, ready to be kept: it has no secrets any more.

    ``contents`` names the content of each section that was heard by its hash, ``failures``
    says of each other one that was asked for why it was not, and ``volatile`` has what
    changes by itself, by JSON Pointer. Counts are None where the section that tells them was
    not heard. ``texts`` are the canonical texts of contents, by hash: of those, at least,
    that the log does not have.
    """

    version: str | None
    dialect: Dialect
    protocol: int | None
    gateway_id: str | None
    contents: Mapping[Section, str]
    failures: Mapping[Section, SectionFailed]
    volatile: Volatile
    agent_count: int | None
    channel_count: int | None
    model_count: int | None
    texts: Mapping[str, str]

    def __repr__(self) -> str:
        return repr_without(self, "volatile", "texts")

    @property
    def outline(self) -> Outline:
        """What became of each section."""
        return Outline(self.contents, self.failures, self.volatile)


class Snapshot(FactKeeper):
    """What one gateway held at one moment. It never changes after."""

    TOPIC = "snapshot"

    class Event(Fact):
        """Anything that happens to a snapshot: its beginning."""

    class Captured(Event, FirstFact):
        """A gateway was asked for what it holds, and answered at least in part."""

        TOPIC = "snapshot.captured"
        instance_id: str
        previous: str | None
        version: str | None
        dialect: str
        protocol: int | None
        gateway_id: str | None
        outline: str
        values: str
        agent_count: int | None
        channel_count: int | None
        model_count: int | None

    def __init__(
        self,
        instance_id: str,
        previous: str | None,
        version: str | None,
        dialect: str,
        protocol: int | None,
        gateway_id: str | None,
        outline: str,
        values: str,
        agent_count: int | None,
        channel_count: int | None,
        model_count: int | None,
        actor: str,
        reason: str | None,
    ) -> None:
        """Be as ``Captured`` says: ``outline`` is the hash of one, ``values`` go into that."""
        self.instance_id = instance_id
        self.previous = previous
        self.version_of_gateway = version
        self.dialect = dialect
        self.protocol = protocol
        self.gateway_id = gateway_id
        self.outline = outline
        self.values = values
        self.agent_count = agent_count
        self.channel_count = channel_count
        self.model_count = model_count
        self.actor = actor
        self.reason = reason

    @classmethod
    def capture(
        cls,
        snapshot_id: UUID,
        instance_id: UUID,
        previous: str | None,
        seen: Observation,
        outline: str,
        values: str,
        by: Provenance,
    ) -> Self:
        """Keep what a gateway said.

        ``previous`` is the snapshot of its instance before, ``outline`` the hash under which
        an outline that fits is kept, and ``values`` are those of what was seen, as far as they
        are others there.
        """
        return cls._create(
            cls.Captured,
            id=snapshot_id,
            instance_id=str(instance_id),
            previous=previous,
            version=seen.version,
            dialect=seen.dialect.value,
            protocol=seen.protocol,
            gateway_id=seen.gateway_id,
            outline=outline,
            values=values,
            agent_count=seen.agent_count,
            channel_count=seen.channel_count,
            model_count=seen.model_count,
            timestamp=by.at,
            actor=by.actor,
            reason=by.reason,
        )
