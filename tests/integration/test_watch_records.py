"""Outages and pings, read from a real log without the event store."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.watch_records import InMemoryWatchRecords
from openclaw_manager.adapters import watch_rows
from openclaw_manager.adapters.event_store import watch_queries
from openclaw_manager.adapters.event_store.schema import TURNS
from openclaw_manager.adapters.event_store.watch_records import SqliteWatchRecords
from openclaw_manager.application.ports.watch_records import OutageRecord, PingRecord, WatchRecords
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable
from openclaw_manager.domain.instance import Instance
from watched import HOUR, WatchedHome

_START = datetime(2026, 11, 20, tzinfo=UTC)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


@pytest.fixture
def watched(tmp_path: Path) -> WatchedHome:
    return WatchedHome(tmp_path, "home", "office")


@pytest.fixture
def records(watched: WatchedHome) -> SqliteWatchRecords:
    return SqliteWatchRecords(str(watched.core.home / "events.db"), lock_timeout=5)


def test_an_outage_is_what_a_watch_said_of_it(watched: WatchedHome, records: WatchRecords) -> None:
    began = _START + 20 * _MINUTE
    incident = watched.go_down("home", began, Cause.CONNECTION_REFUSED)
    [outage] = records.outages()

    assert outage == OutageRecord(
        int(incident),
        watched.id_of("home"),
        began,
        None,
        "down",
        "connection-refused",
        "nobody there",
        "connect",
        3,
        0,
    )

    watched.come_up("home", began + 7 * _MINUTE, flaps=2)
    [ended] = records.outages()
    assert ended == outage._replace(ended=began + 7 * _MINUTE, flaps=2)
    assert records.outage(outage.position) == ended
    assert records.outage(outage.position + 1) is None
    assert records.outage(0) is None


def test_who_is_removed_or_gets_another_address_is_down_no_more(
    watched: WatchedHome, records: WatchRecords
) -> None:
    watched.go_down("home", _START)
    watched.go_down("office", _START)
    watched.core.instances.update("office", url="ws://elsewhere.example:18789")
    watched.remove("home", _START + HOUR)
    moved, removed = records.outages()

    assert removed.ended == _START + HOUR
    assert moved.ended is not None
    assert (removed.flaps, moved.flaps) == (0, 0)


def test_summaries_and_single_pings_are_told_alike(
    watched: WatchedHome, records: WatchRecords
) -> None:
    id_ = watched.id_of("home")
    watched.summarise("home", _START, [10.0, 10.0, 30.0], failures=2)
    watched.ping("home", _START + 2 * HOUR, 1.0)
    watched.ping("home", _START + 3 * HOUR, None)
    two, three = _START + 2 * HOUR, _START + 3 * HOUR

    assert sorted(records.pings(_LONG_AGO, id_)) == [
        PingRecord(id_, _START, _START + HOUR, 5, 2, {47: 2, 69: 1}, 10.0, 30.0),
        PingRecord(id_, two, two, 1, 0, {0: 1}, 1.0, 1.0),
        PingRecord(id_, three, three, 1, 1, {}, None, None),
    ]
    assert list(records.watched(_LONG_AGO)) == [(id_, _START, _START + HOUR)]


def test_times_that_follow_each_other_are_one(watched: WatchedHome, records: WatchRecords) -> None:
    for hour in (0, 1, 2, 5, 6):
        watched.summarise("home", _START + hour * HOUR, [10.0])
        watched.summarise("office", _START + hour * HOUR + 0.25 * _MINUTE, [10.0])
    home = [span for span in records.watched(_LONG_AGO) if span[0] == watched.id_of("home")]

    assert sorted(home) == [
        (watched.id_of("home"), _START, _START + 3 * HOUR),
        (watched.id_of("home"), _START + 5 * HOUR, _START + 7 * HOUR),
    ]
    assert len(list(records.watched(_START + 4 * HOUR))) == 2
    assert list(records.watched(_START + 8 * HOUR)) == []


def test_of_single_pings_the_last_are_told(
    watched: WatchedHome, records: WatchRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_rows, "_SINGLE_PINGS", 3)
    watched.summarise("home", _START, [10.0])
    for minute in range(5):
        watched.ping("home", _START + 2 * HOUR + minute * _MINUTE, float(minute))
    found = records.pings(_LONG_AGO, watched.id_of("home"))

    assert sorted(one.minimum or 0 for one in found) == [2, 3, 4, 10]


def _filled(watched: WatchedHome) -> None:
    for hour in range(30):
        at = _START + hour * HOUR
        for name in ("home", "office"):
            if hour % 7 != 3 or name == "office":
                watched.summarise(name, at, [10.0 + hour] * 3)
            if hour % 5 == 1:
                watched.go_down(name, at)
            if hour % 5 == 2 and not (name == "office" and hour > 20):
                watched.come_up(name, at + 10 * _MINUTE, flaps=hour)
        watched.ping("office", at + 30 * _MINUTE, 7.0 if hour % 2 else None)


def test_the_fake_answers_as_the_file_does(watched: WatchedHome, records: WatchRecords) -> None:
    _filled(watched)
    fake = InMemoryWatchRecords([*records.outages()], [*records.pings(_LONG_AGO)])
    ids = [watched.id_of("home"), watched.id_of("office"), None]
    moments = [_START + hours * HOUR for hours in (-5, 0, 8.4, 17, 29.9, 90)]

    assert len(list(fake.outages())) == 11
    assert len(list(fake.pings(_LONG_AGO))) == 86
    for id_ in ids:
        assert list(records.outages(id_)) == list(fake.outages(id_))
        for moment in moments:
            assert sorted(records.pings(moment, id_)) == sorted(fake.pings(moment, id_))
            assert sorted(records.watched(moment, id_)) == sorted(fake.watched(moment, id_))
    for position in (*range(0, watched.core.log.head() + 2, 5), None):
        assert [*records.outages_at(position)] == [
            one for one in fake.outages_at(position) if _began_last(watched, one, position)
        ]


def _began_last(watched: WatchedHome, outage: Any, position: int | None) -> bool:
    """Whether nothing had ended an outage at a position; the fake does not know where that is."""
    if position is None:
        return True
    query = "SELECT COUNT(*) FROM stored_events WHERE rowid > ? AND rowid <= ? AND topic = ?"
    query += " AND originator_id = ?"
    key = outage.instance_id.replace("-", "")
    with closing(sqlite3.connect(watched.core.home / "events.db")) as connection:
        row = connection.execute(query, (outage.position, position, "instance.came-up", key))
        return bool(row.fetchone()[0] == 0)


def test_turns_are_the_events_that_begin_and_end_outages() -> None:
    kinds = (Instance.WentDown, Instance.CameUp, Instance.SoftDeleted, Instance.UrlChanged)
    assert "({})".format(", ".join(f"'{kind.TOPIC}'" for kind in kinds)) == TURNS


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (watch_queries.QUERIES.outages_of_all, ["events_by_topic", "PRIMARY KEY", "turns"]),
        (watch_queries.QUERIES.outages_of_one, ["turns", "PRIMARY KEY", "turns"]),
        (watch_queries.QUERIES.outage_at_position, ["PRIMARY KEY", "PRIMARY KEY", "turns"]),
        (
            watch_queries.QUERIES.outages_going_on,
            ["first_events", "PRIMARY KEY", "turns", "PRIMARY KEY", "turns"],
        ),
        (watch_queries.QUERIES.events_of_all, ["events_by_topic"]),
        (watch_queries.QUERIES.events_of_one, ["autoindex"]),
        (watch_queries.QUERIES.beginnings_of_all, ["PRIMARY KEY"]),
        (watch_queries.QUERIES.beginnings_of_one, ["autoindex"]),
        (watch_queries.QUERIES.last_of_all, ["stored_events"]),
        (watch_queries.QUERIES.last_of_one, ["autoindex"]),
    ],
)
def test_everything_is_found_through_an_index(
    watched: WatchedHome, statement: str, indexes: list[str]
) -> None:
    parameters = dict.fromkeys(re.findall(r":(\w+)", statement), 1)
    with closing(sqlite3.connect(watched.core.home / "events.db")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    searches = [step[3] for step in plan if step[3].startswith(("SEARCH", "SCAN"))]

    assert [one.partition(" ")[0] for one in searches] == ["SEARCH"] * len(indexes)
    assert all(index in search for index, search in zip(indexes, searches, strict=True))


def test_an_event_that_cannot_be_read_is_damage(
    watched: WatchedHome, records: WatchRecords
) -> None:
    watched.summarise("home", _START, [10.0])
    incident = watched.go_down("home", _START)
    id_ = watched.id_of("home")
    watched.core.log.close()
    with closing(sqlite3.connect(watched.core.home / "events.db")) as connection, connection:
        connection.execute("UPDATE stored_events SET state = CAST('{}' AS BLOB) WHERE rowid > 4")

    for read in (
        lambda: list(records.outages()),
        lambda: records.outage(int(incident)),
        lambda: list(records.pings(_LONG_AGO)),
        lambda: list(records.pings(_LONG_AGO, id_)),
        lambda: list(records.watched(_LONG_AGO)),
    ):
        with pytest.raises(StoreDamaged, match=r"(position|event) \d: cannot be read"):
            read()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    records = SqliteWatchRecords(str(tmp_path / "no" / "events.db"), lock_timeout=5)

    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        list(records.outages())
