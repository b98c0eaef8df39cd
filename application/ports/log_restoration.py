"""The need to bring a log back from an archive: all of it, or nothing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from openclaw_manager.application.ports.log_evidence import StoredRow


class LogDraft(Protocol):
    """A log in the making, which nobody sees yet. Methods raise a ``StoreError``."""

    def append(self, rows: Sequence[StoredRow]) -> None:
        """Store events at the positions and with the links that they have."""
        ...

    def place(self) -> None:
        """Make it the log; raises ``LogExists`` where one has events by now."""
        ...


class LogRestoration(Protocol):
    """Makes a log that is not empty from the beginning."""

    def draft(self, log_id: str) -> AbstractContextManager[LogDraft]:
        """Begin a log with this id; what is not placed is gone at the end.

        Raises ``LogExists`` where there is a log with events already, and a ``StoreError``.
        """
        ...
