"""One ``Manager`` in many threads, many managers in one process, and what is left behind."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from end_to_end.console import as_at_a_terminal
from fakes.gateway_link import FakeGatewayLink
from openclaw_manager import Manager, ManagerClosed, NameTaken
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.simulation import RunningGateway

NOBODY = "ws://127.0.0.1:1"
THREADS = 8
PATIENCE = 60  # seconds


def _at_once(work: Callable[[int], None]) -> None:
    """Do it in eight threads that begin together; whatever one raises is raised."""
    start = threading.Barrier(THREADS)

    def begin(number: int) -> None:
        start.wait(PATIENCE)
        work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(begin, range(THREADS)))


def test_eight_threads_do_everything_at_once_with_one_manager(tmp_path: Path) -> None:
    with RunningGateway("bearer", token="secret") as gateway, Manager.open(tmp_path) as manager:

        def work(number: int) -> None:
            name = f"gw{number}"
            manager.register(name, url=gateway.url, token="secret")
            assert manager.ping(name).reachable
            manager.rename(name, f"{name}-new")
            assert manager.get(f"{name}-new").status == "reachable"
            manager.remove(f"{name}-new")
            assert len(manager.history(f"{name}-new")) == 4

        _at_once(work)

        assert manager.list() == ()
        assert len(manager.list(removed=True)) == THREADS
        assert len(list(manager.events())) == 4 * THREADS
        assert manager.verify().ok


def test_of_eight_threads_that_want_one_name_one_gets_it(tmp_path: Path) -> None:
    refused: list[NameTaken] = []
    with Manager.open(tmp_path) as manager:

        def work(_number: int) -> None:
            try:
                manager.register("home", url=NOBODY)
            except NameTaken as error:
                refused.append(error)

        _at_once(work)

        assert (len(manager.list()), len(refused)) == (1, THREADS - 1)


def test_eight_managers_on_one_home_get_along(tmp_path: Path) -> None:
    def work(number: int) -> None:
        with Manager.open(tmp_path) as manager:
            for attempt in range(5):
                manager.register(f"gw{number}-{attempt}", url=NOBODY)

    _at_once(work)

    with Manager.open(tmp_path) as manager:
        assert len(manager.list()) == 5 * THREADS
        assert manager.verify().ok


def test_two_managers_in_one_process_do_not_meet(tmp_path: Path) -> None:
    with (
        Manager.open(tmp_path / "a", actor="ana") as ana,
        Manager.open(tmp_path / "b", actor="bob") as bob,
    ):
        ana.register("home", url=NOBODY)
        bob.register("home", url=NOBODY)
        ana.remove("home")

        assert (len(ana.list()), len(bob.list())) == (0, 1)
        assert {entry.actor for entry in ana.events()} == {"ana"}
        assert {entry.actor for entry in bob.events()} == {"bob"}


def test_no_thread_outlives_its_manager_or_its_gateway(tmp_path: Path) -> None:
    before = set(threading.enumerate())

    with RunningGateway("openclaw") as gateway, Manager.open(tmp_path) as manager:
        manager.register("home", url=gateway.url.replace("127.0.0.1", "localhost"), token="x")
        assert manager.ping("home").reachable
        assert set(threading.enumerate()) > before

    assert set(threading.enumerate()) == before


def test_a_manager_that_visits_nobody_needs_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()

    with Manager.open(tmp_path) as manager:
        manager.register("home", url=NOBODY)
        assert threading.active_count() == before


class _Silent(FakeGatewayLink):
    """Says when somebody waits for a gateway that never answers."""

    def __init__(self, silent: str) -> None:
        super().__init__()
        self.silent = {silent}
        self.waited_for = threading.Event()

    async def ping(self, target: Target, *, timeout: float) -> PingOutcome:
        if target.url in self.silent:
            self.waited_for.set()
        return await super().ping(target, timeout=timeout)


def test_closing_breaks_off_what_is_under_way_and_records_what_it_found(tmp_path: Path) -> None:
    silent = "ws://127.0.0.1:2"
    link = _Silent(silent)
    with Manager.open(tmp_path, link=link, timeout=600) as manager, ThreadPoolExecutor(1) as other:
        manager.register("a-answers", url=NOBODY)
        manager.register("b-silent", url=silent)
        pinging = other.submit(manager.ping_all)
        assert link.waited_for.wait(PATIENCE)

        manager.close()

        with pytest.raises(ManagerClosed):
            pinging.result(PATIENCE)
    with Manager.open(tmp_path) as again:
        assert [entry.instance for entry in again.events(kinds=["PingFailed"])] == ["a-answers"]


def test_whoever_follows_is_done_when_the_manager_is_closed(tmp_path: Path) -> None:
    manager = Manager.open(tmp_path)
    manager.register("home", url=NOBODY)
    first = threading.Event()
    told: list[str] = []

    def follow() -> None:
        for entry in manager.events(follow=True):
            told.append(entry.event)
            first.set()

    follower = threading.Thread(target=follow)
    follower.start()
    assert first.wait(PATIENCE)

    manager.close()
    follower.join(PATIENCE)

    assert (follower.is_alive(), told) == (False, ["Registered"])


def test_what_a_person_interrupts_is_recorded_and_the_manager_goes_on(tmp_path: Path) -> None:
    """Ctrl-C, in a process of its own, while one gateway answered and another never does."""
    program = """
import os, signal, sys
sys.path[:0] = sys.argv[1:2]
from end_to_end.console import as_at_a_terminal
from fakes.gateway_link import FakeGatewayLink
from openclaw_manager import Manager
link = FakeGatewayLink()
link.silent = {"ws://127.0.0.1:2"}
link.meanwhile = lambda: os.kill(os.getpid(), signal.SIGINT)
with Manager.open(sys.argv[2], link=link, timeout=600) as manager:
    manager.register("a", url="ws://127.0.0.1:1")
    manager.register("b", url="ws://127.0.0.1:2")
    try:
        manager.ping_all()
    except KeyboardInterrupt:
        print([entry.instance for entry in manager.events(kinds=["PingFailed"])])
        link.meanwhile = lambda: None
        print(manager.ping("a").cause)
"""

    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[1]), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=as_at_a_terminal,
    )

    assert done.stdout.splitlines() == ["['a']", "connection-refused"], done.stderr


def test_nothing_of_the_hosts_environment_is_read(tmp_path: Path) -> None:
    """But for what Python and two libraries ask for by names of their own, at their import."""
    program = """
import os, sys
asked = set()
class Watched(type(os.environ)):
    def __getitem__(self, key):
        asked.add(key)
        return super().__getitem__(key)
before = os.environ
os.environ = Watched(
    before._data, before.encodekey, before.decodekey, before.encodevalue, before.decodevalue
)
os.getenv = os.environ.get
from openclaw_manager import Manager
from openclaw_manager.simulation import RunningGateway
with RunningGateway("openclaw", token="s") as gateway, Manager.open(sys.argv[1]) as manager:
    manager.register("home", url=gateway.url, token="s")
    assert manager.ping("home").reachable
    manager.capture("home")
    manager.verify()
    assert manager.settings()["actor"].value != "trap"
theirs = ("PYTHON", "_PYTHON", "WEBSOCKETS_", "TZINFO_")
print(sorted(key for key in asked if not key.startswith(theirs)))
"""
    trap = tmp_path / "trap"
    variables = {"OPENCLAW_MANAGER_HOME": str(trap), "OPENCLAW_MANAGER_ACTOR": "trap"}

    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "home")],
        env={"PATH": os.defpath, "HOME": str(trap)} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert done.stdout.strip() == "[]", done.stderr
    assert not trap.exists()


def test_the_home_is_by_default_that_of_the_command_line(tmp_path: Path) -> None:
    program = "from openclaw_manager import Manager; print(Manager.open().settings()['home'].value)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.defpath, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )

    assert done.stdout.strip() == str(tmp_path / ".openclaw-manager")
