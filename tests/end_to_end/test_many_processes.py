"""Many processes on one home, and processes that are killed: nothing acknowledged is lost."""

import json
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from assembly import Core, core_in
from end_to_end.console import Console
from fakes.view import InMemoryView
from openclaw_manager.application.projection import Projection

WORKER = Path(__file__).with_name("worker.py")
_TAKES_AT_MOST = 120  # seconds


def _start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, WORKER, home, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _run_at_once(workers: list[subprocess.Popen[str]]) -> list[list[str]]:
    """Let all begin at one moment; returns what each acknowledged."""
    try:
        for worker in workers:
            assert worker.stdout
            assert worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin
            worker.stdin.write("\n")
            worker.stdin.flush()
        with ThreadPoolExecutor(len(workers)) as pool:
            said = pool.map(lambda one: one.communicate(timeout=_TAKES_AT_MOST)[0], workers)
            acknowledged = [text.splitlines() for text in said]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return acknowledged


def _check_that_the_view_is_what_the_log_says(core: Core) -> None:
    """Equal to a replay of the whole log into an empty view."""
    view = InMemoryView()
    Projection(core.log, view, core.showing).catch_up()
    document = core.read_view()
    by_id = {entry["id"]: entry for entry in document["minions"]}
    assert by_id == {entry["id"]: entry for entry in view.entries}
    assert len(document["minions"]) == len(view.entries)
    assert document["openclawManager"]["position"] == core.log.head()
    assert core.verification.verify().findings == []


@pytest.mark.slow
def test_eight_processes_register_fifty_each_and_all_are_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    workers = [_start(home, "register", f"w{number}-", "50") for number in range(8)]
    acknowledged = [line.split() for lines in _run_at_once(workers) for line in lines]
    ids = {id_ for word, id_ in acknowledged if word == "registered"}
    assert len(ids) == 400
    core = core_in(home)
    assert {str(id_) for id_ in core.log.ids_beginning("")} == ids
    assert core.log.head() == 800
    names = {entry["title"] for entry in core.read_view()["minions"]}
    assert names == {f"w{worker}-{number}" for worker in range(8) for number in range(50)}
    _check_that_the_view_is_what_the_log_says(core)


@pytest.mark.slow
def test_of_eight_processes_that_want_one_name_one_gets_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    workers = [_start(home, "register", "same-", "10") for _ in range(8)]
    acknowledged = [[line.split() for line in lines] for lines in _run_at_once(workers)]
    for number in range(10):
        words = Counter(lines[number][0] for lines in acknowledged)
        assert words == {"registered": 1, "taken": 7}
        assert len({lines[number][1] for lines in acknowledged}) == 1, "all name the winner"
    core = core_in(home)
    assert len(core.log.ids_beginning("")) == 10
    _check_that_the_view_is_what_the_log_says(core)


@pytest.mark.slow
def test_commands_at_once_are_all_kept_and_one_wins_a_name(tmp_path: Path) -> None:
    console = Console(tmp_path)

    def register(number: int) -> int:
        name = f"home-{number}" if number < 12 else "Home"
        arguments = ("instance", "register", name, "--url", "ws://host", "-o", "name")
        return console.run(*arguments).status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(register, range(16)))
    assert statuses[:12] == [0] * 12
    assert sorted(statuses[12:]) == [0, 2, 2, 2]
    listed = console.run("instance", "list", "-o", "json").json
    assert len(listed) == 13


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Each child is killed in the middle of something; the next one goes on from there."""
    home = tmp_path / "home"
    [lines] = _run_at_once([_start(home, "kill", "100", "2026")])
    acknowledged = [line.split() for line in lines]
    assert [words[0] for words in acknowledged].count("killed") == 100
    registered = {words[1]: words[2] for words in acknowledged if words[0] == "registered"}
    assert len(registered) > 50, "most got that far before they were killed"

    json.loads((home / "data.json").read_bytes())
    core = core_in(home)
    core.projection.catch_up()  # as every next command does
    _check_that_the_view_is_what_the_log_says(core)

    happened = Counter(words[1] for words in acknowledged if words[0] != "killed")
    for id_, name in registered.items():
        instance = core.log.instance(UUID(id_))
        assert instance.name == name
        assert instance.version >= happened[id_]
    for instance in map(core.log.instance, core.log.ids_beginning("")):
        reservation = core.log.reservation(instance.name)
        assert reservation
        assert reservation.holder == (None if instance.removed_at else str(instance.id))
        token = instance.credentials["token"]
        assert token
        assert core.secrets.get([token["ref"]]) == {token["ref"]: f"tok-{instance.name}"}
    leftovers = {file.name for file in home.iterdir()} - {
        *("events.db", "events.db-wal", "events.db-shm", "secrets.db", "secrets.db-journal"),
        *("data.json", "data.json.lock", ".data.json.new"),
    }
    assert not [name for name in leftovers if not name.startswith(".events.db.")]
