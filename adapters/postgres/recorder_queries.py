"""How events are written to PostgreSQL and found there; whatever else is there, by an index."""

from typing import Any

from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.application.ports.log_recorder import Sought

# Whatever the server or the role has as its default: what is read after the lock must be what
# others committed before they gave it up.
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
LOCK_TIMEOUT = "SELECT set_config('lock_timeout', %s, true)"
LOCK = f"SELECT id, given_out FROM {SCHEMA}.log FOR UPDATE"
LAST_LINK = f"SELECT position, chain FROM {SCHEMA}.stored_events ORDER BY position DESC LIMIT 1"
APPEND = f"""
INSERT INTO {SCHEMA}.stored_events
    (position, originator_id, originator_version, topic, state, chain)
SELECT * FROM unnest(
    %s::bigint[], %s::uuid[], %s::bigint[], %s::text[], %b::bytea[], %b::bytea[]
)
"""
GIVE_OUT = f"UPDATE {SCHEMA}.log SET given_out = %s"
RECORDED = f"""
SELECT event.position, event.topic, event.state
FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS sought (id, version, number)
JOIN {SCHEMA}.stored_events AS event
ON event.originator_id = sought.id AND event.originator_version = sought.version
ORDER BY sought.number
"""
KEEP_STATES = f"""
INSERT INTO {SCHEMA}.stored_snapshots (originator_id, originator_version, topic, state)
SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %b::bytea[])
"""

LOG_ID = f"SELECT id FROM {SCHEMA}.log"
LAST_POSITION = f"SELECT max(position) FROM {SCHEMA}.stored_events"
_OF_ONE = f"""
SELECT originator_id, originator_version, topic, state FROM {SCHEMA}.{{table}}
WHERE originator_id = %s AND originator_version > %s
AND originator_version <= COALESCE(%s::bigint, {2**63 - 1})
ORDER BY originator_version {{{{direction}}}} LIMIT %s
"""
EVENTS_OF_ONE = _OF_ONE.format(table="stored_events")
STATES_OF_ONE = _OF_ONE.format(table="stored_snapshots")
_NOTIFICATION = "SELECT position, originator_id, originator_version, topic, state"
NOTIFICATIONS = f"""
{_NOTIFICATION} FROM {SCHEMA}.stored_events
WHERE position >= %s AND position <= COALESCE(%s::bigint, {2**63 - 1})
AND (cardinality(%s::text[]) = 0 OR topic = ANY(%s::text[]))
ORDER BY position LIMIT %s
"""
LATEST_VERSIONS = f"""
SELECT originator_id, max(originator_version) FROM {SCHEMA}.stored_events
WHERE position > %s AND position <= %s AND starts_with(topic, %s)
GROUP BY originator_id ORDER BY min(position)
"""
AGGREGATES = f"""
WITH wanted AS MATERIALIZED (
    SELECT sought.id, sought.version, (
        SELECT max(kept.originator_version) FROM {SCHEMA}.stored_snapshots AS kept
        WHERE kept.originator_id = sought.id AND kept.originator_version <= sought.version
    ) AS kept
    FROM unnest(%s::uuid[], %s::bigint[]) AS sought (id, version)
)
SELECT originator_id, originator_version, topic, state
FROM wanted JOIN {SCHEMA}.stored_snapshots
ON originator_id = wanted.id AND originator_version = wanted.kept
UNION ALL SELECT * FROM (
    SELECT originator_id, originator_version, topic, state
    FROM wanted JOIN {SCHEMA}.stored_events
    ON originator_id = wanted.id AND originator_version > COALESCE(wanted.kept, 0)
    AND originator_version <= wanted.version
    ORDER BY originator_id, originator_version
) AS since
"""
BEGINNINGS = f"""
SELECT position, substr(state, 1, %s) FROM {SCHEMA}.stored_events
WHERE position BETWEEN %s AND %s ORDER BY position
"""
IDS_BETWEEN = f"""
SELECT originator_id FROM {SCHEMA}.stored_events
WHERE originator_version = 1 AND topic = ANY(%s) AND originator_id BETWEEN %s AND %s
ORDER BY originator_id
"""
KNOWN = f"""
SELECT originator_id FROM {SCHEMA}.stored_events
WHERE originator_version = 1 AND topic = %s AND originator_id = ANY(%s::uuid[])
"""


def seeking(sought: Sought) -> tuple[str, list[Any]]:
    """Write a statement that lacks its direction and limit.

    Of one aggregate the events are read in the order of its versions, which an index has, and
    else in that of the positions.
    """
    conditions, parameters = ["position BETWEEN %s AND %s"], list[Any]()
    order = "position"
    if sought.originator_id is not None:
        conditions.append("originator_id = %s")
        parameters.append(sought.originator_id)
        order = "originator_version"
    if len(sought.topics) == 1:
        conditions.append("topic = %s")
        parameters += sought.topics
    elif sought.topics:
        conditions.append("topic = ANY(%s)")
        parameters.append(list(sought.topics))
    if sought.topics_beginning:
        conditions.append("starts_with(topic, %s)")
        parameters.append(sought.topics_beginning)
    conditions += ["position(%b::bytea IN state) > 0"] * len(sought.containing)
    parameters += sought.containing
    where = " AND ".join(conditions)
    return f"{_NOTIFICATION} FROM {SCHEMA}.stored_events WHERE {where} ORDER BY {order}", parameters
