"""Pages of metrics, read as a monitoring system reads them."""

from collections.abc import Iterable
from typing import NamedTuple

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from fakes.clock import TickingClock
from openclaw_manager.adapters.metrics.observer import MetricsObserver
from watching import CERTIFICATE, failure, seen, success, watched, went_down


class MetricsPage(NamedTuple):
    """What stands on a page."""

    metrics: dict[str, Metric]
    """By the name under which each has its type, which for counters lacks the ``_total``."""

    def value(self, sample: str, **labels: str) -> float | None:
        """Tell the value of the one series that has these labels, among others; None: no such."""
        values = [value for found, value in self.series(sample) if labels.items() <= found.items()]
        assert len(values) <= 1, f"{sample} {labels} has several values"
        return values[0] if values else None

    def series(self, sample: str) -> list[tuple[dict[str, str], float]]:
        """Give all series of a name, with their labels."""
        return [
            (one.labels, one.value)
            for metric in self.metrics.values()
            for one in metric.samples
            if one.name == sample
        ]


def read_page(parts: str | Iterable[str]) -> MetricsPage:
    """Read a page, which may come in parts, with the library's own parser."""
    metrics = list(text_string_to_metric_families("".join(parts)))
    names = [metric.name for metric in metrics]
    assert len(set(names)) == len(names), "the lines of a metric are not together"
    return MetricsPage({metric.name: metric for metric in metrics})


def full_page(name: str = "home") -> str:
    """Write a page on which every metric stands."""
    home, office = watched(name, tags=["env=prod"]), watched("office")
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([home, office])
    observer.seen(seen(home, success(certificate=CERTIFICATE)))
    observer.seen(seen(office, failure()))
    observer.changed(went_down(office))
    return "".join(observer.page())
