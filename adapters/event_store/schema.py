"""The layout of ``events.db``, shared by what writes it and what only looks."""

import sqlite3

APPLICATION_ID = 0x4F434C4D  # "OCLM": tells our files from any other SQLite database
SCHEMA_VERSION = 1

TURNS = (
    "('instance.went-down', 'instance.came-up', 'instance.soft-deleted', 'instance.url-changed')"
)
"""The topics of what begins or ends an outage. A query that names them just so is served by the
index of them."""

# The position of an event is its rowid. It is declared, since SQLite may renumber a rowid that
# is not, and AUTOINCREMENT keeps the number of a deleted row from being given out again.
# The first index finds what there is of one kind, among much more of another, and the second
# the last events of a kind, in the order of their positions.
# The third leads from an outage to its end, and to the last one of an instance, however many
# steady pings are between.
# The link in the chain (see ``openclaw_manager.domain.chain``) stands before the state, which
# may be megabytes long, so that the last one is read without these.
CREATE = f"""
CREATE TABLE log (id TEXT NOT NULL) STRICT;
CREATE TABLE stored_events (
    rowid INTEGER PRIMARY KEY AUTOINCREMENT,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    chain BLOB NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
) STRICT;
CREATE INDEX first_events ON stored_events (topic, originator_id, originator_version)
    WHERE originator_version = 1;
CREATE INDEX events_by_topic ON stored_events (topic);
CREATE INDEX turns ON stored_events (originator_id, originator_version) WHERE topic IN {TURNS};
CREATE TABLE stored_snapshots (
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


def problem_with(connection: sqlite3.Connection) -> str | None:
    """Say why a database is not an event log that this version can use, if it is not."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        return "is not an event log of openclaw-manager"
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != SCHEMA_VERSION:
        return f"was written by another version of openclaw-manager (layout {version})"
    return None
