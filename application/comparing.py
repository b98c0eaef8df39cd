"""Comparing snapshots: of one gateway at two moments, or of many with one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.probing import by_name, present_instances, selected_instances
from openclaw_manager.application.snapshot_view import SectionState, SnapshotView
from openclaw_manager.application.snapshots import NOT_ASKED_FOR, Snapshots
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.version import is_below

if TYPE_CHECKING:
    from openclaw_manager.domain.label import LabelSelector

SET_UP = (
    *(Section.AGENTS, Section.CHANNELS, Section.MODELS),
    *(Section.CONFIG, Section.CRON, Section.SKILLS),
)
"""The sections that say how a gateway is set up, and not what happens to be going on."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How ``b`` differs from ``a``: what to change in an object of contents by section.

    ``not_compared`` says, in a clause for a person, why a section was left out.
    """

    a: SnapshotView
    b: SnapshotView
    changes: list[Change]
    not_compared: Mapping[Section, str]


@dataclass(frozen=True, slots=True)
class Drift:
    """How one instance differs from a baseline; ``view`` is None where it was never captured.

    ``version`` is that of its gateway, as captured or else as last pinged, and ``too_old``
    says that it is below the one that was asked for, or unknown.
    """

    instance: str
    view: SnapshotView | None
    differing: tuple[Section, ...]
    not_compared: Mapping[Section, str]
    version: str | None
    too_old: bool

    @property
    def drifts(self) -> bool:
        """Whether the instance is not as the baseline, or nobody knows."""
        return self.view is None or bool(self.differing) or self.too_old


class Comparing:
    """Compares what snapshots hold; volatile values are left out."""

    def __init__(self, log: EventLog, snapshots: Snapshots) -> None:
        self._log = log
        self._snapshots = snapshots

    def diff(
        self, a: SnapshotView, b: SnapshotView, sections: Collection[Section] | None = None
    ) -> Comparison:
        """Compare two snapshots, in these sections or all that were asked for in either.

        Raises a ``StoreError``.
        """
        pairs = _pairs(a, b, sections)
        differing = _differing(pairs)  # what is the same need not even be read
        changes = diff(
            {section.value: self._snapshots.content(a, section) for section in differing},
            {section.value: self._snapshots.content(b, section) for section in differing},
        )
        return Comparison(a, b, changes, _not_compared(pairs, "the first", "the second"))

    def drift(
        self,
        baseline: SnapshotView,
        selectors: Iterable[str] | None = None,
        sections: Collection[Section] = SET_UP,
        min_version: str | None = None,
        *,
        labels: "LabelSelector | None" = None,
    ) -> list[Drift]:
        """Compare the latest snapshot of each instance with a baseline.

        Without ``selectors`` that is every instance that is not removed, or has the
        ``labels``, by name; then the baseline itself is left out. Raises ``InvalidVersion``,
        ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``, ``NothingSelected``,
        a ``StoreError``.
        """
        if min_version is not None:
            is_below(None, min_version)  # so that it is refused also where there is nobody
        drifts = [
            self._drift(baseline, instance, sections, min_version)
            for instance in self._chosen(selectors, labels)
        ]
        if selectors is not None:
            return drifts
        return [one for one in drifts if one.view is None or one.view.id != baseline.id]

    def _chosen(
        self, selectors: Iterable[str] | None, labels: "LabelSelector | None"
    ) -> Iterable[Instance]:
        if selectors is None:
            return by_name(
                selected_instances(self._log, labels) if labels else present_instances(self._log)
            )
        ids = dict.fromkeys(self._snapshots.instance(selector).id for selector in selectors)
        return [self._log.instance(id_) for id_ in ids]

    def _drift(
        self,
        baseline: SnapshotView,
        instance: Instance,
        sections: Collection[Section],
        min_version: str | None,
    ) -> Drift:
        view = next(self._snapshots.back_from_latest(instance), None)
        version = view.version if view else instance.version_of_gateway
        pairs = _pairs(baseline, view, sections) if view else {}
        return Drift(
            instance=instance.name,
            view=view,
            differing=tuple(_differing(pairs)),
            not_compared=_not_compared(pairs, "the baseline", instance.name),
            version=version,
            too_old=min_version is not None and is_below(version, min_version),
        )


_Pairs = dict[Section, tuple[SectionState | None, SectionState | None]]


def _pairs(a: SnapshotView, b: SnapshotView, sections: Collection[Section] | None) -> _Pairs:
    """Put what became of each section in two snapshots side by side."""
    wanted = a.sections.keys() | b.sections.keys() if sections is None else sections
    return {
        section: (a.sections.get(section), b.sections.get(section))
        for section in Section
        if section in wanted
    }


def _differing(pairs: _Pairs) -> list[Section]:
    """List the sections that both have, and not the same."""
    return [
        section
        for section, (a, b) in pairs.items()
        if a and b and a.hash and b.hash and a.hash != b.hash
    ]


def _not_compared(pairs: _Pairs, first: str, second: str) -> dict[Section, str]:
    """Say of each section that one side lacks why: what was not heard is not gone."""
    reasons = {
        section: _missing({first: _why_missing(a), second: _why_missing(b)})
        for section, (a, b) in pairs.items()
    }
    return {section: reason for section, reason in reasons.items() if reason}


def _why_missing(state: SectionState | None) -> str | None:
    return state.why_missing if state else NOT_ASKED_FOR


def _missing(reasons: Mapping[str, str | None]) -> str:
    """Say where something is missing and why, once where it is the same for both."""
    given = {where: reason for where, reason in reasons.items() if reason}
    if len(given) == len(reasons) and len(set(given.values())) == 1:
        return f"missing in both: {next(iter(given.values()))}"
    return "; ".join(f"missing in {where}: {reason}" for where, reason in given.items())
