"""Snapshots: what capturing adds to the calls, what the log grows by, and comparing."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench import Bench, Goal, Result
from contents import some_configuration, some_state
from homes import TOKEN, fill, open_home, some_urls
from processes import SCRIPT, bare_database, bare_script, run, simulator

from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.observing import observe
from openclaw_manager.application.ports.gateway_link import Capture
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionHeard
from openclaw_manager.entrypoints.composition.container import Container

_CAPTURE = [SCRIPT, "snapshot", "capture", "gw0"]
_KB = 1000
_CAPTURES = 100
_AGENTS_OF_5_MB = 6000
_CHANGES = 4


def capture_rows(bench: Bench) -> list[Result]:
    """Capture a gateway that is in use, and make the same calls alone.

    Then the same calls in a script that keeps the answers as well, with the same libraries.
    """
    with _gateway(bench.folder / "home") as (home, url):
        bare = [*bare_script("capture", bench.folder), url, "token"]
        keeping = [*bare, bare_database(bench.folder)]
        run(_CAPTURE, home)  # from now on it is known what is spoken, and what it holds

        def row(what: str, command: list[str]) -> Result:
            goal = Goal("at most", 1.3)
            return bench.ratio(what, goal, lambda: run(_CAPTURE, home), lambda: run(command, home))

        return [
            row("snapshot capture, beside the calls", bare),
            row("snapshot capture, beside the calls and an insert", keeping),
        ]


def growth_row(bench: Bench) -> list[Result]:
    """Capture a gateway about which nothing changes again and again; the log counts alone."""
    captures = bench.size(_CAPTURES, quick=3)
    with _gateway(bench.folder / "home") as (home, _):
        sizes = [_size_of_log(home)]
        for _ in range(captures):
            run(_CAPTURE, home)
            sizes.append(_size_of_log(home))
    first, growth = sizes[1] - sizes[0], sizes[-1] - sizes[0]
    every_time = captures * first
    what = f"growth of the log by {captures} captures of the same"
    share, goal = 100 * growth / every_time, Goal("at most", 10, "%")
    return [Result(what, growth / _KB, every_time / _KB, "KB", share, goal)]


def diff_row(bench: Bench) -> list[Result]:
    """Read two configurations of 5 MB from the log and compare them; json parses the same."""
    agents = bench.size(_AGENTS_OF_5_MB, quick=10)
    container = open_home(bench.folder / "home")
    before, after = some_configuration(agents), _changed(some_configuration(agents))
    texts = [json.dumps(value) for value in (before, after)]
    a, b = (_recorded(container, value) for value in (before, after))
    comparing = container.comparing()
    assert len(comparing.diff(a, b).changes) == _CHANGES
    return [
        bench.ratio(
            f"snapshot diff of two configurations, {len(texts[0]) / 1e6:.1f} MB each",
            Goal("at most", 5),
            lambda: comparing.diff(a, b),
            lambda: [json.loads(text) for text in texts],
        )
    ]


def _changed(configuration: dict[str, Any]) -> dict[str, Any]:
    """Change something here and there: a value, an agent that goes, one that comes first."""
    agents = configuration["agents"]["list"]
    configuration["gateway"]["port"] += 1
    agents[3]["model"]["primary"] = "provider/another"
    del agents[5]
    agents.insert(0, {"id": "new"})
    return configuration


@contextmanager
def _gateway(home: Path) -> Iterator[tuple[Path, str]]:
    """Simulate a gateway that holds much, and register it."""
    container = open_home(home)
    (home / "token").write_text(TOKEN)
    (home / "state.json").write_text(json.dumps(some_state()))
    with simulator(home, "openclaw", "--token", "@token", "--state", "state.json") as url:
        fill(container, [url])
        container.shutdown_resources()  # or no command would be the last one to close the log
        yield home, url


def _size_of_log(home: Path) -> int:
    """Count the bytes of the log, when all that was written is in the one file."""
    log = home / "events.db"
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(path.stat().st_size for path in home.glob("events.db*"))


def _recorded(container: Container, configuration: dict[str, Any]) -> SnapshotView:
    """Record a snapshot of a gateway that is configured so."""
    if not container.probes().choose_all()[0]:
        fill(container, some_urls(1))
    [probe] = container.probes().choose(["gw0"])
    answers = {Section.CONFIG: SectionHeard({"config": configuration})}
    seen = observe(Capture("2026.9.6", Dialect.OPENCLAW, 4, None, None, answers), [])
    finding = CaptureFinding(probe, container.clock().now(), seen)
    [view] = container.capturing().record([finding])
    assert view is not None
    return view
