"""Outages and pings in the rows of a log, wherever it is; nothing of the event store is loaded."""

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from openclaw_manager.application.ports.watch_records import (
    OutageRecord,
    PingRecord,
    WatchedSpan,
    WatchRecords,
)
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.latencies import bucket_of

_SUMMARISED, _PINGED, _FAILED = (
    "instance.pings-summarised",
    "instance.pinged",
    "instance.ping-failed",
)
_EVERYTHING = 2**62
_SINGLE_PINGS = 10_000  # of each instance; who pings more often by hand has a watch for that
_BEYOND_ALL = 2**63 - 1
# Events are in the order in which they were saved, and their times are not quite: two processes
# append at once, or the clock was set back.
_OUT_OF_ORDER = timedelta(hours=2)
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
_time = re.compile(rb'\{"timestamp":"([^"]{10,40})"').match
_span = re.compile(rb'"since":"([^"]{10,40})","until":"([^"]{10,40})"').search


_Columns = Sequence[Any]
Look = Callable[[str, Mapping[str, Any]], Iterable[_Columns]]
"""Runs a statement with its parameters, and gives the rows, each when it is asked for."""
_NOBODY: Mapping[str, Any] = {}


class _Row(NamedTuple):
    position: int
    instance_id: str
    topic: str
    state: bytes


class WatchQueries(NamedTuple):
    """Statements that find outages and pings, each through an index.

    An outage is the position, the aggregate, the topic and the state of its beginning, then
    the topic and the state of its end; an event is the first four of these.
    """

    outages_of_all: str
    outages_of_one: str
    outage_at_position: str
    outages_going_on: str
    events_of_all: str
    events_of_one: str
    beginnings_of_all: str
    beginnings_of_one: str
    last_of_all: str
    last_of_one: str
    instances: str


class WatchRows(WatchRecords):
    """Reads outages and pings from a log, which has to be there."""

    @property
    @abstractmethod
    def _queries(self) -> WatchQueries:
        """How they are found in this kind of log."""

    @abstractmethod
    def _looking(self) -> AbstractContextManager[Look]:
        """Look at the log; raises a ``StoreError``."""

    def outages(self, instance_id: str | None = None) -> Iterator[OutageRecord]:
        """Read outages, the newest first, each when it is asked for."""
        if instance_id is None:
            return self._outages(self._queries.outages_of_all)
        return self._outages(self._queries.outages_of_one, instance_id=_key(instance_id))

    def outage(self, position: int) -> OutageRecord | None:
        """Read the outage that began at a position; None if none did."""
        return next(self._outages(self._queries.outage_at_position, position=position), None)

    def outages_at(self, position: int | None = None) -> Iterator[OutageRecord]:
        """Read the outages that went on at a position, or that go on now; one an instance."""
        return self._outages(
            self._queries.outages_going_on, position=_BEYOND_ALL if position is None else position
        )

    def pings(self, since: datetime, instance_id: str | None = None) -> Iterator[PingRecord]:
        """Read the pings that ended at a moment or later."""
        with self._looking() as look:
            for row in map(_Row._make, _pings(self._queries, look, since, instance_id)):
                pings: PingRecord = _read(_ping_record, row)
                if pings.until >= since:
                    yield pings

    def watched(self, since: datetime, instance_id: str | None = None) -> Iterator[WatchedSpan]:
        """Read the times in which a watch ran, those that ended at a moment or later.

        They are joined as they are written: the text of a time in UTC sorts as the time does.
        """
        earliest = since.isoformat()
        spans: dict[str, tuple[str, str]] = {}
        with self._looking() as look:
            for row in map(_Row._make, _summaries(self._queries, look, since, instance_id)):
                begin, end = _read(_written_span, row)
                if end < earliest:
                    continue
                later = spans.get(row.instance_id)
                if later and begin <= later[1] and end >= later[0]:
                    begin, end = min(begin, later[0]), max(end, later[1])
                elif later:
                    yield _watched_span(row.instance_id, later)
                spans[row.instance_id] = begin, end
        for key, span in spans.items():
            yield _watched_span(key, span)

    def _outages(self, statement: str, **parameters: Any) -> Iterator[OutageRecord]:
        with self._looking() as look:
            for *row, turn, end in look(statement, parameters):
                yield _read(_outage, _Row._make(row), turn, end)


def _pings(
    sql: WatchQueries, look: Look, since: datetime, instance_id: str | None
) -> Iterable[_Columns]:
    """Read the summaries, and then the single pings, of each instance the newest."""
    summaries = _summaries(sql, look, since, instance_id)
    if instance_id is not None:
        topics = {"topic": _PINGED, "other_topic": _FAILED}
        return chain(
            summaries, _of_one(sql, look, since, instance_id, **topics, most=_SINGLE_PINGS)
        )
    [(instances,)] = look(sql.instances, {})
    most = _SINGLE_PINGS * instances
    return chain(
        summaries,
        _of_all(sql, look, since, topic=_PINGED, most=most),
        _of_all(sql, look, since, topic=_FAILED, most=most),
    )


def _summaries(
    sql: WatchQueries, look: Look, since: datetime, instance_id: str | None
) -> Iterable[_Columns]:
    if instance_id is None:
        return _of_all(sql, look, since, topic=_SUMMARISED, most=_EVERYTHING)
    topics = {"topic": _SUMMARISED, "other_topic": None}
    return _of_one(sql, look, since, instance_id, **topics, most=_EVERYTHING)


def _of_all(sql: WatchQueries, look: Look, since: datetime, **wanted: Any) -> Iterable[_Columns]:
    first = _first(since, look, sql.last_of_all, sql.beginnings_of_all)
    return look(sql.events_of_all, wanted | {"first": first})


def _of_one(
    sql: WatchQueries, look: Look, since: datetime, instance_id: str, **wanted: Any
) -> Iterable[_Columns]:
    of = {"instance_id": _key(instance_id)}
    first = _first(since, look, sql.last_of_one, sql.beginnings_of_one, of)
    return look(sql.events_of_one, wanted | of | {"first": first})


def _first(
    since: datetime, look: Look, last: str, beginnings: str, of: Mapping[str, Any] = _NOBODY
) -> int:
    """Find the first event, by its number, that may tell of a moment or later, by halving."""
    earliest = (since - _OUT_OF_ORDER).isoformat()
    [(greatest,)] = look(last, of)
    near, far = 1, (greatest or 0) + 1
    while near < far:
        middle = (near + far) // 2
        [(number, beginning)] = look(beginnings, {**of, "number": middle})
        if _written_time(number, beginning) < earliest:
            near = number + 1
        else:
            far = middle
    return near


def _key(instance_id: str) -> str:
    return instance_id.replace("-", "").lower()


@cache
def _id(key: str) -> str:
    return str(UUID(key))


def _read(make: Any, row: _Row, *more: Any) -> Any:
    try:
        return make(row, *more)
    except _UNREADABLE as error:
        raise StoreDamaged(f"the log, position {row.position}", "cannot be read") from error


def _outage(row: _Row, turn: str | None, end: bytes | None) -> OutageRecord:
    began = json.loads(row.state)
    ended = json.loads(end) if end is not None else None
    came_up = turn == "instance.came-up"
    return OutageRecord(
        position=row.position,
        instance_id=_id(row.instance_id),
        began=datetime.fromisoformat(began["since"]),
        ended=ended and datetime.fromisoformat(ended["since" if came_up else "timestamp"]),
        condition=began["condition"],
        cause=began["cause"],
        detail=began["detail"],
        step=began["step"],
        failures=began["failures"],
        flaps=ended["flaps"] if ended and came_up else 0,
    )


def _ping_record(row: _Row) -> PingRecord:
    said = json.loads(row.state)
    if row.topic == _SUMMARISED:
        return PingRecord(
            instance_id=_id(row.instance_id),
            since=datetime.fromisoformat(said["since"]),
            until=datetime.fromisoformat(said["until"]),
            pings=said["count"],
            failures=said["failures"],
            buckets={int(bucket): count for bucket, count in said["buckets"].items()},
            minimum=said["minimum_ms"],
            maximum=said["maximum_ms"],
        )
    at = datetime.fromisoformat(said["timestamp"])
    if row.topic == _FAILED:
        return PingRecord(_id(row.instance_id), at, at, 1, 1, {}, None, None)
    ms = said["latency_ms"]
    return PingRecord(_id(row.instance_id), at, at, 1, 0, {bucket_of(ms): 1}, ms, ms)


def _written_time(number: int, beginning: bytes) -> str:
    found = _time(beginning)
    if not found:
        raise StoreDamaged(f"the log, event {number}", "cannot be read")
    return found[1].decode()


def _written_span(row: _Row) -> tuple[str, str]:
    """Read two members as they are written, which takes a fifth of reading all."""
    found = _span(row.state)
    if found:
        return found[1].decode(), found[2].decode()
    said = json.loads(row.state)
    return said["since"], said["until"]


def _watched_span(key: str, span: tuple[str, str]) -> WatchedSpan:
    since, until = map(datetime.fromisoformat, span)
    return WatchedSpan(_id(key), since, until)
