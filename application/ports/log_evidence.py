"""The need to see what is really stored in the log, whatever somebody did to it."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol


class StoredRow(NamedTuple):
    """One row of the log as it lies there; in a damaged log any part may be anything.

    Whole, it has: the hexadecimal id of the aggregate and the topic as the bytes of their
    texts, the state and the link of the chain as bytes. ``kept_topic`` and ``kept_state`` are
    those of the state snapshot that was taken of the aggregate at this version, or None.
    """

    position: int
    originator_id: Any
    version: Any
    topic: Any
    state: Any
    chain: Any
    kept_topic: Any
    kept_state: Any


class LogEvidence(Protocol):
    """Reads the log without trusting it, and changes nothing.

    Every method raises ``StoreDamaged`` where nothing can be read any more, and another
    ``StoreError`` where the store cannot be used just now.
    """

    def is_there(self) -> bool:
        """Tell whether there is a log at all; where there is none, nothing else is asked."""
        ...

    def faults(self) -> Sequence[str]:
        """Say in clauses what is wrong with the store itself, and not with one event."""
        ...

    def log_id(self) -> str | None:
        """Read the id of the log; None if it is lost."""
        ...

    def last_position(self) -> int:
        """Tell the last position that was ever given out, if its row is lost as well."""
        ...

    def rows(self, first: int, last: int, limit: int) -> Sequence[StoredRow]:
        """Read the rows at these positions, both included, in their order."""
        ...
