"""How outages and pings are found in the log's file: each through an index, whatever else is there.

A plus sign keeps SQLite from using an index: that of all topics, where the events of one instance
lead there sooner.
"""

from openclaw_manager.adapters.event_store.schema import TURNS
from openclaw_manager.adapters.watch_rows import WatchQueries

_OUTAGES = f"""
SELECT began.rowid, began.originator_id, began.topic, began.state, ended.topic, ended.state
FROM {{source}} LEFT JOIN stored_events AS ended ON ended.rowid = (
    SELECT turn.rowid FROM stored_events AS turn
    WHERE turn.originator_id = began.originator_id AND turn.topic IN {TURNS}
    AND turn.originator_version > began.originator_version
    ORDER BY turn.originator_version LIMIT 1
)
"""  # noqa: S608 - of parts that stand in this program
_BEGINNING = "stored_events AS began"
# The last turn of each instance until a position.
_LAST_TURNS = f"""
stored_events AS first JOIN stored_events AS began ON began.rowid = (
    SELECT turn.rowid FROM stored_events AS turn
    WHERE turn.originator_id = first.originator_id AND turn.topic IN {TURNS}
    AND turn.rowid <= :position
    ORDER BY turn.originator_version DESC LIMIT 1
)
"""  # noqa: S608 - the same
_WENT_DOWN = "began.topic = 'instance.went-down'"
_OUTAGES_OF_ALL = (
    f"{_OUTAGES.format(source=_BEGINNING)} WHERE {_WENT_DOWN} ORDER BY began.rowid DESC"
)
_OUTAGES_OF_ONE = f"""
{_OUTAGES.format(source=_BEGINNING)}
WHERE began.originator_id = :instance_id AND began.topic IN {TURNS} AND +{_WENT_DOWN}
ORDER BY began.originator_version DESC
"""
_OUTAGE_AT_POSITION = f"""
{_OUTAGES.format(source=_BEGINNING)} WHERE began.rowid = :position AND +{_WENT_DOWN}
"""
_OUTAGES_GOING_ON = f"""
{_OUTAGES.format(source=_LAST_TURNS)}
WHERE first.originator_version = 1 AND first.topic IN ('instance.registered', 'instance.adopted')
AND +{_WENT_DOWN} ORDER BY began.rowid DESC
"""

_EVENTS = "SELECT rowid, originator_id, topic, state FROM stored_events"
_EVENTS_OF_ALL = f"""
{_EVENTS} WHERE topic = :topic AND rowid >= :first ORDER BY rowid DESC LIMIT :most
"""
_EVENTS_OF_ONE = f"""
{_EVENTS} WHERE originator_id = :instance_id AND originator_version >= :first
AND +topic IN (:topic, :other_topic) ORDER BY originator_version DESC LIMIT :most
"""
_BEGINNINGS_OF_ALL = """
SELECT rowid, substr(state, 1, 60) FROM stored_events
WHERE rowid >= :number ORDER BY rowid LIMIT 1
"""
_BEGINNINGS_OF_ONE = """
SELECT originator_version, substr(state, 1, 60) FROM stored_events
WHERE originator_id = :instance_id AND originator_version >= :number
ORDER BY originator_version LIMIT 1
"""
_LAST_OF_ALL = "SELECT MAX(rowid) FROM stored_events"
_LAST_OF_ONE = """
SELECT MAX(originator_version) FROM stored_events WHERE originator_id = :instance_id
"""
_INSTANCES = """
SELECT COUNT(*) FROM stored_events
WHERE originator_version = 1 AND topic IN ('instance.registered', 'instance.adopted')
"""

QUERIES = WatchQueries(
    outages_of_all=_OUTAGES_OF_ALL,
    outages_of_one=_OUTAGES_OF_ONE,
    outage_at_position=_OUTAGE_AT_POSITION,
    outages_going_on=_OUTAGES_GOING_ON,
    events_of_all=_EVENTS_OF_ALL,
    events_of_one=_EVENTS_OF_ONE,
    beginnings_of_all=_BEGINNINGS_OF_ALL,
    beginnings_of_one=_BEGINNINGS_OF_ONE,
    last_of_all=_LAST_OF_ALL,
    last_of_one=_LAST_OF_ONE,
    instances=_INSTANCES,
)
