"""Going back: the instances as they were at a time, in a long log."""

import json
import sqlite3
from contextlib import closing

from bench import Bench, Goal, Result
from homes import fill, open_home, some_urls
from pings import a_success
from processes import SCRIPT, run
from proof import decode_in_pages
from replay import EVENTS_EACH, facts_of, stock_log

_COMMAND = [SCRIPT, "instance", "list", "-o", "json", "--at", "now"]


def time_travel_rows(bench: Bench) -> list[Result]:
    """List the instances as of a time, as a whole process; the library decodes the same events.

    Its log has the same facts as its own transcoder writes them. First there are states that
    were kept on the way, as there always are, and then none, so that every event is read.
    """
    events = bench.size(100_000, quick=2 * EVENTS_EACH)
    home = bench.folder / "home"
    container = open_home(home)
    log, by = container.event_log(), container.facts().provenance()
    instances = fill(container, some_urls(events // EVENTS_EACH))
    for instance in instances:
        for _ in range(EVENTS_EACH - instance.version):
            instance.record_ping(a_success(), by)
    log.save(*instances)
    stock = stock_log(bench.folder / "stock.db", facts_of(log, [one.id for one in instances]))

    def row(what: str) -> Result:
        assert len(json.loads(run(_COMMAND, home))) == len(instances)
        ours, bare = bench.medians(
            lambda: run(_COMMAND, home),
            lambda: decode_in_pages(stock, events),
            runs=bench.size(7, quick=1),
        )
        rates = events / ours, events / bare
        goal = Goal("at least", 0.8)
        return Result(what, *rates, "events/ms", rates[0] / rates[1], goal)

    rows = [row(f"instance list --at, {events:,} events")]
    with closing(sqlite3.connect(home / "events.db")) as connection, connection:
        connection.execute("DELETE FROM stored_snapshots")
    return [*rows, row(f"instance list --at, {events:,} events and no kept state")]
