"""The benchmarks can be run, and measure everything that has a number to reach.

No number is looked at: what is slow on a busy machine is no fault of the code.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, BENCHMARKS / "run.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


@pytest.mark.parametrize("script", sorted(BENCHMARKS.rglob("*.py")), ids=lambda path: path.stem)
def test_every_script_compiles(script: Path) -> None:
    compile(script.read_text(), script, "exec")


def test_a_row_that_does_not_exist_is_refused_with_those_that_do() -> None:
    run = _run("--only", "nothing")

    assert run.returncode == 2
    assert "'list', 'register', 'ping'" in run.stderr


def test_one_row_makes_a_table_whether_its_number_was_met_or_not() -> None:
    run = _run("--quick", "--only", "replay")

    assert run.returncode == 0
    head, row = run.stdout.splitlines()
    assert head.split() == ["WHAT", "OURS", "BARE", "REACHED", "TARGET"]
    assert row.startswith("replay of 200 events")
    assert row.split()[-1] in ("met", "MISSED")


@pytest.mark.slow
def test_every_row_can_be_measured() -> None:
    run = _run("--quick", "--json")

    assert run.returncode == 0, run.stderr
    rows: list[dict[str, Any]] = json.loads(run.stdout)
    assert [row["what"] for row in rows] == [
        "instance list, 10 instances",
        "instance register",
        "instance register --private-key",
        "instance ping, bearer",
        "instance ping, challenge",
        "instance ping, openclaw",
        "instance ping --all, 20 gateways of 50 ms",
        "instance ping --all, 20 gateways of 50 ms, by RSA",
        "instance ping --all, 1 of 20 silent, as of the timeout",
        "RSA authentication, added to a connect",
        "register in process, 20 instances present",
        "replay of 200 events",
        "append 1 event, with the chain",
        "append 100 events, with the chain",
        "audit verify of 200 events",
        "instance list --at, 200 events",
        "instance list --at, 200 events and no kept state",
        "snapshot capture, beside the calls",
        "snapshot capture, beside the calls and an insert",
        "growth of the log by 3 captures of the same",
        "snapshot diff of two configurations, 0.0 MB each",
        "history --limit 20 of 2,000 events, as of 1,000",
        "history --limit 20 of 2,000 events, as of 1,000, in process",
        "audit log --since --limit 20, the same",
        "audit log --event Registered --since --limit 20, the same",
        "28,800 pings in 2 days: the log, as with one event each",
        "28,800 pings in 2 days: memory, as after 2 days",
        "28,800 pings in 2 days: simulated in",
        "instance list after 2 days, as after one",
        "instance show after 2 days, as after one",
        "incident list after 2 days, as after one",
        "instance ping after 2 days, as after one",
        "import openclaw_manager, as of typing",
        "ping through AsyncManager, a gateway of 50 ms",
        "longest block of the loop, 5 requests for a ping at once",
        "8 processes x 2 registers, kept",
        "2 kills while registering, acknowledged and kept, data.json valid",
    ]
    assert all(row["ours"] > 0 and row["bare"] > 0 for row in rows)
    assert [row["met"] for row in rows if row["unit"] == ""] == [True, True]
