"""How each watched instance stands, in the words and the order of the live table."""

from collections import deque
from datetime import datetime
from enum import Enum

from openclaw_manager.application.ports.watch_observer import Observation, Watched
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.ping import PingOutcome

_REMEMBERED = 40  # pings
_BLOCKS = "▁▂▃▄▅▆▇█"
_FAILED, _STARTING = "×", "·"  # noqa: RUF001 - every terminal has this sign


class State(Enum):
    """How an instance stands, the worst first, each with its colour."""

    DOWN = "down", "bold red"
    RECOVERING = "recovering", "magenta"
    FAILING = "failing", "red"
    STARTING = "starting", "yellow"
    DEGRADED = "degraded", "yellow"
    WAITING = "waiting", "dim"
    OK = "ok", "green"

    def __init__(self, word: str, style: str) -> None:
        self.word = word
        self.style = style


WORST_FIRST = {state: place for place, state in enumerate(State)}


class Standing:
    """One instance: what its last pings found, and since when it stands as it does."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.outcome: PingOutcome | None = None
        self.state = self._judged()
        self.since = watched.down_since
        self._lately: deque[float | str] = deque(maxlen=_REMEMBERED)

    def go_on_as(self, watched: Watched, now: datetime) -> None:
        """Take what is known of the instance now."""
        if watched.url != self.watched.url:
            self.outcome = None
            self._lately.clear()
        self.watched = watched
        self._judge(now)

    def see(self, observation: Observation) -> None:
        """Take what a ping found."""
        self.outcome = observation.outcome
        self._lately.append(_kept(observation.outcome))
        self._judge(observation.at)

    def lately(self, width: int) -> str:
        """Draw the last pings: how long each took beside the longest of them, or that it failed."""
        pings = list(self._lately)[-width:]
        longest = max((ping for ping in pings if isinstance(ping, float)), default=0.0)
        return "".join(ping if isinstance(ping, str) else _block(ping, longest) for ping in pings)

    def _judge(self, now: datetime) -> None:
        state = self._judged()
        if state is not self.state:
            self.state = state
            self.since = self.watched.down_since if state is State.DOWN else now

    def _judged(self) -> State:
        down = self.watched.down_since is not None
        if self.outcome is None:
            return State.DOWN if down else State.WAITING
        if self.outcome.condition.reachable and down:
            return State.RECOVERING
        if self.outcome.condition is Condition.STARTING and not down:
            return State.STARTING
        if self.outcome.condition.reachable:
            return State.OK if self.outcome.condition is Condition.OK else State.DEGRADED
        return State.DOWN if down else State.FAILING


def _kept(ping: PingOutcome) -> float | str:
    """Keep how long a ping took (milliseconds), or the sign for what came in place of that."""
    if ping.latency_ms is None or not ping.condition.reachable:
        return _STARTING if ping.condition is Condition.STARTING else _FAILED
    return ping.latency_ms


def _block(latency: float, longest: float) -> str:
    return _BLOCKS[round((len(_BLOCKS) - 1) * latency / longest) if longest else 0]
