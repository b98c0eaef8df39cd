"""The proof of the log: what appending costs with the chain, and verifying everything."""

import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bench import Bench, Goal, Result
from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder
from homes import open_home
from replay import EVENTS_EACH, facts_of, filled_log, stock_log

from openclaw_manager.adapters.event_store.sqlite import SqliteEventStore
from openclaw_manager.application.ports.log_recorder import LogRecorder

_PAGE = 1000  # events
_TOGETHER = 100  # events: what one ping of a hundred instances appends
_STATE = (
    b'{"timestamp":"2026-11-23T16:00:05.120000+00:00","actor":"ada@lovelace"' + b" " * 300 + b"}"
)
_GOAL = Goal("at most", 1.15)


def verify_row(bench: Bench) -> list[Result]:
    """Verify a log and its view; the library decodes the same events, page by page.

    Its log has the same facts as its own transcoder writes them.
    """
    instances = bench.size(1000, quick=2)
    home = bench.folder / "home"
    log, ids = filled_log(home, instances)
    stock = stock_log(bench.folder / "stock.db", facts_of(log, ids))
    container = open_home(home)
    container.projection().catch_up()
    verification = container.verification()
    verified = verification.verify()
    assert verified.ok
    events = instances * EVENTS_EACH  # those that reserve the names come on top, for us alone
    ours, bare = bench.medians(
        verification.verify, lambda: decode_in_pages(stock, events), runs=bench.size(7, quick=1)
    )
    rates = events / ours, events / bare
    goal = Goal("at least", 0.8)
    what = f"audit verify of {events:,} events"
    return [Result(what, *rates, "events/ms", rates[0] / rates[1], goal)]


def append_rows(bench: Bench) -> list[Result]:
    """Append durably, with the chain and as the library itself does without one."""
    chained = _Appending(bench.folder / "chained.db")
    bare = _Appending(bench.folder / "bare.db")
    bare.take_the_chain_away()
    return [
        bench.ratio(
            f"append {number} event{'s' if number > 1 else ''}, with the chain",
            _GOAL,
            chained.append(number),
            bare.append(number),
            runs=runs * bench.runs,
        )
        for number, runs in ((1, 40), (_TOGETHER, 10))
    ]


class _Appending:
    """A log of its own to append to, nothing else around it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = SqliteEventStore(path, lock_timeout=10)
        self._recorder: LogRecorder | _BareRecorder = self._store.application_recorder()

    def take_the_chain_away(self) -> None:
        """Leave the table as it would be without a chain, and append as the library does."""
        with sqlite3.connect(self._path) as connection:
            connection.execute("ALTER TABLE stored_events DROP COLUMN chain")
        connection.close()
        self._recorder = _BareRecorder(self._store.datastore)

    def append(self, number: int) -> Callable[[], None]:
        """Make the work of appending so many events of an aggregate in one transaction."""
        id_, versions = uuid4(), count(1)

        def work() -> None:
            self._recorder.insert_events(
                [StoredEvent(id_, next(versions), "instance.pinged", _STATE) for _ in range(number)]
            )

        return work


class _BareRecorder(SQLiteApplicationRecorder):
    """The library's own, told the names of the columns."""

    def __init__(self, datastore: Any) -> None:
        super().__init__(datastore)
        self.insert_events_statement = (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "VALUES (?, ?, ?, ?)"
        )


def decode_in_pages(stock: Application[UUID], events: int) -> None:
    """Read all events of the library's log, and keep none."""
    decoded = 0
    while decoded < events:
        page = stock.recorder.select_notifications(start=decoded + 1, limit=_PAGE)
        for notification in page:
            stock.mapper.to_domain_event(notification)
        decoded += len(page)
