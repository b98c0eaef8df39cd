# Written by docs/generate.py from _async/snapshots.py; change that.
"""What gateways held: snapshots, what changed between them, and configurations."""

from collections.abc import Iterable
from typing import Any

from openclaw_manager import _store as store
from openclaw_manager._sync_engine import Verbs
from openclaw_manager.application.comparing import SET_UP, Comparison, Drift
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.results import (
    CapturedConfiguration,
    ConfigurationDiff,
    SnapshotContents,
)


class Snapshots(Verbs):
    """Reads and compares what was captured; nothing here contacts a gateway.

    A reference is the id of a snapshot or a unique beginning of it of four characters or more;
    ``NAME``, the latest of an instance; ``NAME~2``, the second before that; or
    ``NAME@2026-11-01T12:00``, the last that was taken by that time. All raise
    ``SnapshotNotFound``, ``AmbiguousSnapshot``, ``NeverCaptured``, ``InstanceNotFound``,
    ``AmbiguousInstance`` and ``InstanceRemoved``.
    """

    def snapshots(
        self, selector: str, *, limit: int | None = None
    ) -> tuple[SnapshotView, ...]:
        """List the snapshots of an instance, the newest first."""
        return self._engine.store(lambda parts: tuple(parts.snapshots().of(selector, limit)))

    def snapshot(self, reference: str) -> SnapshotView:
        """Find a snapshot."""
        return self._engine.store(lambda parts: store.snapshot(parts, reference))

    def contents(
        self, reference: str, *, sections: Iterable[str] | None = None
    ) -> SnapshotContents:
        """Read what a snapshot holds, of these sections or of all; raises ``UnknownSection``."""
        wanted = store.sections(sections)
        return self._engine.store(lambda parts: store.contents(parts, reference, wanted))

    def diff(self, a: str, b: str, *, sections: Iterable[str] | None = None) -> Comparison:
        """Tell what has to change in the snapshot ``a`` to become ``b``.

        A section that one of the two lacks is in ``not_compared``. What changes by itself is
        left out. Raises ``UnknownSection``.
        """
        wanted = None if sections is None else store.sections(sections)
        return self._engine.store(
            lambda parts: parts.comparing().diff(
                store.snapshot(parts, a), store.snapshot(parts, b), wanted
            )
        )

    def drift(
        self,
        baseline: str,
        selectors: Iterable[str] | None = None,
        *,
        labels: str | None = None,
        sections: Iterable[str] | None = None,
        min_version: str | None = None,
    ) -> tuple[Drift, ...]:
        """Tell how the latest snapshot of each instance differs from a baseline, a reference.

        Of every instance that is not removed, or of those named, or those with some labels;
        without ``sections`` by what is set up and not by what happens to be going on. Raises
        ``InvalidVersion``, ``NothingSelected``, ``InvalidLabelSelector``, ``UnknownSection``.
        """
        wanted = SET_UP if sections is None else store.sections(sections)
        return self._engine.store(
            lambda parts: tuple(
                parts.comparing().drift(
                    store.snapshot(parts, baseline),
                    selectors,
                    wanted,
                    min_version,
                    labels=None if labels is None else LabelSelector.parse(labels),
                )
            )
        )

    def config(self, selector: str) -> CapturedConfiguration:
        """Read the configuration of a gateway as it was last captured, without secrets.

        Raises ``SectionNotCaptured``.
        """
        return self._engine.store(lambda parts: store.configuration(parts, selector))

    def config_diff(self, selector: str, given: dict[str, Any]) -> ConfigurationDiff:
        """Tell what has to change in that configuration to become the given one.

        Secrets are not compared, since no snapshot has any. Raises ``SectionNotCaptured``,
        ``ContentRefused`` for what JSON cannot say.
        """
        return self._engine.store(
            lambda parts: store.configuration_diff(parts, selector, given)
        )
