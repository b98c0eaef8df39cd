"""The page that a monitoring system reads: all metrics, each with all of its lines together."""

from collections.abc import Iterator, Mapping
from time import perf_counter

from openclaw_manager.adapters.metrics.family import Family
from openclaw_manager.adapters.metrics.instance_lines import InstanceLines
from openclaw_manager.adapters.metrics.lines import Lines, heading

_TURN = 0.001  # seconds after which others get theirs


class Page:
    """Puts together what is told of all instances and of this program."""

    def __init__(self, version: str) -> None:
        self._own: dict[Family, Lines] = {}
        self._instances: Mapping[str, InstanceLines] = {}
        self._headings: dict[Family, str] = {}
        self.own(Family.BUILD).put({(version,): 1})

    def own(self, family: Family) -> Lines:
        """Find the lines of a metric that is about no instance."""
        return self._own.setdefault(family, Lines(family))

    def show(self, instances: Mapping[str, InstanceLines]) -> None:
        """Tell of these instances from now on, by id, in this order."""
        self._instances = instances

    def parts(self) -> Iterator[str]:
        """Write it part by part, each of which takes about a millisecond to make.

        Between two of them things may change, which is then told with the next page.
        """
        instances = self._instances
        for family in Family:
            head = self._heading(family)
            for text in self._texts(family, instances):
                if text:
                    yield head + text
                    head = ""

    def _texts(self, family: Family, instances: Mapping[str, InstanceLines]) -> Iterator[str]:
        if family in self._own:
            yield self._own[family].text()
        texts: list[str] = []
        until = perf_counter() + _TURN
        for lines in instances.values():
            texts.append(lines.text(family))
            if perf_counter() > until:
                yield "".join(texts)
                texts.clear()
                until = perf_counter() + _TURN
        yield "".join(texts)

    def _heading(self, family: Family) -> str:
        if family not in self._headings:
            self._headings[family] = heading(family)
        return self._headings[family]
