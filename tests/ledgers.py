"""A watch without a network and without waiting: pings as letters, half a minute apart.

``+`` succeeds, ``-`` fails, ``s`` finds the gateway starting, and at ``.`` nobody is asked.
"""

from datetime import datetime, timedelta

from assembly import Core
from openclaw_manager.application.ports.watch_observer import Transition, Watched
from openclaw_manager.application.watching.booking import Saved
from openclaw_manager.application.watching.ledger import Ledger
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.thresholds import Thresholds
from watching import NOON, failure, success

EVERY = timedelta(seconds=30)
OUTCOMES: dict[str, PingOutcome | None] = {
    "+": success(),
    "-": failure(Cause.TIMEOUT),
    "s": failure(Cause.GATEWAY_STARTING),
    ".": None,
}


class Watching:
    """A ledger on a home, and the clock by which it is kept; each is like another process."""

    def __init__(self, core: Core, thresholds: Thresholds | None = None) -> None:
        self.core = core
        self.ledger = Ledger(
            core.log,
            core.facts,
            core.desk,
            thresholds=thresholds or Thresholds(),
            longest_gap=5 * EVERY,
        )
        self.now: datetime = NOON
        self.told: list[Transition] = []
        self.roster: dict[str, Watched] = {}
        self.read_registry()

    def read_registry(self) -> None:
        """Read anew who is there, as a watch does when somebody changed something."""
        instances = map(self.core.log.instance, self.core.log.ids_beginning(""))
        present = [one for one in instances if one.removed_at is None]
        self.roster = {one.name: _watched(one) for one in present}

    def take(self, name: str, outcome: PingOutcome) -> None:
        """Take what the next ping of an instance finds, and let half a minute pass."""
        self.ledger.take(self.roster[name], self.now, outcome)
        self.now += EVERY

    def ping(self, name: str, pings: str) -> None:
        """Take many, and record what is due after each."""
        for letter in pings:
            outcome = OUTCOMES[letter]
            if outcome is None:
                self.now += EVERY
            else:
                self.take(name, outcome)
            self.record_what_is_due()

    def record_what_is_due(self) -> None:
        """Do as a watch does once a second."""
        if self.ledger.due(self.now):
            self.save()

    def save(self) -> Saved:
        """Record what is due, and remember what is to be told."""
        saved = self.ledger.save()
        self.told += saved.transitions
        return saved

    def stop(self) -> None:
        """End the watch cleanly."""
        self.ledger.close()
        self.save()

    def instance(self, name: str) -> Instance:
        """Read an instance back from the log, as nobody holds it."""
        return self.core.log.instance(self.roster[name].id)

    def events(self, name: str) -> list[str]:
        """Name the events of an instance, after its registration."""
        history = self.core.log.history(self.roster[name].id, upto=self.core.log.head())
        return [type(fact).__name__ for _, fact in history][1:]


def _watched(instance: Instance) -> Watched:
    outage = instance.outage
    since = datetime.fromisoformat(outage["since"]) if outage else None
    return Watched(instance.id, instance.name, instance.url, instance.tags, since)
