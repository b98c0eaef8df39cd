"""What SQLite's errors mean to a person: one of our store errors, and one clause for each cause."""

import sqlite3
from pathlib import Path

from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
)

_NO_SPACE = (StoreFull, "there is no space left on its disk")
_LOCKED = (StoreLocked, "was kept locked by another process for longer than we waited")
_NOT_AS_EXPECTED = (StoreDamaged, "does not hold the tables that it should")
_NOT_TEXT = (StoreDamaged, "is damaged: it holds text that is not UTF-8")

_MEANINGS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, "is damaged"),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, "is not an SQLite database, or its beginning is damaged"),
    sqlite3.SQLITE_ERROR: _NOT_AS_EXPECTED,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_FULL: _NO_SPACE,
    # The one way in which a full disk shows when the index of a write-ahead log must grow.
    sqlite3.SQLITE_IOERR_SHMSIZE: _NO_SPACE,
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, "cannot be opened"),
    sqlite3.SQLITE_PERM: (StoreUnavailable, "may not be used by this user"),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, "cannot be written, only read"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "cannot be read or written: its disk reports a fault"),
    sqlite3.SQLITE_NOMEM: (StoreUnavailable, "needs more memory than there is"),
}


def store_error(place: Path, error: sqlite3.Error) -> StoreError:
    """Say in our words why SQLite failed on a file.

    SQLite's own message is left out on purpose: some of them quote what the file holds, which
    may be a secret.
    """
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):
        kind, problem = _NOT_TEXT  # the one OperationalError that Python raises by itself
        return kind(place, problem)
    primary = (code or 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    unknown = (StoreUnavailable, f"failed in a way that we do not know ({name})")
    kind, problem = _MEANINGS.get(code or 0) or _MEANINGS.get(primary) or unknown
    return kind(place, problem)
