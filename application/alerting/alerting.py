"""Alerting: an onlooker of the watch that tells others, and lets the watch wait for nothing."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self
from uuid import UUID

from openclaw_manager.application.alerting.alert import Alert, OpenOutage, Order
from openclaw_manager.application.alerting.journal import AlertRecords, Entry, Journal
from openclaw_manager.application.alerting.line import AlertLine
from openclaw_manager.application.alerting.resuming import OpenOutages, ResumedOutage
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Watched,
    WatchNotice,
)
from openclaw_manager.domain.alert import AlertReport
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.domain.thresholds import Down

_TO_FINISH = 0.3  # seconds that messages underway have, once the watch ends
_UNTIL_THE_NEXT_TRY = 10.0  # seconds, where the store is at fault

_log = logging.getLogger("openclaw_manager")


class Alerting:
    """Tells what the alerts have to tell, and records what became of each message.

    Works while it is entered, beside a watch in the same loop::

        async with alerting:
            ...  # the watch, which has it as an observer

    At the end it takes half a second at most, but for the store, and records what was not
    sent as failed.
    """

    def __init__(
        self,
        alerts: Sequence[Alert],
        outages: OpenOutages,
        records: AlertRecords,
        clock: Clock,
        *,
        first_wait: float = 1.0,
    ) -> None:
        """Begin with no outage; before a first retry ``first_wait`` seconds pass."""
        self._lines = [
            AlertLine(alert, now=clock.now, reported=self._keep, first_wait=first_wait)
            for alert in alerts
        ]
        self._outages = outages
        self._clock = clock
        self._journal = Journal(records)
        self._open: dict[UUID, OpenOutage] = {}
        self._asked_about: dict[UUID, Watched] = {}
        self._recording: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Begin to send."""
        self._recording = asyncio.create_task(self._journal.run())
        self._sending = {asyncio.create_task(line.run()) for line in self._lines}
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let what is underway arrive, if it does so soon, and record the rest as failed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_TO_FINISH):
                await asyncio.gather(*(line.idle.wait() for line in self._lines))
        for task in self._sending:
            task.cancel()
        ends = await asyncio.gather(*self._sending, return_exceptions=True)
        for line in self._lines:
            for order, report in line.abandon():
                self._keep(order, report)
        self._journal.end()
        if self._recording is not None:
            await self._recording
        for fault in ends:
            if isinstance(fault, Exception):
                raise fault

    def watching(self, instances: Sequence[Watched]) -> None:
        """Take up outages from before, and let go of those of instances that are no more."""
        present = {one.id: one for one in instances}
        for id_, outage in [*self._open.items()]:
            instance = present.get(id_)
            if instance is None or instance.url != outage.instance.url:
                self._forget(outage)
            elif instance != outage.instance:
                self._know(outage._replace(instance=instance))
        self._doubt([one for one in self._open.values() if one.instance.down_since is None])
        news = {id_: one for id_, one in present.items() if one.down_since is not None}
        self._ask_about([one for id_, one in news.items() if id_ not in self._open])

    def seen(self, observation: Observation) -> None:
        """Have no use for single pings."""

    def changed(self, transition: Transition) -> None:
        """Tell that an instance went down or came up."""
        instance, change, incident = transition
        self._asked_about.pop(instance.id, None)  # what the log knew is old now
        before = self._open.get(instance.id)
        if before is not None and before.incident != incident:
            self._forget(before)  # it was removed, say, and restored before anybody looked
        if isinstance(change, Down):
            if before is not None and before.incident == incident:
                return  # the log said so before the watch did
            self._open[instance.id] = outage = OpenOutage(instance, incident, change)
            for line in self._lines_for(instance):
                line.went_down(outage)
            return
        self._open.pop(instance.id, None)
        for line in self._lines:
            if line.alert.is_for(instance) or line.knows(incident):
                line.came_up(instance, incident, change)

    def noticed(self, notice: WatchNotice) -> None:
        """Leave what is wrong with the watcher to those who see it."""

    def _lines_for(self, instance: Watched) -> list[AlertLine]:
        return [line for line in self._lines if line.alert.is_for(instance)]

    def _know(self, outage: OpenOutage) -> None:
        """Call an instance by its new name."""
        self._open[outage.instance.id] = outage
        for line in self._lines:
            line.know(outage)

    def _forget(self, outage: OpenOutage) -> None:
        del self._open[outage.instance.id]
        for line in self._lines:
            line.forget(outage.incident)

    def _ask_about(self, instances: Iterable[Watched]) -> None:
        """Have the log asked about outages; meanwhile one of them may end."""
        new = {one.id: one for one in instances if one.id not in self._asked_about}
        if new and self._lines:
            self._asked_about |= new
            self._begin(self._resume([*new.values()]))

    def _doubt(self, outages: Sequence[OpenOutage]) -> None:
        """Have the log asked about outages of which the registry knows nothing."""
        if outages and self._lines:
            self._begin(self._let_go_of_ended(outages))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _let_go_of_ended(self, outages: Sequence[OpenOutage]) -> None:
        """Remind of them no more: the instance was removed and restored between two looks, say."""
        found = await self._found([one.instance for one in outages])
        going_on = {one.outage.incident for one in found}
        for outage in outages:
            now = self._open.get(outage.instance.id)
            if now and now.incident == outage.incident and outage.incident not in going_on:
                self._forget(now)

    async def _resume(self, instances: Sequence[Watched]) -> None:
        for one in await self._found(instances):
            if self._asked_about.get(one.outage.instance.id) is one.outage.instance:
                self._take_up(one)
        for instance in instances:
            self._asked_about.pop(instance.id, None)

    async def _found(self, instances: Sequence[Watched]) -> list[ResumedOutage]:
        known = None
        while True:
            try:
                return await asyncio.to_thread(self._outages.of, instances)
            except StoreError as problem:
                if str(problem) != known:  # else it would be said for as long as it lasts
                    _log.warning("who was told of outages is looked up later: %s", problem)
                known = str(problem)
                await asyncio.sleep(_UNTIL_THE_NEXT_TRY)

    def _take_up(self, resumed: ResumedOutage) -> None:
        outage = resumed.outage
        self._open[outage.instance.id] = outage
        for line in self._lines_for(outage.instance):
            last_told = resumed.last_told.get(line.alert.name)
            if last_told is None:
                line.went_down(outage)
            else:
                line.goes_on(outage, last_told)

    def _keep(self, order: Order, report: AlertReport) -> None:
        if report.problem is not None:
            _log.warning(
                "the alert %s was not sent (%s): %s",
                report.alert,
                order.message.title,
                report.problem,
            )
        self._journal.keep(Entry(order.instance_id, self._clock.now(), report))
