"""Connections to the log's file for those who only look, which load nothing of the library."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from openclaw_manager.adapters.sqlite_errors import store_error


@contextmanager
def looking(path: str, lock_timeout: float) -> Iterator[sqlite3.Connection]:
    """Open the file, and close it at the end; raises a ``StoreError``."""
    try:
        with closing(
            sqlite3.connect(path, timeout=lock_timeout, isolation_level=None)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise store_error(path, error) from error
