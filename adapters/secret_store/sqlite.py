"""Secrets in a file of their own, readable by its owner alone, from which bytes can be erased."""

import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.domain.errors import StoreDamaged, StoreFull, StoreUnavailable

_APPLICATION_ID = 0x4F434C53  # "OCLS": tells our files from any other SQLite database
_LAYOUT = 1
_CREATE = (
    "CREATE TABLE secrets (ref TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    f"PRAGMA application_id = {_APPLICATION_ID}",
    f"PRAGMA user_version = {_LAYOUT}",
)

# A rollback journal, since a write-ahead log would keep erased bytes until its next checkpoint.
# Truncating it is what commits, and at FULL the truncation itself is synced: a commit that was
# acknowledged outlives a power failure, which unlinking the journal would not promise.
_DURABLE_AND_CLEAN = (
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class SqliteSecretStore:
    """Keeps secrets in an SQLite file with mode 0600, made when the first one arrives.

    Every call opens the file and closes it again, so threads and processes may share it;
    ``lock_timeout`` is how many seconds a call waits for the others.
    """

    def __init__(self, path: Path, *, lock_timeout: float) -> None:
        self._path = path
        self._lock_timeout = lock_timeout

    def put(self, secrets: Mapping[str, str]) -> None:
        """Keep all of these or none; raises ``ValueError`` for a reference already in use."""
        if not secrets:
            return
        self._create_file()
        with self._open_to_write() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            if not self._has_tables(connection):
                for statement in _CREATE:
                    connection.execute(statement)
            try:
                connection.executemany("INSERT INTO secrets VALUES (?, ?)", secrets.items())
            except sqlite3.IntegrityError as error:
                raise ValueError("a reference to a secret is used for a second one") from error

    def get(self, refs: Iterable[str]) -> dict[str, str]:
        """Look up many at once; a store that was never made holds none."""
        wanted = json.dumps(list(refs))
        if not self._exists():
            return {}
        with self._open() as connection, connection:
            connection.execute("BEGIN")
            if not self._has_tables(connection):
                return {}
            rows = connection.execute(
                "SELECT ref, value FROM secrets WHERE ref IN (SELECT value FROM json_each(?))",
                (wanted,),
            ).fetchall()
        try:
            return {ref.decode(): value.decode() for ref, value in rows}
        except UnicodeDecodeError:
            raise StoreDamaged(self._path, "is damaged: a secret is not text") from None

    def erase(self, refs: Iterable[str]) -> None:
        """Forget these, and rewrite the file.

        Deleting with ``secure_delete`` zeroes the row where it lies now, but not the copies
        that stay in the gaps of pages between which the row was moved earlier (measured: in
        one of 170 deletions, SQLite 3.40). The file is rewritten even if nothing was deleted,
        so that an erasure that was interrupted is completed by repeating it.
        """
        if not self._exists():
            return
        with self._open_to_write() as connection:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                if not self._has_tables(connection):
                    return
                connection.executemany(
                    "DELETE FROM secrets WHERE ref = ?", [(ref,) for ref in refs]
                )
            connection.execute("VACUUM")

    def _exists(self) -> bool:
        try:
            self._path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnavailable(self._path, f"cannot be read: {error.strerror}") from error
        return True

    def _create_file(self) -> None:
        """Make an empty file, which is an empty database; its journals inherit its mode."""
        try:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            kind = StoreFull if error.errno in _NO_SPACE else StoreUnavailable
            raise kind(self._path, f"cannot be created: {error.strerror}") from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        never_create = f"{self._path.absolute().as_uri()}?mode=rw"
        try:
            with closing(
                sqlite3.connect(
                    never_create, uri=True, timeout=self._lock_timeout, isolation_level=None
                )
            ) as connection:
                connection.text_factory = bytes  # sqlite3 quotes in its error what is not UTF-8
                yield connection
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error

    @contextmanager
    def _open_to_write(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            with connection:  # refuses another's file before the journal of that is changed
                connection.execute("BEGIN")
                self._has_tables(connection)
            for pragma in _DURABLE_AND_CLEAN:
                connection.execute(pragma)
            yield connection

    def _has_tables(self, connection: sqlite3.Connection) -> bool:
        """Whether the database is laid out, or still empty; refuses one that is not ours.

        To be called in a transaction: between two answers another process may lay it out.
        """
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application_id == 0 and tables == 0:
            return False
        if application_id != _APPLICATION_ID:
            raise StoreDamaged(self._path, "is not a secret store of openclaw-manager")
        if layout != _LAYOUT:
            written = f"was written by another version of openclaw-manager (layout {layout})"
            raise StoreDamaged(self._path, written)
        return True
