"""Snapshots: what gateways said of themselves, read back from the log."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.selection import select
from openclaw_manager.application.snapshot_view import SnapshotView, view_of
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.errors import (
    AmbiguousSnapshot,
    InstanceNotFound,
    InstanceRemoved,
    NeverCaptured,
    SectionNotCaptured,
    SectionNotOffered,
    SnapshotNotFound,
)
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import name_key
from openclaw_manager.domain.section import Section, SectionCause

NOT_ASKED_FOR = "it was not asked for"

_ID_OR_BEGINNING = re.compile(r"(?:[0-9a-f]-?){4,32}", re.IGNORECASE)
_TOO_SHORT = re.compile(r"[0-9a-f]{1,3}", re.IGNORECASE)
_STEPS_BACK = re.compile(r"(?P<selector>.+)~(?P<steps>\d{1,9})", re.DOTALL)
_AT_MOMENT = re.compile(r"(?P<selector>.+)@(?P<moment>.+)", re.DOTALL)


class Snapshots:
    """Finds snapshots, and reads what they hold.

    Every method raises ``InstanceRemoved`` for an instance that is removed, and a
    ``StoreError`` where the store is at fault.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def of(self, selector: str, limit: int | None = None) -> list[SnapshotView]:
        """List the snapshots of an instance, the newest first, at most ``limit``.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``.
        """
        return list(islice(self.back_from_latest(self.instance(selector)), limit))

    def find(self, reference: str, moment: Callable[[str], datetime]) -> SnapshotView:
        """Find the one snapshot that is meant.

        ``reference`` is the id of a snapshot, or a unique beginning of it of four characters
        or more; ``NAME``, the latest of an instance; ``NAME~2``, two before that; or
        ``NAME@2026-11-01T12:00``, the last that was captured until then. NAME is whatever
        selects an instance, ``moment`` reads the text after the ``@``. A whole id beats a
        name, and a name beats the beginning of an id.

        Raises ``SnapshotNotFound``, ``AmbiguousSnapshot``, ``NeverCaptured``,
        ``InstanceNotFound``, ``AmbiguousInstance``, and what ``moment`` raises.
        """
        ids = self._beginning(reference)
        if len(ids) == 1 and _bare(reference) == ids[0].hex:
            return self._view(ids[0])
        instance = self._instance_or_none(reference)
        if instance and (not ids or name_key(instance.name) == name_key(reference)):
            return self._latest(instance)
        if len(ids) == 1 and instance is None:
            return self._view(ids[0])
        if ids:
            raise AmbiguousSnapshot(reference, self._candidates(ids, instance))
        if back := _STEPS_BACK.fullmatch(reference):
            return self._steps_back(reference, self.instance(back["selector"]), int(back["steps"]))
        if at := _AT_MOMENT.fullmatch(reference):
            instance = self.instance(at["selector"])
            return self._last_until(reference, instance, moment(at["moment"]))
        raise SnapshotNotFound(reference, _unknown(reference))

    def instance(self, selector: str) -> Instance:
        """Find an instance; raises ``InstanceNotFound``, ``AmbiguousInstance``."""
        return self._present(UUID(select(selector, LogDirectory(self._log)).id))

    def back_from_latest(self, instance: Instance) -> Iterator[SnapshotView]:
        """Go through the snapshots of an instance, the newest first, each read when it is due."""
        for snapshot in self._log.snapshots_back_from(instance.last_snapshot):
            yield view_of(snapshot, self._log.outline(snapshot), instance.name)

    def content(self, view: SnapshotView, section: Section) -> Json:
        """Read what was said in one section; raises ``SectionNotCaptured``."""
        state = view.sections.get(section)
        if state is None or state.hash is None:
            raise not_captured(view, section)
        content: Json = json.loads(self._log.content(state.hash))
        return content

    def contents(
        self, view: SnapshotView, sections: Collection[Section] | None = None
    ) -> dict[Section, Json]:
        """Read what was said in those of the sections (by default all) that were heard."""
        return {
            section: self.content(view, section)
            for section, state in view.sections.items()
            if state.hash is not None and (sections is None or section in sections)
        }

    def volatile(self, view: SnapshotView) -> dict[Section, dict[str, Json]]:
        """Read what changes by itself, by section and JSON Pointer; it is never compared."""
        snapshot = self._log.snapshot(UUID(view.id))
        volatile = self._log.outline(snapshot).with_values(snapshot.values)
        return {section: dict(volatile[section]) for section in Section if section in volatile}

    def _beginning(self, reference: str) -> list[UUID]:
        if not _ID_OR_BEGINNING.fullmatch(reference):
            return []
        return self._log.snapshots_beginning(reference)

    def _instance_or_none(self, selector: str) -> Instance | None:
        try:
            return self.instance(selector)
        except InstanceNotFound:
            return None

    def _present(self, instance_id: UUID) -> Instance:
        instance = self._log.instance(instance_id)
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        return instance

    def _view(self, snapshot_id: UUID) -> SnapshotView:
        snapshot = self._log.snapshot(snapshot_id)
        instance = self._present(UUID(snapshot.instance_id))
        return view_of(snapshot, self._log.outline(snapshot), instance.name)

    def _candidates(
        self, ids: Collection[UUID], instance: Instance | None
    ) -> list[tuple[str, str]]:
        snapshots = [self._log.snapshot(id_) for id_ in ids]
        candidates = [(str(one.id), f"captured at {_utc(one.created_on)}") for one in snapshots]
        return [*candidates, *([(str(instance.id), instance.name)] if instance else [])]

    def _latest(self, instance: Instance) -> SnapshotView:
        view = next(self.back_from_latest(instance), None)
        if view is None:
            raise NeverCaptured(instance.name)
        return view

    def _steps_back(self, reference: str, instance: Instance, steps: int) -> SnapshotView:
        self._latest(instance)
        count = 0
        for count, view in enumerate(self.back_from_latest(instance)):
            if count == steps:
                return view
        problem = f"there are {count + 1} of {instance.name!r} in all"
        raise SnapshotNotFound(reference, problem)

    def _last_until(self, reference: str, instance: Instance, until: datetime) -> SnapshotView:
        view = self._latest(instance)
        for view in self.back_from_latest(instance):
            if view.captured_at <= until:
                return view
        problem = f"the first of {instance.name!r} was captured at {_utc(view.captured_at)}"
        raise SnapshotNotFound(reference, problem)


def not_captured(view: SnapshotView, section: Section) -> SectionNotCaptured:
    """Say why a snapshot has not got a section."""
    state = view.sections.get(section)
    problem = (state.why_missing if state else None) or NOT_ASKED_FOR
    not_offered = state is not None and state.cause is SectionCause.NOT_OFFERED
    kind = SectionNotOffered if not_offered else SectionNotCaptured
    return kind(section, view.id, view.instance, problem)


def _unknown(reference: str) -> str:
    if _TOO_SHORT.fullmatch(reference):
        return "no instance is called so, and an id is known by four characters or more"
    return "no id of a snapshot begins like this, and no instance is called so"


def _bare(id_: str) -> str:
    return id_.replace("-", "").lower()


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
