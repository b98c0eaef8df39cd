"""The lines of one metric that are about one thing, such as one instance.

The library writes names, labels and what has to be escaped in them. That takes it some 10 µs a
line, so it does it once, and not for each page: after that only the values of a line change.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from openclaw_manager.adapters.metrics.family import Family, Kind

Labels = tuple[str, ...]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BOUNDS = (*map(str, _BUCKETS), "+Inf")


class Lines:
    """The series of a gauge or counter whose first label values are ``about``."""

    def __init__(self, family: Family, about: Labels = ()) -> None:
        self._family = family
        self._about = about
        self._values: Mapping[Labels, float] = {}
        self._beginnings: Sequence[str] | None = None
        self._text: str | None = None

    def rename(self, about: Labels) -> None:
        """Be about this from now on; the values stay."""
        self._about = about
        self._beginnings = self._text = None

    def put(self, values: Mapping[Labels, float]) -> None:
        """Take the values by the label values that are left, in place of all before."""
        if list(values) != list(self._values):
            self._beginnings = None
        if values != self._values:
            self._values, self._text = values, None

    def text(self) -> str:
        """Write the lines; none where there is no value."""
        if self._text is None:
            if self._beginnings is None:
                self._beginnings = _beginnings(self._metric())
            lines = zip(self._beginnings, self._numbers(), strict=True)
            self._text = "".join(f"{beginning}{value!r}\n" for beginning, value in lines)
        return self._text

    def _metric(self) -> Metric:
        """Make the series with any values, in the order of the numbers."""
        metric = _empty(self._family)
        for labels in self._values:
            metric.add_metric(_sayable((*self._about, *labels)), 0)
        return metric

    def _numbers(self) -> Iterable[float]:
        return self._values.values()


class HistogramLines(Lines):
    """A histogram of durations in seconds."""

    def __init__(self, family: Family, about: Labels) -> None:
        super().__init__(family, about)
        self._counts = [0] * len(_BOUNDS)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration in each bucket that is not too small for it."""
        for bucket in range(bisect_left(_BUCKETS, seconds), len(_BOUNDS)):
            self._counts[bucket] += 1
        self._sum += seconds
        self._text = None

    def _metric(self) -> Metric:
        family = self._family
        metric = HistogramMetricFamily(family.metric, family.says, labels=family.labels)
        metric.add_metric(_sayable(self._about), [(bound, 0) for bound in _BOUNDS], 0.0)
        return metric

    def _numbers(self) -> Iterable[float]:
        return (*self._counts, self._counts[-1], self._sum)


def heading(family: Family) -> str:
    """Write what stands above all lines of a metric: what it says, and its type."""
    if family.kind is Kind.HISTOGRAM:
        return _written(HistogramMetricFamily(family.metric, family.says))
    return _written(_empty(family))


class _Alone(Collector):
    """One metric, to be written without others."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> Iterable[Metric]:
        return [self._metric]


def _empty(family: Family) -> GaugeMetricFamily | CounterMetricFamily:
    kind = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    return kind(family.metric, family.says, labels=family.labels)


def _beginnings(metric: Metric) -> list[str]:
    """Write the lines of a metric up to their values."""
    lines = _written(metric).split("\n")  # other line breaks may stand in a label
    return [line[: line.rindex(" ") + 1] for line in lines if line and not line.startswith("#")]


def _written(metric: Metric) -> str:
    return generate_latest(_Alone(metric)).decode()


def _sayable(labels: Iterable[str]) -> list[str]:
    """Write ``?`` for half a character, which no UTF-8 can say."""
    return [label.encode("utf-8", "replace").decode() for label in labels]
