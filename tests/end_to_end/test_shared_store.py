"""Several machines and one PostgreSQL: here as processes with homes of their own."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

from assembly import Core, core_in
from end_to_end.console import Answer, Console
from openclaw_manager.adapters.postgres.seal import new_key
from postgres import Postgres, running_postgres

WORKER = Path(__file__).with_name("worker.py")
_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
_TAKES_AT_MOST = 120  # seconds


class Team:
    """Two homes, one database, and one key that both have."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.homes = [folder / "one", folder / "two"]
        self._settings = {"store": uri, "key": new_key()}
        self._console = Console(folder)
        answer = self.run(0, "store", "init")
        assert answer.status == 0, answer.err

    def run(self, home: int, *arguments: str) -> Answer:
        """Run the script in one of the homes."""
        return self._console.run("--home", str(self.homes[home]), *arguments, **self._environment)

    def core(self, home: int) -> Core:
        """Put the core together in one of the homes."""
        return core_in(self.homes[home], **self._settings)

    def start(self, home: int, prefix: str, times: int) -> "subprocess.Popen[str]":
        """Start a process that registers so many when it is told."""
        return subprocess.Popen(
            [sys.executable, WORKER, self.homes[home], "register", prefix, str(times)],
            env={"PATH": os.defpath} | self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_script(self, home: int, *arguments: str) -> "subprocess.Popen[str]":
        """Start the script in one of the homes."""
        return subprocess.Popen(
            [_SCRIPT, "--home", self.homes[home], *arguments],
            env={"PATH": os.defpath} | self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {f"OPENCLAW_MANAGER_{key.upper()}": it for key, it in self._settings.items()}


def _let_begin(workers: "list[subprocess.Popen[str]]") -> None:
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()


def _acknowledged(workers: "list[subprocess.Popen[str]]") -> list[list[str]]:
    """Wait for the end of all; returns what each acknowledged."""
    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            return list(pool.map(_rest, workers, timeout=_TAKES_AT_MOST))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def _rest(worker: "subprocess.Popen[str]") -> list[str]:
    """Read what nobody read yet: unlike ``communicate``, with what is in the buffer."""
    assert worker.stdout
    lines = worker.stdout.read().splitlines()
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        assert pipe
        pipe.close()
    return lines


@pytest.mark.slow
def test_eight_processes_in_two_homes_register_fifty_each_and_all_are_kept(
    tmp_path: Path, postgres: str
) -> None:
    team = Team(tmp_path, postgres)
    workers = [team.start(number % 2, f"w{number}-", 50) for number in range(8)]
    _let_begin(workers)
    lines = [line.split() for lines in _acknowledged(workers) for line in lines]
    assert len({id_ for word, id_ in lines if word == "registered"}) == 400
    assert len(lines) == 400

    listed = [team.run(home, "instance", "list", "-o", "json") for home in (0, 1)]
    assert [answer.status for answer in listed] == [0, 0]
    assert len(listed[0].json) == 400
    views = [team.core(home).read_view() for home in (0, 1)]
    assert views[0] == views[1]
    assert views[0]["minions"][0]["fields"]["token"].startswith("tok-w")
    verified = team.run(1, "audit", "verify", "--json")
    assert (verified.status, verified.json["events"]) == (0, 800), verified.err


@pytest.mark.slow
def test_one_of_eight_in_two_homes_gets_a_name(tmp_path: Path, postgres: str) -> None:
    team = Team(tmp_path, postgres)
    workers = [team.start(number % 2, "same-", 5) for number in range(8)]
    _let_begin(workers)
    acknowledged = [[line.split() for line in lines] for lines in _acknowledged(workers)]
    for number in range(5):
        words = Counter(lines[number][0] for lines in acknowledged)
        assert words == {"registered": 1, "taken": 7}
        assert len({lines[number][1] for lines in acknowledged}) == 1, "all name the winner"
    assert team.core(0).log.head() == 10
    assert team.run(0, "audit", "verify").status == 0


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """Run a server that a test may kill."""
    with running_postgres() as server:
        yield server


@pytest.mark.slow
def test_a_server_that_is_killed_and_started_again_loses_nothing_and_records_nothing_twice(
    tmp_path: Path, own_server: Postgres
) -> None:
    team = Team(tmp_path, own_server.database())
    workers = [team.start(number % 2, f"w{number}-", 40) for number in range(4)]
    _let_begin(workers)
    said = []
    for worker in workers:  # so that all are in the middle of it
        assert worker.stdout
        said += [worker.stdout.readline() for _ in range(5)]
    own_server.stop(signal.SIGKILL)
    own_server.start()
    said += [line for lines in _acknowledged(workers) for line in lines]
    assert [worker.returncode for worker in workers] == [0] * 4

    registered = [line.split()[1] for line in said if line.startswith("registered")]
    assert len(registered) == len(set(registered)) == 160
    core = team.core(0)
    assert {str(id_) for id_ in core.log.ids_beginning("")} == set(registered)
    assert core.log.head() == 320
    assert team.run(0, "audit", "verify").status == 0


@pytest.mark.slow
def test_a_watch_goes_on_while_the_server_is_away_and_records_what_it_saw(
    tmp_path: Path, own_server: Postgres
) -> None:
    team = Team(tmp_path, own_server.database())
    team.run(0, "instance", "register", "home", "--url", "ws://127.0.0.1:1")
    watch = team.start_script(0, "instance", "watch", "--interval", "0.3s", "--failures", "8")
    try:
        assert watch.stdout
        _read_until(watch.stdout, '"type": "ping"')
        own_server.stop(signal.SIGKILL)
        _read_until(watch.stdout, '"type": "ping"', times=8)
        own_server.start()
        _read_until(watch.stdout, '"type": "down"')
    finally:
        watch.terminate()
        watch.communicate(timeout=_TAKES_AT_MOST)
    assert watch.returncode == 0
    [incident] = team.run(0, "incident", "list", "--json").json
    assert (incident["name"], incident["cause"]) == ("home", "connection-refused")
    assert team.run(0, "audit", "verify").status == 0


def _read_until(lines: IO[str], text: str, times: int = 1) -> None:
    for line in lines:
        times -= text in line
        if not times:
            return
    raise AssertionError(f"it ended before it said {text}")


def test_while_the_server_is_away_a_command_says_so(tmp_path: Path, own_server: Postgres) -> None:
    team = Team(tmp_path, own_server.database())
    assert team.run(0, "instance", "register", "home", "--url", "ws://host").status == 0
    own_server.stop()
    answer = team.run(0, "instance", "list", "--json")
    assert answer.status == 6
    assert answer.json["error"]["code"] == "store-unavailable"
    assert "no server answers there" in answer.err
    own_server.start()
    assert team.run(0, "instance", "list", "-o", "name").out == "home\n"
