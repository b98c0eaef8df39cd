"""The log's file as evidence: read row by row as it lies there, and never written."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from openclaw_manager.adapters.event_store.schema import CREATE, problem_with
from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.domain.chain import beginning, link
from openclaw_manager.domain.errors import StoreDamaged

# What was said in the transaction of an event is on its row; what says nothing of any event
# that is there would be trusted all the same by whoever reads the state of an aggregate.
_STATES_OF_NOTHING = """
SELECT COUNT(*) FROM stored_snapshots AS kept WHERE NOT EXISTS (
    SELECT 1 FROM stored_events AS event WHERE event.originator_id = kept.originator_id
    AND event.originator_version = kept.originator_version
)
"""

# Found through the tables themselves and not through an index, which may be damaged alone.
_ROWS = """
SELECT event.rowid, event.originator_id, event.originator_version, event.topic, event.state,
    event.chain, kept.topic, kept.state
FROM stored_events AS event NOT INDEXED LEFT JOIN stored_snapshots AS kept
ON kept.originator_id = event.originator_id
AND kept.originator_version = event.originator_version
WHERE event.rowid BETWEEN ? AND ? ORDER BY event.rowid LIMIT ?
"""

_LAST_GIVEN = """
SELECT MAX(
    COALESCE((SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'stored_events'), 0),
    COALESCE((SELECT MAX(rowid) FROM stored_events), 0)
)
"""

_LAST_TWO = """
SELECT rowid, originator_id, originator_version, topic, state, chain FROM stored_events
ORDER BY rowid DESC LIMIT 2
"""

# What ANALYZE counts is nobody's fault.
_OBJECTS = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"


class SqliteLogEvidence:
    """Reads ``events.db``; see ``LogEvidence``."""

    def __init__(self, path: str, *, lock_timeout: float) -> None:
        self._path = path
        self._lock_timeout = lock_timeout

    def is_there(self) -> bool:
        """Look for the file."""
        return os.path.lexists(self._path)

    def faults(self) -> Sequence[str]:
        """Look at the file as a whole: its pages, its indexes, and what is in it besides."""
        with self._reading() as connection:
            return [
                *_broken_pages(connection),
                *_strange_objects(connection),
                *_wrong_ids(connection),
                *_states_of_nothing(connection),
            ]

    def log_id(self) -> str | None:
        """Read the first id that stands there."""
        with self._reading() as connection:
            row = connection.execute("SELECT CAST(id AS BLOB) FROM log").fetchone()
        return str(row[0], errors="replace") if row else None

    def last_position(self) -> int:
        """Read what SQLite keeps so that a position is never given out again."""
        with self._reading() as connection:
            (position,) = connection.execute(_LAST_GIVEN).fetchone()
        return int(position)

    def rows(self, first: int, last: int, limit: int) -> Sequence[StoredRow]:
        """Read some rows, with texts as the bytes that they are."""
        with self._reading() as connection:
            connection.text_factory = bytes
            return list(map(StoredRow._make, connection.execute(_ROWS, (first, last, limit))))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(open_existing(self._path, self._lock_timeout)) as connection:
                problem = problem_with(connection)
                if problem:
                    raise StoreDamaged(self._path, problem)
                yield connection
        except sqlite3.Error as error:
            raise store_error(self._path, error) from error
        except UnicodeDecodeError as error:  # so Python takes an error that quotes a damaged name
            raise StoreDamaged(self._path, "is damaged: it holds text that is not UTF-8") from error


def open_existing(path: str, lock_timeout: float) -> sqlite3.Connection:
    """Connect to a file that is there, and never make one."""
    from urllib.parse import quote

    never_create = f"file://{quote(os.path.abspath(path))}?mode=rw"
    return sqlite3.connect(never_create, uri=True, timeout=lock_timeout, isolation_level=None)


def last_link_holds(connection: sqlite3.Connection) -> bool:
    """Tell whether the last event is the one that was appended after the one before it."""
    last, before = (*connection.execute(_LAST_TWO), None, None)[:2]
    if last is None:
        return True
    *stored, chain = last
    previous = before[-1] if before else _beginning(connection)
    try:
        return bool(chain == _link(previous, *stored))
    except (TypeError, ValueError):
        return False


def _link(
    previous: bytes, position: int, originator_id: str, version: int, topic: str, state: bytes
) -> bytes:
    return link(previous, position, bytes.fromhex(originator_id), version, topic, state)


def _beginning(connection: sqlite3.Connection) -> bytes:
    (log_id,) = connection.execute("SELECT id FROM log").fetchone() or ("",)
    return beginning(log_id)


def _broken_pages(connection: sqlite3.Connection) -> Iterator[str]:
    """Have SQLite compare every page with every other one; it quotes nothing that is stored."""
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        yield "is damaged: its pages do not fit together"


def _strange_objects(connection: sqlite3.Connection) -> Iterator[str]:
    """Compare the tables, indexes and triggers with those of a log that is made just now."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(CREATE)
        ours = set(fresh.execute(_OBJECTS))
    found = set(connection.execute(_OBJECTS))
    names = {name for _, name, _ in ours}
    for kind, name, _ in sorted(found - ours, key=str):
        if name in names:
            yield f"has a {kind} {name!r} that is not the one that was made"
        else:
            yield f"has a {kind} {name!r} in it that is not ours"
    for kind, name, _ in sorted(ours - found, key=str):
        if name not in {name for _, name, _ in found}:
            yield f"has lost its {kind} {name!r}"


def _wrong_ids(connection: sqlite3.Connection) -> Iterator[str]:
    (count,) = connection.execute("SELECT COUNT(*) FROM log").fetchone()
    if count == 0:
        yield "has lost its id"
    elif count > 1:
        yield f"has {count} ids, and one is right"


def _states_of_nothing(connection: sqlite3.Connection) -> Iterator[str]:
    (count,) = connection.execute(_STATES_OF_NOTHING).fetchone()
    if count:
        yield f"keeps states of aggregates at versions that no event has: {count}"
