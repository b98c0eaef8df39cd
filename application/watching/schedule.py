"""The schedule of a watch: when each gateway is pinged, at a fixed rate of its own."""

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from math import floor, inf
from uuid import UUID

_FIRST_LOOKS = 50.0  # a second, so that a thousand gateways are not asked all at once
_IDS = 2**128


class Schedule:
    """Says who is due, in seconds of a clock that nobody sets.

    Everybody is due soon after they came, and from then on at every ``interval`` after a moment
    of their own, which does not move when something is late: a tick that was missed is
    skipped. These moments lie within the first ``spread`` seconds of each interval, and follow
    from the ids, so that they stay the same whoever comes and goes.
    """

    def __init__(self, interval: float, spread: float, start: float) -> None:
        self._interval = interval
        self._spread = spread
        self._start = start
        self._next: dict[UUID, float] = {}
        self._queue: list[tuple[float, UUID]] = []

    def keep(self, ids: Collection[UUID], now: float) -> None:
        """Have these from now on, and no others."""
        for gone in self._next.keys() - set(ids):
            del self._next[gone]
        new = [id_ for id_ in ids if id_ not in self._next]
        soon = min(self._spread, len(new) / _FIRST_LOOKS)
        for id_ in new:
            self._plan(id_, now + _share(id_) * soon)

    def due(self, now: float) -> Iterator[UUID]:
        """Give those whose time has come, each once; they are due again at their next tick."""
        while self._queue and self._queue[0][0] <= now:
            at, id_ = heappop(self._queue)
            if self._next.get(id_) == at:  # else they are gone, or came again
                self._plan(id_, self._tick_after(max(now, at + self._interval / 2), id_))
                yield id_

    def next(self) -> float:
        """Tell when somebody is due; infinity where nobody is."""
        while self._queue and self._next.get(self._queue[0][1]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else inf

    def _tick_after(self, moment: float, id_: UUID) -> float:
        first = self._start + _share(id_) * self._spread
        return first + (floor((moment - first) / self._interval) + 1) * self._interval

    def _plan(self, id_: UUID, at: float) -> None:
        self._next[id_] = at
        heappush(self._queue, (at, id_))


def _share(id_: UUID) -> float:
    """Map ids evenly onto the numbers from 0 to 1: nearly all digits of a UUID4 are drawn."""
    return id_.int / _IDS
