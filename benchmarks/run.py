"""Prints how fast openclaw-manager is, each number beside that of a bare script.

A bare script does the same work with the same libraries and nothing around it. Both run in
turns (A B A B) on one machine at one time, and the ratio of their medians is what counts:
it says the same on a slow machine as on a fast one. Nothing here ends in an error because a
number was missed.

Run it with the Python of a virtual environment into which the wheel was installed; an
editable install starts much slower.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import Bench, Result
from commands import list_row, ping_rows, register_rows
from embedding import embedding_rows
from fleet import fleet_rows
from large_view import large_view_row
from long_history import long_history_rows
from parallel import kills_row, parallel_row
from proof import append_rows, verify_row
from replay import replay_row
from signing import signing_row
from snapshots import capture_rows, diff_row, growth_row
from time_travel import time_travel_rows
from year import year_rows

from openclaw_manager.entrypoints.cli.output import rows_table

ROWS: dict[str, Callable[[Bench], list[Result]]] = {
    "list": list_row,
    "register": register_rows,
    "ping": ping_rows,
    "fleet": fleet_rows,
    "signing": signing_row,
    "large-view": large_view_row,
    "replay": replay_row,
    "append": append_rows,
    "verify": verify_row,
    "time-travel": time_travel_rows,
    "capture": capture_rows,
    "growth": growth_row,
    "diff": diff_row,
    "long-history": long_history_rows,
    "year": year_rows,
    "embedding": embedding_rows,
    "parallel": parallel_row,
    "kills": kills_row,
}


def main() -> None:
    """Measure what was asked for, and print it."""
    options = _options()
    results = []
    for name in options.only or ROWS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="openclaw-manager-bench-") as folder:
            bench = Bench(Path(folder), runs=options.runs, quick=options.quick)
            results += ROWS[name](bench)
    if options.json:
        print(json.dumps([result.document() for result in results], indent=2))
    else:
        print(_table(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", action="append", choices=ROWS, metavar="NAME",
        help=f"measure only this, may be repeated: {', '.join(ROWS)}",
    )  # fmt: skip
    parser.add_argument(
        "--runs", type=int, default=25, metavar="N", help="pairs of runs for each median [25]"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--quick", action="store_true", help="do everything once and small; no number means a thing"
    )
    return parser.parse_args()


def _table(results: list[Result]) -> str:
    rows = [
        (
            result.what,
            _figure(result.ours, result.unit),
            _figure(result.bare, result.unit),
            _figure(result.reached, result.goal.unit),
            str(result.goal),
            "met" if result.met else "MISSED",
        )
        for result in results
    ]
    return rows_table(("WHAT", "OURS", "BARE", "REACHED", "TARGET", ""), rows)


def _figure(value: float, unit: str) -> str:
    digits = {"x": 2, "ms": 1}.get(unit, 0)
    return f"{value:,.{digits}f} {unit}".rstrip()


if __name__ == "__main__":
    main()
