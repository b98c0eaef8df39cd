"""The verb that goes on until it is stopped: watching."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

from openclaw_manager._errands import given_or_set
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.thresholds import Thresholds

if TYPE_CHECKING:
    from openclaw_manager.application.ports.watch_observer import WatchObserver
    from openclaw_manager.entrypoints.composition.container import Container

_AT_MOST = 256  # pings at once that it may take to keep the schedule

Aside = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Works on the store, for somebody on a loop, where that keeps the loop from nothing."""


class Watching:
    """Watches gateways until it is broken off, and then records what is not recorded yet."""

    _parts: "Container"

    def __init__(
        self,
        aside: Aside,
        selectors: Sequence[str],
        labels: str | None,
        limits: Mapping[str, Any],
        observers: "Sequence[WatchObserver]",
    ) -> None:
        self._aside = aside
        self._selectors = tuple(selectors)
        self._labels = labels
        self._limits = limits
        self._observers = observers
        self._held = ExitStack()
        self.begun = False

    def prepare(self, parts: "Container") -> None:
        """Choose who is watched, and make sure that nobody else watches here."""
        self._parts = parts
        limits = {key: given_or_set(parts, key, given) for key, given in self._limits.items()}
        labels = None if self._labels is None else LabelSelector.parse(self._labels)
        self._registry = parts.registry(self._selectors, labels)
        interval, timeout, at_once = limits["interval"], limits["timeout"], limits["concurrency"]
        self._plan = WatchPlan(interval, interval, timeout, at_once, max(at_once, _AT_MOST))
        self._ledger = parts.ledger(
            thresholds=Thresholds(limits["failures"], limits["successes"]),
            longest_gap=self._plan.longest_gap,
        )
        self._alerting = parts.alerting() if parts.alerts() else None
        self._held.enter_context(parts.watch_lock())
        self.begun = True

    async def go(self) -> None:
        """Watch."""
        async with AsyncExitStack() as stack:
            observers = list(self._observers)
            if self._alerting is not None:
                observers.append(await stack.enter_async_context(self._alerting))
            watch = self._parts.watch(
                self._registry,
                self._ledger,
                plan=self._plan,
                observers=observers,
                aside=self._aside,
            )
            await watch.run(asyncio.Event())

    def rescue(self) -> None:
        """Let others watch."""
        self._held.close()

    def finish(self) -> None:
        """Let others watch."""
        self.rescue()
