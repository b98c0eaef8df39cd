"""What a snapshot says, as it is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from openclaw_manager.domain.section import Section, SectionCause, SectionFailed

if TYPE_CHECKING:
    from openclaw_manager.domain.outline import Outline
    from openclaw_manager.domain.snapshot import Snapshot


class SectionState(NamedTuple):
    """What became of one section: the hash of its content, or why it was not heard."""

    hash: str | None
    cause: SectionCause | None = None
    detail: str | None = None
    scope: str | None = None

    @property
    def why_missing(self) -> str | None:
        """Why there is no content, as a clause for a person; None where there is some."""
        return None if self.cause is None else ": ".join(filter(None, (self.cause, self.detail)))


class SnapshotView(NamedTuple):
    """One snapshot: of which instance (by its name now), when (UTC), by whom and why.

    ``previous_id`` is the snapshot of the instance before, ``version`` that of the gateway.
    ``sections`` has those that were asked for, in their order.
    """

    id: str
    instance_id: str
    instance: str
    captured_at: datetime
    previous_id: str | None
    version: str | None
    dialect: str
    protocol: int | None
    gateway_id: str | None
    agent_count: int | None
    channel_count: int | None
    model_count: int | None
    actor: str
    reason: str | None
    sections: Mapping[Section, SectionState]


def view_of(snapshot: "Snapshot", outline: "Outline", instance_name: str) -> SnapshotView:
    """Show a snapshot of the instance that is called so now."""
    return SnapshotView(
        id=str(snapshot.id),
        instance_id=snapshot.instance_id,
        instance=instance_name,
        captured_at=snapshot.created_on,
        previous_id=snapshot.previous,
        version=snapshot.version_of_gateway,
        dialect=snapshot.dialect,
        protocol=snapshot.protocol,
        gateway_id=snapshot.gateway_id,
        agent_count=snapshot.agent_count,
        channel_count=snapshot.channel_count,
        model_count=snapshot.model_count,
        actor=snapshot.actor,
        reason=snapshot.reason,
        sections={
            section: _state(outline.contents.get(section), outline.failures.get(section))
            for section in Section
            if section in outline.contents or section in outline.failures
        },
    )


def _state(hash_: str | None, failed: SectionFailed | None) -> SectionState:
    if failed is None:
        return SectionState(hash_)
    return SectionState(None, failed.cause, failed.detail, failed.scope)
