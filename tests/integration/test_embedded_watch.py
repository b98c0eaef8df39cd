"""Watching through both managers: what observers are told, and what is recorded at the end."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fakes.gateway_link import NOBODY_LISTENS, REACHED, FakeGatewayLink
from openclaw_manager import AlreadyWatched, AsyncManager, IncidentNotFound, Manager, ManagerClosed
from openclaw_manager.ports import Observation, Transition, Watched, WatchNotice, WatchObserver

URL = "ws://127.0.0.1:1"
OFTEN = 0.05  # seconds
PATIENCE = 60  # seconds


class _Diary:
    """Notes what it is told, and says when a gateway went down and when it came up."""

    def __init__(self) -> None:
        self.watched: list[str] = []
        self.begun = threading.Event()
        self.changes: list[str] = []
        self.told = threading.Condition()

    def watching(self, instances: Sequence[Watched]) -> None:
        self.watched = [one.name for one in instances]
        self.begun.set()

    def seen(self, observation: Observation) -> None:
        assert observation.instance.name in self.watched

    def changed(self, transition: Transition) -> None:
        with self.told:
            self.changes.append(type(transition.change).__name__)
            self.told.notify_all()

    def noticed(self, notice: WatchNotice) -> None:
        raise AssertionError(notice)

    def wait_for(self, changes: int) -> None:
        with self.told:
            assert self.told.wait_for(lambda: len(self.changes) >= changes, PATIENCE)


def test_a_watch_tells_of_outages_until_the_manager_is_closed(tmp_path: Path) -> None:
    link, diary = FakeGatewayLink(), _Diary()
    observer: WatchObserver = diary
    with Manager.open(tmp_path, link=link) as manager, ThreadPoolExecutor(1) as other:
        manager.register("home", url=URL)
        watching = other.submit(
            manager.watch, observers=[observer], interval=OFTEN, failures=2, successes=1
        )
        diary.wait_for(1)
        [outage] = manager.incidents(open_only=True)
        with pytest.raises(AlreadyWatched):
            manager.watch()
        link.answers[URL] = REACHED
        diary.wait_for(2)

        assert manager.get("home").status == "reachable"
        assert manager.incident(outage.id).end is not None
        assert manager.incidents(["home"]) == manager.incidents() == manager.incidents(limit=1)
        assert manager.incidents(labels="none") == ()
        with pytest.raises(IncidentNotFound):
            manager.incident("999")
        manager.close()
        watching.result(PATIENCE)
        with pytest.raises(ManagerClosed):
            manager.watch()
    assert (diary.watched, diary.changes) == (["home"], ["Down", "Up"])
    with Manager.open(tmp_path) as again:
        events = [entry.event for entry in again.events()]
    assert events.count("WentDown") == events.count("CameUp") == 1
    assert "PingsSummarised" in events


async def test_a_watch_is_a_task_that_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    link, diary = FakeGatewayLink(), _Diary()
    link.answers[URL] = NOBODY_LISTENS
    async with AsyncManager.open(tmp_path, link=link) as manager:
        await manager.register("home", url=URL)
        watching = asyncio.ensure_future(
            manager.watch(observers=[diary], interval=OFTEN, failures=1)
        )
        await asyncio.to_thread(diary.wait_for, 1)

        watching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watching

        kinds = [entry.event async for entry in manager.events()]
        assert kinds.count("WentDown") == 1
        diary.begun.clear()
        again = asyncio.ensure_future(manager.watch(["home"], observers=[diary], interval=OFTEN))
        assert await asyncio.to_thread(diary.begun.wait, PATIENCE)
        await manager.close()
        await again
