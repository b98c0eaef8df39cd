"""The last events of an instance with a million of them: as fast as with a thousand."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench import Bench, Goal, Result
from homes import fill, open_home, some_urls
from pings import a_success
from processes import SCRIPT, run

_SHORT = 1_000
_LIMIT = 20
_SNAPSHOT_EVERY = 50  # events, as the log itself does

_MORE_EVENTS = """
WITH RECURSIVE versions (version) AS (
    SELECT :first UNION ALL SELECT version + 1 FROM versions WHERE version < :last
)
INSERT INTO stored_events (originator_id, originator_version, topic, state, chain)
SELECT originator_id, version, topic, state, chain FROM versions
JOIN stored_events ON topic = 'instance.pinged' AND originator_version = :repeated
"""
_MORE_SNAPSHOTS = """
WITH RECURSIVE versions (version) AS (
    SELECT :first UNION ALL SELECT version + :every FROM versions WHERE version < :last
)
INSERT INTO stored_snapshots (originator_id, originator_version, topic, state)
SELECT originator_id, version, topic, state FROM versions
JOIN stored_snapshots ON originator_version = :repeated
"""


def long_history_rows(bench: Bench) -> list[Result]:
    """Ask for the last 20 events of a long and of a short history; the short one is the bare."""
    events = bench.size(1_000_000, quick=2 * _SHORT)
    homes = bench.folder / "long", bench.folder / "short"
    for home in homes:
        _register_and_ping(home)
    _lengthen(homes[0] / "events.db", events)
    long, short = (open_home(home).history() for home in homes)
    assert [entry.version for entry in long.of("gw0", _LIMIT)] == list(
        range(events - _LIMIT + 1, events + 1)
    )
    command = [SCRIPT, "instance", "history", "gw0", "--limit", str(_LIMIT)]
    log = [SCRIPT, "audit", "log", "--since", "2020-01-01", "--limit", str(_LIMIT)]
    rare = [*log, "--event", "Registered"]
    what = f"history --limit {_LIMIT} of {events:,} events, as of {_SHORT:,}"
    goal = Goal("at most", 1.3)
    return [
        bench.ratio(what, goal, lambda: run(command, homes[0]), lambda: run(command, homes[1])),
        bench.ratio(
            f"{what}, in process",
            goal,
            lambda: long.of("gw0", _LIMIT),
            lambda: short.of("gw0", _LIMIT),
            runs=10 * bench.runs,
        ),
        bench.ratio(
            f"audit log --since --limit {_LIMIT}, the same",
            goal,
            lambda: run(log, homes[0]),
            lambda: run(log, homes[1]),
        ),
        bench.ratio(
            f"audit log --event Registered --since --limit {_LIMIT}, the same",
            goal,
            lambda: run(rare, homes[0]),
            lambda: run(rare, homes[1]),
        ),
    ]


def _register_and_ping(home: Path) -> None:
    container = open_home(home)
    [instance] = fill(container, some_urls(1))
    by = container.facts().provenance()
    while instance.version < _SHORT:
        instance.record_ping(a_success(), by)
    container.event_log().save(instance)
    container.projection().catch_up()


def _lengthen(database: Path, events: int) -> None:
    """Repeat the last event and the last snapshot, as if it had gone on for years."""
    every = _SNAPSHOT_EVERY
    more = {"repeated": _SHORT, "first": _SHORT + 1, "last": events}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(_MORE_EVENTS, more)
        connection.execute(_MORE_SNAPSHOTS, more | {"first": _SHORT + every, "every": every})
