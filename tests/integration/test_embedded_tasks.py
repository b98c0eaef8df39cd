"""One ``AsyncManager`` in many tasks."""

import asyncio
import threading
from pathlib import Path

import pytest

from fakes.gateway_link import FakeGatewayLink
from openclaw_manager import AsyncManager, InvalidSetting, ManagerClosed, NameTaken
from openclaw_manager.simulation import Dialect, GatewaySimulator

NOBODY = "ws://127.0.0.1:1"
SILENT = "ws://127.0.0.1:2"
PATIENCE = 60  # seconds


async def test_a_hundred_tasks_ping_at_once(tmp_path: Path) -> None:
    async with (
        GatewaySimulator(Dialect.BEARER, token="secret") as gateway,
        AsyncManager.open(tmp_path) as manager,
    ):
        await manager.register("home", url=gateway.url, token="secret")

        found = await asyncio.gather(*(manager.ping("home") for _ in range(100)))

        assert all(one.reachable for one in found)
        assert len([entry async for entry in manager.events(kinds=["Pinged"])]) == 100
        assert (await manager.verify()).ok


async def test_of_many_tasks_that_want_one_name_one_gets_it(tmp_path: Path) -> None:
    async with AsyncManager.open(tmp_path) as manager:
        ends = await asyncio.gather(
            *(manager.register("home", url=NOBODY) for _ in range(8)), return_exceptions=True
        )

        assert sum(isinstance(end, NameTaken) for end in ends) == 7
        assert len(await manager.list()) == 1


async def test_the_store_is_worked_on_in_one_other_thread_which_ends(tmp_path: Path) -> None:
    threads: set[str] = set()

    class Watched(FakeGatewayLink):
        def watch(self) -> None:
            threads.update(thread.name for thread in threading.enumerate())

    link = Watched()
    link.meanwhile = link.watch
    before = set(threading.enumerate())

    async with AsyncManager.open(tmp_path, link=link) as manager:
        await manager.register("home", url=NOBODY)
        await manager.ping("home")

    assert len(threads - {thread.name for thread in before}) == 1
    assert set(threading.enumerate()) == before


async def test_a_task_that_is_cancelled_has_what_it_found_recorded(tmp_path: Path) -> None:
    link, waiting = FakeGatewayLink(), asyncio.Event()
    link.silent = {SILENT}
    link.meanwhile = waiting.set  # which is not called for the silent one
    async with AsyncManager.open(tmp_path, link=link, timeout=600) as manager:
        await manager.register("a", url=NOBODY)
        await manager.register("b", url=SILENT)
        pinging = asyncio.ensure_future(manager.ping_all())
        await asyncio.wait_for(waiting.wait(), PATIENCE)

        pinging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pinging

        assert [entry.instance async for entry in manager.events(kinds=["PingFailed"])] == ["a"]
        assert (await manager.ping("a")).cause == "connection-refused"


async def test_a_timeout_of_the_host_breaks_a_ping_off(tmp_path: Path) -> None:
    link = FakeGatewayLink()
    link.silent = {SILENT}
    async with AsyncManager.open(tmp_path, link=link, timeout=600) as manager:
        await manager.register("b", url=SILENT)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await manager.ping("b")

        assert [entry.event async for entry in manager.events()] == ["Registered"]


async def test_closing_breaks_off_what_is_under_way(tmp_path: Path) -> None:
    link, waiting = FakeGatewayLink(), asyncio.Event()
    link.silent = {SILENT}
    link.meanwhile = waiting.set
    manager = AsyncManager.open(tmp_path, link=link, timeout=600)
    await manager.register("a", url=NOBODY)
    await manager.register("b", url=SILENT)
    pinging = asyncio.ensure_future(manager.ping_all())
    await asyncio.wait_for(waiting.wait(), PATIENCE)

    await manager.close()

    with pytest.raises(ManagerClosed):
        await pinging
    with pytest.raises(ManagerClosed):
        await manager.list()
    await manager.close()
    async with AsyncManager.open(tmp_path) as again:
        assert [entry.instance async for entry in again.events(kinds=["PingFailed"])] == ["a"]


async def test_whoever_follows_sees_what_others_do_until_the_end(tmp_path: Path) -> None:
    told: list[str | None] = []
    first = asyncio.Event()
    manager, other = AsyncManager.open(tmp_path), AsyncManager.open(tmp_path)
    await manager.register("one", url=NOBODY)

    async def follow() -> None:
        async for entry in manager.events(after=2, follow=True):
            told.append(entry.instance)
            first.set()

    following = asyncio.ensure_future(follow())
    await other.register("two", url=NOBODY)
    await asyncio.wait_for(first.wait(), PATIENCE)
    await other.close()
    await manager.close()
    await asyncio.wait_for(following, PATIENCE)

    assert told == ["two"]


async def test_settings_that_cannot_be_taken_are_told_at_the_beginning(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("concurrency = 0\n")

    with pytest.raises(InvalidSetting, match=r"concurrency from config\.toml"):
        async with AsyncManager.open(tmp_path):
            pytest.fail("it was opened")
