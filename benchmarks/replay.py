"""Reading the log back: how much is added to what the library itself does with each event."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from uuid import UUID

from bench import Bench, Goal, Result
from eventsourcing.application import Application
from eventsourcing.persistence import StoredEvent
from homes import fill, open_home, some_urls
from pings import a_success

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.domain.provenance import Fact

EVENTS_EACH = 100


def replay_row(bench: Bench) -> list[Result]:
    """Fold all events into instances, and let the library decode the same events of its own log.

    Its log has the same facts as its own transcoder writes them. There are no snapshots, so
    every event is read.
    """
    events = bench.size(20_000, quick=2 * EVENTS_EACH)
    home = bench.folder / "home"
    log, ids = filled_log(home, events // EVENTS_EACH)
    stock = stock_log(bench.folder / "stock.db", facts_of(log, ids))
    assert sum(log.instance(id_).version for id_ in ids) == events
    ours, bare = bench.medians(
        lambda: [log.instance(id_) for id_ in ids], lambda: decode(stock, events)
    )
    rates = events / ours, events / bare
    goal = Goal("at least", 0.9)
    return [Result(f"replay of {events:,} events", *rates, "events/ms", rates[0] / rates[1], goal)]


def filled_log(home: Path, instances: int) -> tuple[EventLog, list[UUID]]:
    """Make a log of instances with ``EVENTS_EACH`` events and no kept states."""
    container = open_home(home)
    log, by = container.event_log(), container.facts().provenance()
    registered = fill(container, some_urls(instances))
    for instance in registered:
        for _ in range(EVENTS_EACH - instance.version):
            instance.record_ping(a_success(), by)
    log.save(*registered)
    with closing(sqlite3.connect(home / "events.db")) as connection, connection:
        connection.execute("DELETE FROM stored_snapshots")
    return log, [instance.id for instance in registered]


def facts_of(log: EventLog, ids: Iterable[UUID]) -> list[Fact]:
    """Read all events, instance by instance."""
    head = log.head()
    return [fact for id_ in ids for _, fact in log.history(id_, upto=head)]


def stock_log(path: Path, facts: Iterable[Fact]) -> Application[UUID]:
    """Write the facts with everything that the library has by default."""
    stock = Application[UUID](
        {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
    )
    stored: list[StoredEvent] = [stock.mapper.to_stored_event(fact) for fact in facts]
    stock.recorder.insert_events(stored)
    return stock


def decode(stock: Application[UUID], events: int) -> None:
    """Read all events of the library's log at once, and keep them."""
    decoded = [
        stock.mapper.to_domain_event(notification)
        for notification in stock.recorder.select_notifications(start=1, limit=events)
    ]
    assert len(decoded) == events
