"""The need to show people and other tools what the log says, without them reading the log."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from openclaw_manager.domain.stamp import Stamp

Minion = dict[str, Any]
"""One entry of the view: a JSON object whose keys are among these, as are those of ``fields``."""

Relation = dict[str, Any]
"""How one entry belongs to another: a JSON object with all of ``RELATION_KEYS``."""

INSTANCE_TYPE = "openclaw-instance"
SNAPSHOT_TYPE = "openclaw-snapshot"
MINION_KEYS = frozenset(
    {
        "id",
        "title",
        "minionTypeId",
        "status",
        "tags",
        "createdAt",
        "updatedAt",
        "deletedAt",
        "fields",
    }
)
INSTANCE_FIELDS = frozenset(
    {
        "url",
        "token",
        "deviceId",
        "devicePublicKey",
        "devicePrivateKey",
        "status",
        "lastPingAt",
        "lastPingLatencyMs",
        "version",
        "condition",
        "cause",
        "dialect",
        "protocol",
        "gatewayId",
        "scopes",
        "tlsFingerprint",
        "tlsAuthorities",
        "certificateExpiresAt",
    }
)
SECRET_FIELDS = frozenset({"token", "devicePrivateKey"})
SNAPSHOT_FIELDS = frozenset(
    {"instanceId", "capturedAt", "config", "agentCount", "channelCount", "modelCount"}
)
RELATION_KEYS = frozenset({"id", "sourceId", "targetId", "type", "createdAt", "metadata"})


class Written(NamedTuple):
    """Something in such a view, with the text that it is written as.

    The text has every digit; it is empty where only the value is of use.
    """

    value: Any
    text: str


def is_instance(entry: Any) -> bool:
    """Whether an entry, of whatever tool, is an instance.

    Entries are told by their shape: the type ids of some tools are new in every process.
    """
    fields = entry.get("fields") if isinstance(entry, dict) else None
    return isinstance(fields, dict) and "url" in fields and "instanceId" not in fields


def is_snapshot(entry: Any) -> bool:
    """Whether an entry, of whatever tool, is a snapshot of an instance."""
    fields = entry.get("fields") if isinstance(entry, dict) else None
    return isinstance(fields, dict) and "instanceId" in fields


class ViewEdit(Protocol):
    """The view while nobody else can change it."""

    @property
    def stamp(self) -> Stamp | None:
        """What the view was made from; None if it is missing, damaged or not ours."""
        ...

    def keep_aside(self, problem: str) -> None:
        """Keep the view as it is under another name, and log why, as a warning.

        ``problem`` is a clause. Raises a ``StoreError``.
        """
        ...

    def belonging_to(self, instance_ids: Collection[str]) -> set[str]:
        """Tell the ids of the entries that say they belong to these instances, ours or not."""
        ...

    def save(
        self,
        minions: Sequence[Minion],
        stamp: Stamp,
        *,
        relations: Sequence[Relation] = (),
        gone: Collection[str] = (),
    ) -> None:
        """Put these in, each in place of the one with its id, and take out what is ``gone``.

        Entries and relations that are not named stay as they are, and so do keys that other
        tools added to the named ones, unless they repeat a secret of theirs. Relations that
        are no list have no place for ours. Readers see all of it or none of it. Raises a
        ``StoreError``, and then nothing has changed.
        """
        ...

    def carry_over(self, entries: Sequence[Written], relations: Sequence[Written]) -> None:
        """Put in what other tools wrote elsewhere, as it is written, unless its id is here.

        The view must have been saved before. Raises a ``StoreError``, and then nothing has
        changed.
        """
        ...


class View(Protocol):
    """A view of the log that other programs read: all instances as they are now.

    It has entries, and relations between them.
    """

    def edit(self) -> AbstractContextManager[ViewEdit]:
        """Keep all others from changing the view meanwhile; raises a ``StoreError``.

        A damaged view is kept aside under a new name, and that is logged as a warning.
        """
        ...
