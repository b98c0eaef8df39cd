"""How outages and pings are found in PostgreSQL: each through an index, whatever else is there."""

from openclaw_manager.adapters.postgres.layout import SCHEMA, TURNS
from openclaw_manager.adapters.watch_rows import WatchQueries

_EVENTS = f"{SCHEMA}.stored_events"
_OUTAGES = f"""
SELECT began.position, began.originator_id::text, began.topic, began.state,
    ended.topic, ended.state
FROM {{source}} LEFT JOIN LATERAL (
    SELECT turn.topic, turn.state FROM {_EVENTS} AS turn
    WHERE turn.originator_id = began.originator_id AND turn.topic IN {TURNS}
    AND turn.originator_version > began.originator_version
    ORDER BY turn.originator_version LIMIT 1
) AS ended ON true
"""
_BEGINNING = f"{_EVENTS} AS began"
# The last turn of each instance until a position.
_LAST_TURNS = f"""
{_EVENTS} AS first JOIN LATERAL (
    SELECT * FROM {_EVENTS} AS turn
    WHERE turn.originator_id = first.originator_id AND turn.topic IN {TURNS}
    AND turn.position <= %(position)s
    ORDER BY turn.originator_version DESC LIMIT 1
) AS began ON true
"""
_WENT_DOWN = "began.topic = 'instance.went-down'"
_OF_INSTANCES = "originator_version = 1 AND topic IN ('instance.registered', 'instance.adopted')"
_EVENT = f"SELECT position, originator_id::text, topic, state FROM {_EVENTS}"

QUERIES = WatchQueries(
    outages_of_all=f"""
        {_OUTAGES.format(source=_BEGINNING)} WHERE {_WENT_DOWN} ORDER BY began.position DESC
    """,
    outages_of_one=f"""
        {_OUTAGES.format(source=_BEGINNING)}
        WHERE began.originator_id = %(instance_id)s::uuid AND began.topic IN {TURNS}
        AND {_WENT_DOWN} ORDER BY began.originator_version DESC
    """,
    outage_at_position=f"""
        {_OUTAGES.format(source=_BEGINNING)}
        WHERE began.position = %(position)s AND {_WENT_DOWN}
    """,
    outages_going_on=f"""
        {_OUTAGES.format(source=_LAST_TURNS)}
        WHERE first.{_OF_INSTANCES.replace("topic", "first.topic")} AND {_WENT_DOWN}
        ORDER BY began.position DESC
    """,
    events_of_all=f"""
        {_EVENT} WHERE topic = %(topic)s AND position >= %(first)s
        ORDER BY position DESC LIMIT %(most)s
    """,
    events_of_one=f"""
        {_EVENT} WHERE originator_id = %(instance_id)s::uuid AND originator_version >= %(first)s
        AND topic IN (%(topic)s, %(other_topic)s)
        ORDER BY originator_version DESC LIMIT %(most)s
    """,
    beginnings_of_all=f"""
        SELECT position, substr(state, 1, 60) FROM {_EVENTS}
        WHERE position >= %(number)s ORDER BY position LIMIT 1
    """,
    beginnings_of_one=f"""
        SELECT originator_version, substr(state, 1, 60) FROM {_EVENTS}
        WHERE originator_id = %(instance_id)s::uuid AND originator_version >= %(number)s
        ORDER BY originator_version LIMIT 1
    """,
    last_of_all=f"SELECT max(position) FROM {_EVENTS}",
    last_of_one=f"""
        SELECT max(originator_version) FROM {_EVENTS} WHERE originator_id = %(instance_id)s::uuid
    """,
    instances=f"SELECT count(*) FROM {_EVENTS} WHERE {_OF_INSTANCES}",
)
