"""What metrics are put together from, of a watch that runs, and without one."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from openclaw_manager import __version__
from openclaw_manager.adapters.metrics.minions import page_of
from openclaw_manager.adapters.metrics.observer import MetricsObserver
from openclaw_manager.application.ports.clock import Clock
from openclaw_manager.application.ports.view import Minion


def watch_metrics(clock: Clock) -> MetricsObserver:
    """Begin the metrics of a watch."""
    return MetricsObserver(clock, __version__)


def metrics_page(minions: Iterable[Minion], down_since: Mapping[str, datetime]) -> Iterator[str]:
    """Write the metrics of instances part by part; ``down_since`` tells by id who is down."""
    return page_of(minions, down_since, __version__).parts()
