"""What a watch wants to have recorded, until it stands in the log."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.rollup import PingSummary, merged
from openclaw_manager.domain.thresholds import Down, Up

# While nothing can be recorded, that is a day of summaries by the hour.
_MOST_SUMMARIES = 24


class PossibleNews(NamedTuple):
    """A ping that says something which the watch did not know, at the time when it was found."""

    at: datetime
    outcome: PingOutcome


Item = PingSummary | PossibleNews | Down | Up


class Entry(NamedTuple):
    """What is to be recorded of one instance, in the order in which it happened."""

    instance: Watched
    items: Sequence[Item]

    @property
    def device_token(self) -> str | None:
        """The last device token that the gateway issued meanwhile: a secret."""
        pings = (item for item in reversed(self.items) if isinstance(item, PossibleNews))
        return next((one.outcome.device_token for one in pings if one.outcome.device_token), None)


class Batch:
    """What is to be recorded at once. Only a ledger and what belongs to it look into it."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.recorded = False


def condensed(items: Iterable[Item]) -> list[Item]:
    """Merge the oldest summaries where there are more than a day of them.

    So what is kept while a store is out of order does not grow without end. Those with a time
    between them in which nobody watched stay apart, since it would count as watched.
    """
    kept = list(items)
    places = [place for place, item in enumerate(kept) if isinstance(item, PingSummary)]
    too_many = places[: max(0, len(places) - _MOST_SUMMARIES) + 1]
    gone = set()
    for earlier, later in pairwise(too_many):
        one, other = kept[earlier], kept[later]
        assert isinstance(one, PingSummary)
        assert isinstance(other, PingSummary)
        if one.until == other.since:
            kept[later] = merged(one, other)
            gone.add(earlier)
    return [item for place, item in enumerate(kept) if place not in gone]
