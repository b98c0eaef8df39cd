"""The visits of a watch: pings that run beside each other, and never two at one gateway."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from openclaw_manager.application.ports.gateway_link import GatewayLink
from openclaw_manager.application.probing import Probe
from openclaw_manager.domain.ping import PingOutcome

# In seconds.
_OVERRUN = 5.0  # after its timeout, a ping that did not end by itself is given up
_GOODBYE = 0.5


class Visits:
    """Pings gateways within ``timeout`` seconds each, and hands over what becomes of it.

    ``found`` gets what a ping found, and ``failed`` a fault of this program in one, which
    keeps nobody from the other gateways.
    """

    def __init__(
        self,
        link: GatewayLink,
        timeout: float,
        *,
        found: Callable[[Probe, PingOutcome], Awaitable[None]],
        failed: Callable[[Probe, Exception], None],
    ) -> None:
        self._link = link
        self._timeout = timeout
        self._found = found
        self._failed = failed
        self._places = asyncio.Semaphore(0)
        self._number_of_places = 0
        self._running: dict[UUID, asyncio.Task[None]] = {}

    def make_room(self, places: int) -> None:
        """Let so many pings run at once, from now on; never fewer than before."""
        for _ in range(places - self._number_of_places):
            self._places.release()
        self._number_of_places = max(places, self._number_of_places)

    def begin(self, instance_id: UUID, probe: Callable[[], Probe | None]) -> bool:
        """Ping a gateway as soon as there is a place, unless its last ping is not over yet.

        ``probe`` is asked when the time has come; its answer is None for one that is gone.
        Returns whether a ping was begun.
        """
        if instance_id in self._running:
            return False
        visit = asyncio.create_task(self._visit(probe))
        self._running[instance_id] = visit
        visit.add_done_callback(lambda _: self._running.pop(instance_id))
        return True

    async def end(self) -> None:
        """Break off what runs, and wait only shortly for it to let go."""
        for visit in self._running.values():
            visit.cancel()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=_GOODBYE)

    async def _visit(self, find_probe: Callable[[], Probe | None]) -> None:
        async with self._places:
            probe = find_probe()
            if probe is None:
                return
            try:
                async with asyncio.timeout(self._timeout + _OVERRUN):
                    outcome = await self._link.ping(probe.target, timeout=self._timeout)
                await self._found(probe, outcome)
            except Exception as fault:  # noqa: BLE001 - whatever it is, the watch goes on
                self._failed(probe, fault)
