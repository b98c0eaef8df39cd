"""The log in PostgreSQL as evidence: read row by row as it lies there, and never written."""

from collections.abc import Iterator, Sequence
from typing import Any

from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.domain.chain import beginning, link
from openclaw_manager.domain.errors import StoreDamaged

# The ids as the texts that the chain and the export have.
_ROWS = f"""
SELECT event.position, convert_to(replace(event.originator_id::text, '-', ''), 'UTF8'),
    event.originator_version, convert_to(event.topic, 'UTF8'), event.state, event.chain,
    convert_to(kept.topic, 'UTF8'), kept.state
FROM {SCHEMA}.stored_events AS event LEFT JOIN {SCHEMA}.stored_snapshots AS kept
ON kept.originator_id = event.originator_id
AND kept.originator_version = event.originator_version
WHERE event.position BETWEEN %s AND %s ORDER BY event.position LIMIT %s
"""
_LOG_ID = f"SELECT id FROM {SCHEMA}.log"
_LAST_GIVEN = f"""
SELECT greatest(
    COALESCE((SELECT max(given_out) FROM {SCHEMA}.log), 0),
    COALESCE((SELECT max(position) FROM {SCHEMA}.stored_events), 0)
)
"""
_STATES_OF_NOTHING = f"""
SELECT count(*) FROM {SCHEMA}.stored_snapshots AS kept WHERE NOT EXISTS (
    SELECT 1 FROM {SCHEMA}.stored_events AS event WHERE event.originator_id = kept.originator_id
    AND event.originator_version = kept.originator_version
)
"""
# Every one of them decides what is found or what becomes of an event that is appended.
_OBJECTS = f"""
SELECT CASE relkind WHEN 'i' THEN 'index' WHEN 'r' THEN 'table' ELSE 'object' END, relname
FROM pg_catalog.pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace AND relkind <> 't'
UNION ALL SELECT 'broken index', relname FROM pg_catalog.pg_class
JOIN pg_catalog.pg_index ON indexrelid = pg_class.oid
WHERE relnamespace = '{SCHEMA}'::regnamespace AND NOT (indisvalid AND indisready)
UNION ALL SELECT 'trigger', tgname FROM pg_catalog.pg_trigger
JOIN pg_catalog.pg_class ON tgrelid = pg_class.oid
WHERE relnamespace = '{SCHEMA}'::regnamespace AND NOT tgisinternal
UNION ALL SELECT 'rule', rulename FROM pg_catalog.pg_rewrite
JOIN pg_catalog.pg_class ON ev_class = pg_class.oid
WHERE relnamespace = '{SCHEMA}'::regnamespace
"""
_OURS = {
    ("table", "log"),
    ("index", "log_pkey"),
    ("table", "stored_events"),
    ("index", "stored_events_pkey"),
    ("index", "one_event_a_version"),
    ("index", "first_events"),
    ("index", "events_by_topic"),
    ("index", "turns"),
    ("table", "stored_snapshots"),
    ("index", "stored_snapshots_pkey"),
    ("table", "secrets"),
    ("index", "secrets_pkey"),
    ("table", "secret_key"),
    ("index", "secret_key_pkey"),
}
_LAST_TWO = f"""
SELECT position, originator_id, originator_version, topic, state, chain
FROM {SCHEMA}.stored_events ORDER BY position DESC LIMIT 2
"""


class PostgresLogEvidence:
    """Reads the tables; see ``LogEvidence``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def is_there(self) -> bool:
        """Tell that it is: a database without one is an error."""
        self.log_id()
        return True

    def faults(self) -> Sequence[str]:
        """Look at what is in the schema, and at what says nothing of any event."""
        return [*self._strange_objects(), *self._wrong_ids(), *self._states_of_nothing()]

    def log_id(self) -> str | None:
        """Read the id that stands there."""
        rows = self._read(_LOG_ID)
        return str(rows[0][0]) if rows else None

    def last_position(self) -> int:
        """Read what is kept so that a position is never given out again."""
        return int(self._read(_LAST_GIVEN)[0][0])

    def rows(self, first: int, last: int, limit: int) -> Sequence[StoredRow]:
        """Read some rows."""
        return list(map(StoredRow._make, self._read(_ROWS, (first, last, limit))))

    def last_link_holds(self) -> bool:
        """Tell whether the last event is the one that was appended after the one before it."""
        last, before = (*self._read(_LAST_TWO), None, None)[:2]
        if last is None:
            return True
        position, id_, version, topic, state, chain = last
        previous = before[-1] if before else beginning(self.log_id() or "")
        return bool(chain == link(previous, position, id_.bytes, version, topic, state))

    def _strange_objects(self) -> Iterator[str]:
        found = {(str(kind), str(name)) for kind, name in self._read(_OBJECTS)}
        for kind, name in sorted(found - _OURS):
            yield f"has a {kind} {name!r} in it that is not ours"
        for kind, name in sorted(_OURS - found):
            yield f"has lost its {kind} {name!r}"

    def _wrong_ids(self) -> Iterator[str]:
        if self.log_id() is None:
            yield "has lost its id"

    def _states_of_nothing(self) -> Iterator[str]:
        [(count,)] = self._read(_STATES_OF_NOTHING)
        if count:
            yield f"keeps states of aggregates at versions that no event has: {count}"

    def _read(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._connections.read(
            lambda link: link.execute(statement, parameters, binary=True).fetchall()
        )


def refuse_damaged(evidence: PostgresLogEvidence, place: str) -> None:
    """Raise ``StoreDamaged`` for the first thing that is wrong, without reading all events."""
    for fault in evidence.faults():
        raise StoreDamaged(place, fault)
    if not evidence.last_link_holds():
        raise StoreDamaged(place, "is damaged: its last event was changed")
