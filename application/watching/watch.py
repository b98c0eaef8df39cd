"""The watch: pings gateways on their schedule, whatever happens to any one of them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from uuid import UUID

from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.gateway_link import GatewayLink
from openclaw_manager.application.ports.local_network import LocalNetwork
from openclaw_manager.application.ports.watch_observer import Observation, Trouble, WatchObserver
from openclaw_manager.application.probing import Probe
from openclaw_manager.application.watching.doubt import (
    Online,
    SelfDoubt,
    is_elsewhere,
    nothing_came_back,
)
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.application.watching.onlookers import Onlookers
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.application.watching.registry import Registry, Roster
from openclaw_manager.application.watching.saving import Aside, Saving
from openclaw_manager.application.watching.schedule import Schedule
from openclaw_manager.application.watching.stamps import Stamps
from openclaw_manager.application.watching.troubles import Troubles, sentence_of
from openclaw_manager.application.watching.visits import Visits
from openclaw_manager.domain.ping import PingOutcome

# In seconds.
_TICK = 1.0
_SET_BACK = 1.0  # keeping a clock right sets it back by less


class Watch:
    """Watches the instances of a registry until it is told to stop.

    What is found goes to the observers at once, and through the ledger into the log. The times
    of the schedule are those of ``monotonic``; the clock says when something happened.
    """

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        link: GatewayLink,
        network: LocalNetwork,
        clock: Clock,
        plan: WatchPlan,
        observers: Sequence[WatchObserver],
        *,
        aside: Aside = asyncio.to_thread,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._ledger = ledger
        self._plan = plan
        self._aside = aside
        self._monotonic = monotonic
        self._stamps = Stamps(clock, monotonic)
        self._onlookers = Onlookers(observers)
        self._troubles = Troubles(self._onlookers.noticed, self._stamps)
        self._saving = Saving(ledger, self._onlookers, self._troubles, aside, monotonic)
        self._visits = Visits(link, plan.timeout, found=self._found, failed=self._failed)
        self._schedule = Schedule(plan.interval, plan.spread, monotonic())
        self._doubt = SelfDoubt()
        self._online = Online(network, monotonic)
        self._roster = Roster({}, {}, {})
        self._late: dict[UUID, float] = {}
        self._changed = asyncio.Event()
        self._reload = False

    def reload(self) -> None:
        """Read all instances and their secrets anew, soon."""
        self._reload = True

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop; what was found is recorded before this returns.

        Raises a ``StoreError`` where the instances cannot be read to begin with, and a
        ``StoreError`` or ``TooMuchContention`` where something could not be recorded in the end.
        """
        self._take(await self._aside(self._registry.read))
        pinging = asyncio.create_task(self._ping_on_schedule())
        tending = asyncio.create_task(self._tend_until(stop))
        try:
            await asyncio.wait({pinging, tending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.set()
            pinging.cancel()
            # The tending is not cancelled: it may be half-way through recording something.
            await asyncio.wait({pinging, tending})
            await self._visits.end()
            await self._saving.close()
        for ended in (pinging, tending):
            if not ended.cancelled():
                ended.result()

    async def _ping_on_schedule(self) -> None:
        while True:
            now = self._monotonic()
            for instance_id in self._schedule.due(now):
                self._begin(instance_id, now)
            self._changed.clear()
            wait = self._schedule.next() - self._monotonic()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if wait == inf else wait):
                    await self._changed.wait()

    def _begin(self, instance_id: UUID, now: float) -> None:
        if not self._visits.begin(instance_id, lambda: self._roster.probes.get(instance_id)):
            self._late[instance_id] = now

    async def _found(self, probe: Probe, outcome: PingOutcome) -> None:
        watched = self._roster.watched.get(probe.instance_id)
        if watched is None or watched.url != probe.target.url:
            return  # it was removed or moved meanwhile
        self._troubles.end(Trouble.CHECK_FAILED, f"{probe.name} can be checked again", probe.name)
        finding = Finding(probe, self._stamps.now(), outcome)
        found = Observation(watched, finding.at, outcome, finding.cautions)
        for observation in await self._believed(found):
            self._ledger.take(observation.instance, observation.at, observation.outcome)
            self._onlookers.seen(observation)

    async def _believed(self, found: Observation) -> list[Observation]:
        """Keep back what may be the fault of this machine; gives what counts now."""
        if not is_elsewhere(found.instance):
            return [found]
        if nothing_came_back(found):
            believed = self._doubt.unanswered(found, online=await self._online.now())
        else:
            believed = self._doubt.answered(found)
        if self._doubt.offline:
            message = "this machine has no network: failures count for nobody until it has"
            self._troubles.begin(Trouble.OBSERVER_OFFLINE, message)
        else:
            self._troubles.end(Trouble.OBSERVER_OFFLINE, "this machine has a network again")
        return believed

    def _failed(self, probe: Probe, fault: Exception) -> None:
        message = f"{probe.name} could not be checked: {sentence_of(fault)}"
        self._troubles.begin(Trouble.CHECK_FAILED, message, probe.name)

    async def _tend_until(self, stop: asyncio.Event) -> None:
        """Do what is to be done besides, once in a while."""
        while not await _is_set_within(_TICK, stop):
            self._tell_of_the_clock()
            self._tell_of_lateness()
            if self._ledger.due(self._stamps.now()):
                await self._saving.record()
            await self._follow()

    async def _follow(self) -> None:
        anew, self._reload = self._reload, False
        try:
            roster = await self._aside(self._registry.read if anew else self._registry.follow)
        except Exception as error:  # noqa: BLE001 - whatever it is, the watch goes on
            self._reload = self._reload or anew
            message = f"changes of the instances cannot be read: {sentence_of(error)}"
            self._troubles.begin(Trouble.STORE_AT_FAULT, message, "instances")
            return
        self._troubles.end(
            Trouble.STORE_AT_FAULT, "changes of the instances can be read again", "instances"
        )
        if roster is not None:
            self._take(roster)

    def _take(self, roster: Roster) -> None:
        """Go by another roster from now on."""
        before, self._roster = self._roster, roster
        self._schedule.keep(roster.watched.keys(), self._monotonic())
        self._doubt.keep([one.id for one in roster.watched.values() if is_elsewhere(one)])
        self._visits.make_room(self._plan.places(len(roster.watched)))
        self._changed.set()
        self._tell_of_single_ones(roster)
        if roster.watched != before.watched or not before.watched:
            self._onlookers.watching(list(roster.watched.values()))

    def _tell_of_single_ones(self, roster: Roster) -> None:
        for name, error in roster.lost.items():
            self._troubles.begin(Trouble.SECRET_MISSING, f"{name} is not watched: {error}", name)
        for name in self._troubles.about(Trouble.SECRET_MISSING):
            if name not in roster.lost:
                self._troubles.end(Trouble.SECRET_MISSING, f"{name} has its secrets again", name)
        present = {one.name for one in roster.watched.values()}
        for name in self._troubles.about(Trouble.CHECK_FAILED):
            if name not in present:
                self._troubles.end(Trouble.CHECK_FAILED, f"{name} is checked no more", name)

    def _tell_of_the_clock(self) -> None:
        self._stamps.now()
        if self._stamps.behind.total_seconds() > _SET_BACK:
            message = "the clock was set back: times go on slowly until it has caught up"
            self._troubles.begin(Trouble.CLOCK_SET_BACK, message)
        elif not self._stamps.behind:
            self._troubles.end(Trouble.CLOCK_SET_BACK, "the clock has caught up")

    def _tell_of_lateness(self) -> None:
        a_while_ago = self._monotonic() - 2 * self._plan.interval
        self._late = {id_: at for id_, at in self._late.items() if at > a_while_ago}
        if self._late:
            message = f"pings take longer than the {self._plan.interval:g} s until the next is due"
            self._troubles.begin(Trouble.LATE, message)
        else:
            self._troubles.end(Trouble.LATE, "all pings are made when they are due")


async def _is_set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
