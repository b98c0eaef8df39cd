"""What SQLite's errors mean to a person: one of our store errors, and one clause for each cause."""

import sqlite3
from typing import TYPE_CHECKING

from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from pathlib import PurePath

_Meaning = tuple[type[StoreError], str]

_NO_SPACE: _Meaning = (StoreFull, "there is no space left on its disk")
_LOCKED: _Meaning = (StoreLocked, "was kept locked by another process for longer than we waited")
_NOT_TEXT: _Meaning = (StoreDamaged, "is damaged: it holds text that is not UTF-8")

_MEANINGS: dict[int, _Meaning] = {
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, "is damaged"),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, "is not an SQLite database, or its beginning is damaged"),
    sqlite3.SQLITE_ERROR: (StoreDamaged, "does not hold the tables that it should"),
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


def store_error(place: "PurePath | str", error: sqlite3.Error) -> StoreError:
    """Say in our words why SQLite failed on a file.

    SQLite's own message is left out on purpose: some of them quote what the file holds, which
    may be a secret.
    """
    kind, problem = _meaning(error)
    return kind(place, problem)


def _meaning(error: sqlite3.Error) -> _Meaning:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        if isinstance(error, sqlite3.OperationalError):
            return _NOT_TEXT  # the one OperationalError that Python raises by itself
        return (
            StoreUnavailable,
            f"was used in a way that it does not allow ({type(error).__name__})",
        )
    unknown = (StoreUnavailable, f"failed in a way that is not known ({error.sqlite_errorname})")
    return _MEANINGS.get(code) or _MEANINGS.get(code & 0xFF) or unknown
