"""The need to look at the log without loading what reads and writes it."""

from collections.abc import Iterable
from typing import Protocol

from openclaw_manager.domain.stamp import Stamp


class LogHead(Protocol):
    """Tells how far the log has come, and which instances stand in it.

    Every method raises a ``StoreError`` when the store is at fault.
    """

    def stamp(self) -> Stamp | None:
        """Tell the id of the log and the position of its last event; None without a log."""
        ...

    def registered(self, instance_ids: Iterable[str]) -> set[str]:
        """Tell which of these texts are the UUIDs, in any form, of instances in the log."""
        ...

    def instances(self) -> int:
        """Count the instances in the log, removed ones included."""
        ...
