"""A year of watching: 100 gateways every 30 seconds, through the ledger into a real home.

    python year.py HOME [--days N] [--gateways N] [--url URL]

simulates it by a clock that nobody waits for, up to now, and prints JSON of what it came to.
"""

import argparse
import json
import random
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import Bench, Goal, Result
from homes import fill, open_home, some_urls
from processes import SCRIPT, run, simulator

from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step, TimedStep
from openclaw_manager.domain.thresholds import Thresholds

_DAYS = 365
_GATEWAYS = 100
_EVERY = timedelta(seconds=30)
_TICKS_A_DAY = timedelta(days=1) // _EVERY
_MB = 1e6
_SETTLED = 10  # days, after which memory is to grow no more

_TOPICS = "SELECT topic, COUNT(*) FROM stored_events GROUP BY topic"
# Beside its state an event takes its id, its topic and its link, and those again in two indexes.
_SIZE_OF_A_PING = """
SELECT AVG(length(state)) + 200 FROM stored_events WHERE topic = 'instance.pinged'
"""

# How gateways fare, in pings.
_BETWEEN_OUTAGES = 14 * _TICKS_A_DAY  # on average
_OUTAGE = 60  # on average: half an hour
_BETWEEN_SLIPS = 2 * _TICKS_A_DAY  # when one ping fails, or two
_BETWEEN_UPDATES = 30 * _TICKS_A_DAY
_POOL = 10_000  # different successes

_FAILURES = [
    PingOutcome(cause.condition, cause, "as it happens", steps=(TimedStep(step, 5000.0, ok=False),))
    for cause, step in (
        (Cause.TIMEOUT, Step.CONNECT),
        (Cause.CONNECTION_REFUSED, Step.CONNECT),
        (Cause.CONNECTION_CLOSED, Step.UPGRADE),
        (Cause.TOKEN_MISMATCH, Step.AUTHENTICATE),
    )
]


_COMMANDS = (
    ("instance", "list"),
    ("instance", "show", "gw1"),
    ("incident", "list", "--since", "24h"),
    ("instance", "ping", "gw0"),
)


def year_rows(bench: Bench) -> list[Result]:
    """Watch for a year and for a day, and ask both homes the same; the day is the bare."""
    days, gateways = bench.size(_DAYS, quick=2), bench.size(_GATEWAYS, quick=5)
    year, day = bench.folder / "year", bench.folder / "day"
    with simulator(bench.folder, "openclaw") as url:
        _simulate_apart(day, 1, gateways, url)
        results = _figures(days, _simulate_apart(year, days, gateways, url))
        return results + [_again(bench, days, command, year, day) for command in _COMMANDS]


def _again(bench: Bench, days: int, command: Sequence[str], year: Path, day: Path) -> Result:
    """Compare what a command costs with what it cost on the first day."""
    process = [SCRIPT, *command]
    return bench.ratio(
        f"{' '.join(command[:2])} after {days} days, as after one",
        Goal("at most", 1.3),
        lambda: run(process, year),
        lambda: run(process, day),
    )


def _figures(days: int, year: dict[str, Any]) -> list[Result]:
    """Hold size, memory and time against what they may be."""
    size, apart = year["log_mb"], year["pings"] * year["bytes_a_ping"] / _MB
    memory = [*year["memory_mb"].values()]
    first, last = memory[0], memory[-1]
    what = f"{year['pings']:,} pings in {days} days"
    return [
        Result(
            f"{what}: the log, as with one event each",
            *(size, apart, "MB", size, Goal("at most", 2000, "MB")),
        ),
        Result(
            f"{what}: memory, as after {min(_SETTLED, days)} days",
            *(last, first, "MB", last / first, Goal("at most", 1.1)),
        ),
        Result(
            f"{what}: simulated in",
            *(year["seconds"], 600, "s", year["seconds"], Goal("at most", 600, "s")),
        ),
    ]


def _simulate_apart(home: Path, days: int, gateways: int, url: str) -> dict[str, Any]:
    """Simulate in a process of its own, whose memory is that of a watch and nothing else."""
    command = [sys.executable, __file__, str(home), "--url", url]
    home.mkdir(mode=0o700)
    done = run([*command, "--days", str(days), "--gateways", str(gateways)], home)
    answer: dict[str, Any] = json.loads(done)
    return answer


def simulate(home: Path, days: int, gateways: int, url: str) -> dict[str, Any]:
    """Let so many days go by, until now, and tell what that came to."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    clock = _Clock(now)
    container = open_home(home)
    container.clock.override(clock)
    urls = [url, *some_urls(gateways)[1:]]
    fleet = [Watched(one.id, one.name, one.url, [], None) for one in fill(container, urls)]
    ledger = Ledger(
        container.event_log(),
        container.facts(),
        container.credential_desk(),
        thresholds=Thresholds(),
        longest_gap=10 * _EVERY,
    )
    memory = {}
    began = perf_counter()
    for day, outcomes in enumerate(_days(days, gateways)):
        for found in outcomes:
            for watched, outcome in zip(fleet, found, strict=True):
                ledger.take(watched, clock.time, outcome)
            clock.time += _EVERY
            if ledger.due(clock.time):
                ledger.save()
        if day + 1 in (min(_SETTLED, days), days):
            memory[day + 1] = _resident_mb()
    ledger.close()
    ledger.save()
    took = perf_counter() - began
    container.event_log().close()
    return {
        "seconds": took,
        "pings": days * _TICKS_A_DAY * gateways,
        "memory_mb": memory,
        **_told_of_the_log(home / "events.db"),
    }


class _Clock:
    """Stands still until it is set."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        """Tell the time that was set."""
        return self.time


def _days(days: int, gateways: int) -> Iterator[Iterator[list[PingOutcome]]]:
    """Give for each day what each tick of it finds at each gateway."""
    luck = random.Random(365)  # noqa: S311 - no secret
    changes = _changes(luck, days * _TICKS_A_DAY, gateways)
    failing: dict[int, PingOutcome] = {}

    def ticks(day: int) -> Iterator[list[PingOutcome]]:
        pool = _successes(luck, f"2026.{1 + day // 30}.0")
        for tick in range(day * _TICKS_A_DAY, (day + 1) * _TICKS_A_DAY):
            for gateway, failure in changes.get(tick, ()):
                if failure is None:
                    failing.pop(gateway, None)
                else:
                    failing[gateway] = failure
            first = luck.randrange(_POOL - gateways)
            found = pool[first : first + gateways]
            for gateway, failure in failing.items():
                found[gateway] = failure
            yield found

    return map(ticks, range(days))


def _changes(
    luck: random.Random, ticks: int, gateways: int
) -> dict[int, list[tuple[int, PingOutcome | None]]]:
    """Draw when each gateway begins to fail, and when it is well again."""
    changes: dict[int, list[tuple[int, PingOutcome | None]]] = {}
    for gateway in range(gateways):
        for first, last in _troubles(luck, ticks):
            changes.setdefault(first, []).append((gateway, luck.choice(_FAILURES)))
            changes.setdefault(last, []).append((gateway, None))
    return changes


def _troubles(luck: random.Random, ticks: int) -> Iterator[tuple[int, int]]:
    """Draw spans of ticks in which a gateway fails, one after the other.

    Most are too short to be outages; in a third of those that are not it seems to come back.
    """
    tick = int(luck.expovariate(1 / _BETWEEN_SLIPS))
    while tick < ticks:
        length = luck.randint(1, 2)
        if luck.random() < _BETWEEN_SLIPS / _BETWEEN_OUTAGES:
            length = 3 + int(luck.expovariate(1 / _OUTAGE))
        yield tick, tick + length
        goes_on = length > 2 and luck.random() < 1 / 3  # noqa: PLR2004
        tick += length + (1 if goes_on else 2 + int(luck.expovariate(1 / _BETWEEN_SLIPS)))


def _successes(luck: random.Random, version: str) -> list[PingOutcome]:
    """Draw round trips: most take some 12 ms, and a few much longer."""
    return [
        PingOutcome(
            Condition.OK,
            latency_ms=luck.lognormvariate(2.5, 0.3),
            connect_ms=52.5,
            version=version,
            dialect=Dialect.OPENCLAW,
            protocol=4,
            gateway_id=None,
        )
        for _ in range(_POOL)
    ]


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return float(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000  # type: ignore[index]


def _told_of_the_log(database: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(database)) as connection:
        topics = dict(connection.execute(_TOPICS).fetchall())
        (ping,) = connection.execute(_SIZE_OF_A_PING).fetchone()
    return {"log_mb": database.stat().st_size / _MB, "bytes_a_ping": ping, "events": topics}


def main() -> None:
    """Simulate, and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--days", type=int, default=_DAYS)
    parser.add_argument("--gateways", type=int, default=_GATEWAYS)
    parser.add_argument("--url", default="ws://127.0.0.1:18789", help="where the first one is")
    options = parser.parse_args()
    came_to = simulate(options.home, options.days, options.gateways, options.url)
    print(json.dumps(came_to, indent=2))


if __name__ == "__main__":
    main()
