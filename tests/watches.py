"""A watch on a real home, with gateways, a network and a clock that do as they are told."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from assembly import Core
from fakes.loop import JumpingLoop
from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Trouble,
    Watched,
    WatchNotice,
    WatchObserver,
)
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.application.watching.registry import registry_of
from openclaw_manager.application.watching.watch import Watch
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.thresholds import Down, Thresholds
from watching import NOON


class Notebook:
    """Looks on, and writes everything down."""

    def __init__(self) -> None:
        self.rosters: list[list[str]] = []
        self.observations: list[Observation] = []
        self.transitions: list[Transition] = []
        self.notices: list[WatchNotice] = []

    def watching(self, instances: Sequence[Watched]) -> None:
        self.rosters.append([one.name for one in instances])

    def seen(self, observation: Observation) -> None:
        self.observations.append(observation)

    def changed(self, transition: Transition) -> None:
        self.transitions.append(transition)

    def noticed(self, notice: WatchNotice) -> None:
        self.notices.append(notice)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """Who went down or came up, in order."""
        return [
            (one.instance.name, "down" if isinstance(one.change, Down) else "up")
            for one in self.transitions
        ]

    @property
    def troubles(self) -> list[tuple[Trouble, bool]]:
        """What was wrong, or ended, in order."""
        return [(one.trouble, one.ended) for one in self.notices]

    def times(self, name: str) -> list[float]:
        """When somebody was pinged, in seconds after noon by the clock."""
        return [
            (one.at - NOON).total_seconds()
            for one in self.observations
            if one.instance.name == name
        ]


class FakeNetwork:
    """Is online or not, as it is told, or raises that."""

    def __init__(self) -> None:
        self.answer: bool | Exception = True

    async def online(self) -> bool:
        """Say so."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class LoopClock:
    """Tells the time of a loop, from noon on, unless somebody sets it."""

    def __init__(self) -> None:
        self.set_by = timedelta(0)
        self.seconds: Callable[[], float] = float

    def now(self) -> datetime:
        """Tell the time."""
        return NOON + self.set_by + timedelta(seconds=self.seconds())


class WatchInNoTime:
    """One watch, whose hours pass in a moment. Times are seconds after its beginning."""

    def __init__(
        self,
        core: Core,
        *names: str,
        labels: LabelSelector | None = None,
        plan: WatchPlan | None = None,
        onlookers: Sequence[WatchObserver] = (),
    ) -> None:
        self.plan = plan or WatchPlan(30.0, 30.0, timeout=10.0, concurrency=32, at_most=1000)
        self.told = Notebook()
        self.network = FakeNetwork()
        self.clock = LoopClock()
        self._reload: Callable[[], None] = lambda: None
        self._core = core
        self._registry = registry_of(core.log, core.targets, names, labels)
        self._onlookers = [*onlookers, self.told]
        self._happenings: list[tuple[float, Callable[[], Any]]] = []

    def at(self, seconds: float, happen: Callable[[], Any]) -> None:
        """Let something happen in the meantime."""
        self._happenings.append((seconds, happen))

    def reload(self) -> None:
        """Do as SIGHUP does."""
        self._reload()

    def run(self, seconds: float) -> None:
        """Watch for so long."""
        with asyncio.Runner(loop_factory=JumpingLoop) as runner:
            runner.run(self._watch(seconds))

    def run_until_cancelled(self, seconds: float) -> None:
        """Watch for so long, and be broken off then, as a task of somebody else."""

        async def watch() -> None:
            async with asyncio.timeout(seconds):
                await self._watch(2 * seconds)

        with asyncio.Runner(loop_factory=JumpingLoop) as runner, suppress(TimeoutError):
            runner.run(watch())

    async def _watch(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self.clock.seconds = loop.time
        watch = Watch(
            self._registry,
            self._ledger(),
            self._core.gateways,
            self.network,
            self.clock,
            self.plan,
            self._onlookers,
            aside=_at_once,
            monotonic=loop.time,
        )
        self._reload = watch.reload
        stop, mistakes = asyncio.Event(), list[BaseException]()
        loop.set_exception_handler(lambda _, context: mistakes.append(context["exception"]))
        for when, happen in self._happenings:
            loop.call_later(when, happen)
        loop.call_later(seconds, stop.set)
        await watch.run(stop)
        for mistake in mistakes:
            raise mistake

    def _ledger(self) -> Ledger:
        core, gap = self._core, self.plan.longest_gap
        return Ledger(core.log, core.facts, core.desk, thresholds=Thresholds(), longest_gap=gap)


async def _at_once(work: Callable[[], Any]) -> Any:
    return work()
