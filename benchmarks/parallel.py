"""What is kept when many register at once, and when they are killed over it."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from bench import Bench, Goal, Result
from homes import open_home
from processes import SCRIPT, environment, run

_WORKER = str(Path(__file__).with_name("registering.py"))
_PROCESSES = 8
_ENDLESS = 1_000_000
_LONGEST_LIFE = 0.06  # seconds after the first acknowledgement


def parallel_row(bench: Bench) -> list[Result]:
    """Let eight processes register fifty instances each, at once, in a home that is new."""
    each = bench.size(50, quick=2)
    home = bench.folder / "home"
    home.mkdir(mode=0o700)
    workers = [_start(home, f"p{number}", each) for number in range(_PROCESSES)]
    for worker in workers:
        _go(worker)
    acknowledged = {name for worker in workers for name in worker.communicate()[0].split()}
    kept = _kept(home) & acknowledged
    expected = _PROCESSES * each
    what = f"{_PROCESSES} processes x {each} registers, kept"
    return [Result(what, len(kept), expected, "", len(kept), Goal("at least", expected, ""))]


def kills_row(bench: Bench) -> list[Result]:
    """Kill a process that registers, a hundred times, and count what it had acknowledged."""
    kills = bench.size(100, quick=2)
    home = bench.folder / "home"
    home.mkdir(mode=0o700)
    draw = random.Random(kills)  # noqa: S311 - moments, and not secrets
    acknowledged: set[str] = set()
    valid = 0
    for number in range(kills):
        acknowledged |= _killed(_start(home, f"k{number}", _ENDLESS), draw.random())
        valid += _is_valid(home / "data.json")
    kept = _kept(home) & acknowledged if _view_equals_replay(home) else set()
    share = 100 * (len(kept) / len(acknowledged)) * (valid / kills)
    what = f"{kills} kills while registering, acknowledged and kept, data.json valid"
    return [Result(what, len(kept), len(acknowledged), "", share, Goal("at least", 100, "%"))]


def _start(home: Path, name: str, count: int) -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, _WORKER, str(home), name, str(count)],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert _out(worker).readline() == "ready\n"
    return worker


def _go(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin
    worker.stdin.write("\n")
    worker.stdin.flush()


def _killed(worker: "subprocess.Popen[str]", lifetime: float) -> set[str]:
    """Let a worker live for a part of the longest life; what it acknowledged."""
    _go(worker)
    first = _out(worker).readline()
    time.sleep(lifetime * _LONGEST_LIFE)
    worker.kill()
    whole_lines = (first + worker.communicate()[0]).rpartition("\n")[0]
    return set(whole_lines.split())


def _out(worker: "subprocess.Popen[str]") -> IO[str]:
    assert worker.stdout
    return worker.stdout


def _is_valid(view: Path) -> bool:
    try:
        return isinstance(json.loads(view.read_bytes())["minions"], list)
    except (ValueError, KeyError):
        return False


def _kept(home: Path) -> set[str]:
    instances = json.loads(run([SCRIPT, "instance", "list", "-o", "json"], home))
    return {instance["title"] for instance in instances}


def _view_equals_replay(home: Path) -> bool:
    """Whether the view says what one says that is made anew from the log."""
    view = home / "data.json"
    run([SCRIPT, "instance", "list", "-o", "name"], home)  # it may be one kill behind
    before = json.loads(view.read_bytes())
    view.unlink()
    open_home(home).projection().catch_up()
    return bool(before == json.loads(view.read_bytes()))
