"""Bringing a log back as the file that it was."""

from contextlib import AbstractContextManager
from pathlib import Path

from openclaw_manager.adapters.event_store.draft import SqliteLogDraft, drafted, refuse_buried


class SqliteLogRestoration:
    """Makes ``events.db`` from an archive; see ``LogRestoration``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def draft(self, log_id: str) -> AbstractContextManager[SqliteLogDraft]:
        """Begin the file under another name."""
        refuse_buried(self._path)
        return drafted(self._path, log_id)
