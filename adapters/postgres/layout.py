"""The layout of a log in PostgreSQL: everything is in one schema, and named with it."""

from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, InvalidSchemaName, UndefinedTable

from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreError,
    StoreNotInitialised,
    StoreUnavailable,
)

VERSION = 1
SCHEMA = "openclaw_manager"

TURNS = (
    "('instance.went-down', 'instance.came-up', 'instance.soft-deleted', 'instance.url-changed')"
)
"""The topics of what begins or ends an outage; an index has just these."""

# The one row of ``log`` is locked by whoever appends. It remembers the last position that was
# given out, so that no position is used again, whatever becomes of the event. Space is left in
# its page, so that a change of it stays there.
# What tells the right key for the secrets from a wrong one is in ``secret_key``.
# The indexes are those of the log in SQLite; a state may be megabytes long, and is compressed.
FIRST = f"""
CREATE TABLE {SCHEMA}.log (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id text NOT NULL,
    layout integer NOT NULL,
    given_out bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
CREATE TABLE {SCHEMA}.stored_events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    chain bytea NOT NULL,
    state bytea NOT NULL,
    CONSTRAINT one_event_a_version UNIQUE (originator_id, originator_version)
);
CREATE INDEX first_events ON {SCHEMA}.stored_events (topic, originator_id)
    WHERE originator_version = 1;
CREATE INDEX events_by_topic ON {SCHEMA}.stored_events (topic, position);
CREATE INDEX turns ON {SCHEMA}.stored_events (originator_id, originator_version)
    WHERE topic IN {TURNS};
CREATE TABLE {SCHEMA}.stored_snapshots (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE TABLE {SCHEMA}.secrets (ref text PRIMARY KEY, sealed bytea NOT NULL);
CREATE TABLE {SCHEMA}.secret_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    key_check bytea NOT NULL
);
"""

MIGRATIONS = (FIRST,)
"""What leads from each layout to the next one, the first from nothing."""

RIGHTS = f"""
GRANT USAGE ON SCHEMA {SCHEMA} TO {{role}};
GRANT SELECT, UPDATE (given_out) ON {SCHEMA}.log TO {{role}};
GRANT SELECT, INSERT ON {SCHEMA}.stored_events TO {{role}};
GRANT SELECT, INSERT ON {SCHEMA}.stored_snapshots TO {{role}};
GRANT SELECT, INSERT, UPDATE, DELETE ON {SCHEMA}.secrets TO {{role}};
GRANT SELECT, INSERT, UPDATE ON {SCHEMA}.secret_key TO {{role}};
"""
"""What a role needs that uses the log: it can append to it, and neither change nor erase.

Secrets are sealed, and erased when they are purged.
"""

_LAYOUT = f"SELECT layout FROM {SCHEMA}.log"


def problem_with(link: "Connection[Any]") -> tuple[type[StoreError], str] | None:
    """Say why a database is not a log that this version can use, if it is not."""
    try:
        row = link.execute(_LAYOUT).fetchone()
    except (UndefinedTable, InvalidSchemaName):
        return StoreNotInitialised, "was never made ready for openclaw-manager"
    except InsufficientPrivilege:
        return StoreUnavailable, "has a log that this user may not read: its role lacks a right"
    except psycopg.ProgrammingError:
        return StoreDamaged, f"has a schema {SCHEMA!r} that is not a log of openclaw-manager"
    if row is None:
        return StoreDamaged, "has lost its id"
    layout = row[0]
    if layout != VERSION:
        return StoreDamaged, f"was written by another version of openclaw-manager (layout {layout})"
    return None
