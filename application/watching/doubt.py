"""Self-doubt: whether it is the gateways that do not answer, or the machine that asks."""

import asyncio
from collections.abc import Callable, Collection
from math import inf
from uuid import UUID

from openclaw_manager.application.ports.local_network import LocalNetwork
from openclaw_manager.application.ports.watch_observer import Observation, Watched
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Cause

# Causes in which nothing at all came back from another machine: a connection that is refused
# proves that the way there is open.
_NOTHING_CAME_BACK = frozenset({Cause.NAME_NOT_RESOLVED, Cause.NETWORK_UNREACHABLE, Cause.TIMEOUT})

_ASKED_FOR = 1.0  # seconds that an answer of the machine holds


def is_elsewhere(watched: Watched) -> bool:
    """Whether a gateway is reached over the network."""
    return not GatewayUrl(watched.url).is_on_this_machine


def nothing_came_back(observation: Observation) -> bool:
    """Whether a ping proves nothing of the network that it went over."""
    return observation.outcome.cause in _NOTHING_CAME_BACK


class SelfDoubt:
    """Keeps failures back while they may be the fault of the machine that watches.

    That is while it seems to have no network, until a whole round has gone by: once every
    gateway on another machine failed in it, the machine is ``offline``, and these failures are
    dropped; as soon as one of them answers, they count after all.
    """

    def __init__(self) -> None:
        self.offline = False
        self._elsewhere: frozenset[UUID] = frozenset()
        self._kept_back: list[Observation] = []

    def keep(self, elsewhere: Collection[UUID]) -> None:
        """Take who is watched on other machines from now on."""
        self._elsewhere = frozenset(elsewhere)

    def answered(self, observation: Observation) -> list[Observation]:
        """Take a finding that proves that the network is there; gives all that count now."""
        self.offline = False
        count, self._kept_back = [*self._kept_back, observation], []
        return count

    def unanswered(self, observation: Observation, *, online: bool) -> list[Observation]:
        """Take a finding that proves nothing; gives those that count now.

        ``online`` is what the machine says of its network.
        """
        if online:  # what failed before, while it said otherwise, proves nothing of anybody
            self.offline, self._kept_back = False, []
            return [observation]
        failed = {one.instance.id for one in self._kept_back}
        again = observation.instance.id in failed
        if self.offline or again or self._elsewhere <= failed | {observation.instance.id}:
            self.offline, self._kept_back = True, []
        else:
            self._kept_back.append(observation)
        return []


class Online:
    """Asks the machine for its network, once for all whose pings fail at the same time."""

    def __init__(self, network: LocalNetwork, monotonic: Callable[[], float]) -> None:
        self._network = network
        self._monotonic = monotonic
        self._asked_at = -inf
        self._asking: asyncio.Task[bool] | None = None

    async def now(self) -> bool:
        """Whether there is a network; yes, where that cannot be found out."""
        if self._asking is None or self._monotonic() > self._asked_at + _ASKED_FOR:
            self._asked_at = self._monotonic()
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> bool:
        try:
            return await self._network.online()
        except Exception:  # noqa: BLE001 - no outage may be missed for a fault in here
            return True
