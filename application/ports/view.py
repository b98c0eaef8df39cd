"""The need to show people and other tools what the log says, without them reading the log."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from openclaw_manager.domain.stamp import Stamp

Minion = dict[str, Any]
"""One entry of the view: a JSON object whose keys are among these, as are those of ``fields``."""

INSTANCE_TYPE = "openclaw-instance"
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


class ViewEdit(Protocol):
    """The view while nobody else can change it."""

    @property
    def stamp(self) -> Stamp | None:
        """What the view was made from; None if it is missing, damaged or not ours."""
        ...

    def save(self, minions: Sequence[Minion], stamp: Stamp) -> None:
        """Put these entries in, each in place of the one with its id, and nothing else.

        Entries that are not named stay as they are, and so do keys that other tools added to
        the named ones. Readers see all of it or none of it. Raises a ``StoreError``, and then
        nothing has changed.
        """
        ...


class View(Protocol):
    """A view of the log that other programs read: all instances as they are now."""

    def edit(self) -> AbstractContextManager[ViewEdit]:
        """Keep all others from changing the view meanwhile; raises a ``StoreError``.

        A damaged view is kept aside under a new name, and that is logged as a warning.
        """
        ...
