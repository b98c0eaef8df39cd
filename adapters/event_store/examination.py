"""The examination of the log's file: whether it is ours, whole, and takes another event."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from openclaw_manager.adapters.event_store.evidence import last_link_holds, open_existing
from openclaw_manager.adapters.event_store.head import SqliteLogHead
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.domain.errors import StoreDamaged


class SqliteLogExamination:
    """Examines ``events.db``. ``refuse_lost`` raises where a log must have been there."""

    ids = (CheckId.STORE, CheckId.STORE_INTEGRITY, CheckId.STORE_WRITABLE)
    needs = frozenset({CheckId.HOME_FOLDER})

    def __init__(self, path: str, *, lock_timeout: float, refuse_lost: Callable[[], None]) -> None:
        self._path = path
        self._lock_timeout = lock_timeout
        self._refuse_lost = refuse_lost

    def examine(self) -> Iterator[Check]:
        """Open it, read all its pages, and ask for the right to write."""
        stamp = SqliteLogHead(self._path, lock_timeout=self._lock_timeout).stamp()
        if stamp is None:
            self._refuse_lost()
            yield Check(CheckId.STORE, Verdict.SKIPPED, "nothing was ever recorded here")
            return
        yield Check(CheckId.STORE, Verdict.OK, f"{stamp.position} events")
        self._read_all()
        yield Check(CheckId.STORE_INTEGRITY, Verdict.OK, "every page is whole")
        self._ask_to_write()
        yield Check(CheckId.STORE_WRITABLE, Verdict.OK, "it takes another event")

    def _read_all(self) -> None:
        with self._connection() as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise StoreDamaged(self._path, "is damaged: its pages do not fit together")
            if not last_link_holds(connection):
                raise StoreDamaged(self._path, "is damaged: its last event was changed")

    def _ask_to_write(self) -> None:
        """Take the lock under which events are written, and give it back."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(open_existing(self._path, self._lock_timeout)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error
