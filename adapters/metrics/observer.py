"""Looks on at a watch, and tells monitoring systems of it."""

from collections.abc import Iterator, Sequence

from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.adapters.metrics.lines import Labels
from openclaw_manager.adapters.metrics.page import Page
from openclaw_manager.adapters.metrics.watched_lines import WatchedLines
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.watch_observer import (
    Observation,
    Transition,
    Trouble,
    Watched,
    WatchNotice,
)
from openclaw_manager.domain.thresholds import Down


class MetricsObserver:
    """A ``WatchObserver`` that keeps the page of metrics as the watch goes on.

    What it keeps of an instance has the same size however long it is watched, and goes with it.
    """

    def __init__(self, clock: Clock, version: str) -> None:
        self._page = Page(version)
        self._watched: dict[str, WatchedLines] = {}
        troubles: list[Labels] = [(trouble.value,) for trouble in Trouble]
        self._going_on: dict[Labels, set[str]] = {trouble: set() for trouble in troubles}
        self._begun: dict[Labels, float] = dict.fromkeys(troubles, 0)
        self._page.own(Family.WATCH_START).put({(): clock.now().timestamp()})
        self._put_troubles()

    def page(self) -> Iterator[str]:
        """Write the page as it is now, part by part."""
        return self._page.parts()

    def watching(self, instances: Sequence[Watched]) -> None:
        """Tell of these from now on, and of no others; counters of those who stay go on."""
        before, self._watched = self._watched, {}
        for instance in instances:
            id_ = str(instance.id)
            lines = before.get(id_) or WatchedLines(instance.name, id_)
            lines.describe(instance.name, instance.url, instance.tags)
            lines.be_down_since(instance.down_since)
            self._watched[id_] = lines
        self._page.show(self._watched)
        self._page.own(Family.WATCHED).put({(): len(instances)})

    def seen(self, observation: Observation) -> None:
        """Take what one ping found."""
        self._page.own(Family.WATCHER_LAST_PING).put({(): observation.at.timestamp()})
        lines = self._watched.get(str(observation.instance.id))
        if lines:  # else it was removed while the ping was on its way
            lines.observe(observation.at, observation.outcome)

    def changed(self, transition: Transition) -> None:
        """Take that an outage began or ended."""
        lines = self._watched.get(str(transition.instance.id))
        if lines is None:
            return
        if isinstance(transition.change, Down):
            lines.be_down_since(transition.change.since)
            lines.count_outage()
        else:
            lines.be_down_since(None)

    def noticed(self, notice: WatchNotice) -> None:
        """Count a trouble of the watcher, and remember whether it has it still."""
        trouble = (notice.trouble.value,)
        if notice.ended:
            self._going_on[trouble].discard(notice.about)
        else:
            self._going_on[trouble].add(notice.about)
            self._begun[trouble] += 1
        self._put_troubles()

    def _put_troubles(self) -> None:
        going_on = {trouble: len(about) for trouble, about in self._going_on.items()}
        self._page.own(Family.TROUBLE).put(going_on)
        self._page.own(Family.TROUBLES).put(self._begun.copy())
