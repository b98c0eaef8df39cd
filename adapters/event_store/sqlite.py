"""The log in an SQLite file: durable, for many processes at once, created whole or not at all."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteFactory

from openclaw_manager.adapters.event_store.datastore import LogDatastore
from openclaw_manager.application.ports.log_recorder import LogRecorder, Sought
from openclaw_manager.domain.chain import beginning, link
from openclaw_manager.domain.errors import StoreDamaged

_IDS_BEGINNING = """
SELECT originator_id FROM stored_events
WHERE originator_version = 1 AND topic IN (SELECT value FROM json_each(:topics))
AND originator_id >= :first AND originator_id < :end
ORDER BY originator_id
"""

_KNOWN = """
SELECT originator_id FROM stored_events
WHERE originator_version = 1 AND topic = :topic
AND originator_id IN (SELECT value FROM json_each(:ids))
"""

_LATEST_VERSIONS = """
SELECT originator_id, MAX(originator_version) AS version FROM stored_events
WHERE rowid > ? AND rowid <= ? AND topic GLOB ? || '*'
GROUP BY originator_id ORDER BY MIN(rowid)
"""

_EVENTS = """
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE rowid BETWEEN ? AND ?
"""

# What is wanted is a list of [id, version], and then of [id, version, version of the kept state].
_KEPT_STATES = """
SELECT originator_id, originator_version, topic, state
FROM json_each(?) AS wanted JOIN stored_snapshots
ON originator_id = json_extract(wanted.value, '$[0]') AND originator_version = (
    SELECT MAX(originator_version) FROM stored_snapshots
    WHERE originator_id = json_extract(wanted.value, '$[0]')
    AND originator_version <= json_extract(wanted.value, '$[1]')
)
"""

_EVENTS_SINCE = """
SELECT originator_id, originator_version, topic, state
FROM json_each(?) AS wanted JOIN stored_events
ON originator_id = json_extract(wanted.value, '$[0]')
AND originator_version > json_extract(wanted.value, '$[2]')
AND originator_version <= json_extract(wanted.value, '$[1]')
ORDER BY wanted.key, originator_version
"""

_BEGINNINGS = """
SELECT rowid, substr(state, 1, ?) AS beginning FROM stored_events
WHERE rowid BETWEEN ? AND ? ORDER BY rowid
"""

# The sequence remembers the positions of rows that were deleted, which are not given out again.
_LAST = """
SELECT rowid, chain, (SELECT seq FROM sqlite_sequence WHERE name = 'stored_events') AS given_out
FROM stored_events ORDER BY rowid DESC LIMIT 1
"""

_BEFORE_THE_FIRST = """
SELECT id, (SELECT seq FROM sqlite_sequence WHERE name = 'stored_events') AS given_out FROM log
"""

_APPEND = """
INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, chain)
VALUES (?, ?, ?, ?, ?, ?)
"""


class SqliteEventStore(SQLiteFactory):
    """Opens the log in a file, creating it when it is not there; see ``EventLog``."""

    def __init__(self, path: Path, *, lock_timeout: float) -> None:
        super().__init__(
            {
                "SQLITE_DBNAME": str(path),
                "CREATE_TABLE": "no",
                "IS_SNAPSHOTTING_ENABLED": "yes",
            }
        )
        if not os.path.exists(path):  # unlike Path.exists, false where we may not look
            _create(path)
        self.datastore = LogDatastore(path, lock_timeout)

    def application_recorder(self) -> LogRecorder:
        """Make the recorder of events."""
        return SqliteLogRecorder(self.datastore)


class SqliteLogRecorder(SQLiteApplicationRecorder, LogRecorder):
    """Records events in the file, and finds them by what people ask for."""

    def log_id(self) -> str:
        """Read the id that the log was created with."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT id FROM log")
            row = cursor.fetchone()
        if row is None:
            raise StoreDamaged(self.datastore.pool.db_name, "has lost its id")
        return str(row["id"])

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any
    ) -> Sequence[int]:
        """Append events, each with its link in the chain.

        The write lock is held from the beginning of the transaction, so nobody else can
        append between the last event that is read here and the first that is written.
        """
        last, previous = self._last(c)
        rows = []
        for position, event in enumerate(stored_events, last + 1):
            id_, version = event.originator_id, event.originator_version
            assert isinstance(id_, UUID), "every aggregate here is named by a UUID"
            previous = link(previous, position, id_.bytes, version, event.topic, event.state)
            rows.append((position, id_.hex, version, event.topic, event.state, previous))
        c.executemany(_APPEND, rows)
        return range(last + 1, last + 1 + len(rows))

    def _last(self, cursor: SQLiteCursor) -> tuple[int, bytes]:
        """Read the last position that was ever given out, and the last link of the chain."""
        cursor.execute(_LAST)
        row = cursor.fetchone()
        if row is not None:
            return max(row["rowid"], row["given_out"] or 0), row["chain"]
        cursor.execute(_BEFORE_THE_FIRST)
        row = cursor.fetchone()
        if row is None:
            raise StoreDamaged(self.datastore.pool.db_name, "has lost its id")
        return row["given_out"] or 0, beginning(row["id"])

    def latest_versions(self, topics_beginning: str, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell the last version that aggregates reached in a span of the log."""
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_LATEST_VERSIONS, (after, upto, topics_beginning))
            return {UUID(row["originator_id"]): row["version"] for row in cursor.fetchall()}

    def seek_events(
        self, sought: Sought, first: int, last: int, limit: int | None
    ) -> Sequence[Notification]:
        """Read the events that are sought in a span of the log."""
        statement, parameters = _select(sought)
        everything = -1
        span = (min(first, last), max(first, last))
        ends = (everything if limit is None else limit,)
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(
                f"{statement} {_direction(first, last)} LIMIT ?", (*span, *parameters, *ends)
            )
            return [
                Notification(
                    id=row["rowid"],
                    originator_id=UUID(row["originator_id"]),
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=row["state"],
                )
                for row in cursor.fetchall()
            ]

    def select_aggregates(self, versions: Mapping[UUID, int]) -> Sequence[Sequence[StoredEvent]]:
        """Read kept states and the events since, of all aggregates at once."""
        found: dict[str, list[StoredEvent]] = {id_.hex: [] for id_ in versions}
        ids = {id_.hex: id_ for id_ in versions}
        wanted = [(id_.hex, version) for id_, version in versions.items()]
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_KEPT_STATES, (json.dumps(wanted),))
            for id_, version, topic, state in cursor.fetchall():
                found[id_].append(StoredEvent(ids[id_], version, topic, state))
            kept = {id_: state[0].originator_version for id_, state in found.items() if state}
            since = [(id_, version, kept.get(id_, 0)) for id_, version in wanted]
            cursor.execute(_EVENTS_SINCE, (json.dumps(since),))
            for id_, version, topic, state in cursor.fetchall():
                found[id_].append(StoredEvent(ids[id_], version, topic, state))
        return list(found.values())

    def seek_beginnings(
        self, first: int, last: int, limit: int, size: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read how the states in a span of the log begin."""
        parameters = (size, min(first, last), max(first, last), limit)
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(f"{_BEGINNINGS} {_direction(first, last)} LIMIT ?", parameters)
            return [(row["rowid"], row["beginning"]) for row in cursor.fetchall()]

    def ids_beginning(self, prefix: str, topics: Sequence[str]) -> Sequence[UUID]:
        """Find aggregates by the beginning of their id."""
        after_every_digit = "g"
        parameters = {
            "first": prefix,
            "end": prefix + after_every_digit,
            "topics": json.dumps(topics),
        }
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_IDS_BEGINNING, parameters)
            return [UUID(row["originator_id"]) for row in cursor.fetchall()]

    def known(self, ids: Collection[UUID], topic: str) -> Sequence[UUID]:
        """Tell which aggregates there are."""
        parameters = {"topic": topic, "ids": json.dumps([id_.hex for id_ in ids])}
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute(_KNOWN, parameters)
            return [UUID(row["originator_id"]) for row in cursor.fetchall()]


def _select(sought: Sought) -> tuple[str, list[Any]]:
    """Write a statement that lacks its direction and limit.

    A plus sign keeps SQLite from using an index there: of one aggregate the events are read in
    the order of its versions, and where many topics are sought in that of the positions.
    """
    conditions, parameters = [], list[Any]()
    order = "rowid"
    if sought.originator_id is not None:
        conditions.append("originator_id = ?")
        parameters.append(sought.originator_id.hex)
        order = "originator_version"
    if sought.topics:
        narrow = len(sought.topics) == 1 and sought.originator_id is None
        marks = ", ".join("?" * len(sought.topics))
        conditions.append(f"topic = {marks}" if narrow else f"+topic IN ({marks})")
        parameters += sought.topics
    if sought.topics_beginning:
        conditions.append("+topic GLOB ? || '*'")
        parameters.append(sought.topics_beginning)
    conditions += ["instr(state, ?)"] * len(sought.containing)
    parameters += sought.containing
    return " AND ".join([_EVENTS, *conditions]) + f" ORDER BY {order}", parameters


def _direction(first: int, last: int) -> str:
    return "ASC" if first <= last else "DESC"


def _create(path: Path) -> None:
    """Make an empty log; of eight processes that do so at once one is first, and its log is it."""
    from openclaw_manager.adapters.event_store.draft import drafted

    with drafted(path, str(uuid4())) as draft:
        draft.place_unless_there()
