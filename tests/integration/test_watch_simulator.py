"""A watch of simulated gateways, over real sockets and with the store in a thread."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from assembly import Core, core_in
from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.clock import SystemClock
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.local_network import SystemNetwork
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.ports.watch_observer import Observation, Transition
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.application.watching.registry import registry_of
from openclaw_manager.application.watching.watch import Watch
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.thresholds import Thresholds
from watches import Notebook

AMPLE = 60.0  # seconds
PLAN = WatchPlan(0.2, 0.2, timeout=3600.0, concurrency=4, at_most=100)


class _WaitingNotebook(Notebook):
    """Lets a test wait until something is written in it."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def seen(self, observation: Observation) -> None:
        super().seen(observation)
        self._news.set()

    def changed(self, transition: Transition) -> None:
        super().changed(transition)
        self._news.set()

    async def wait_for(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(AMPLE):
            while not enough():
                self._news.clear()
                await self._news.wait()


def _watch(core: Core, notebook: Notebook) -> Watch:
    ledger = Ledger(
        core.log, core.facts, core.desk, thresholds=Thresholds(2, 2), longest_gap=PLAN.longest_gap
    )
    return Watch(
        registry_of(core.log, core.targets, (), None),
        ledger,
        WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test"),
        SystemNetwork(),
        SystemClock(),
        PLAN,
        [notebook],
    )


async def test_hanging_gateways_hide_no_outage_of_another(tmp_path: Path) -> None:
    """The one that stops is called down, and up once it is back at the same place."""
    core, notebook, stop = core_in(tmp_path / "home"), _WaitingNotebook(), asyncio.Event()
    async with AsyncExitStack() as stack:
        for number in range(6):
            hanging = GatewaySimulator(Dialect.BEARER, faults=[Fault.SILENT])
            await stack.enter_async_context(hanging)
            core.instances.register(f"hanging-{number}", hanging.url, GivenCredentials())
        async with GatewaySimulator(Dialect.BEARER) as first:
            core.instances.register("home", first.url, GivenCredentials())
            watching = asyncio.create_task(_watch(core, notebook).run(stop))
            await notebook.wait_for(lambda: len(notebook.times("home")) > 1)
        await notebook.wait_for(lambda: notebook.changes == [("home", "down")])
        await stack.enter_async_context(first)  # it listens where it did
        await notebook.wait_for(lambda: notebook.changes == [("home", "down"), ("home", "up")])
        stop.set()
        await watching
    assert not [one for one in notebook.observations if one.instance.name != "home"]
    kept = {minion["title"]: minion["fields"]["status"] for minion in core.read_view()["minions"]}
    assert kept["home"] == "reachable"
