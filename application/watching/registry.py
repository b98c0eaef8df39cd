"""Who is watched: the instances that were chosen, as the log has them now."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.watch_observer import Watched
from openclaw_manager.application.probing import (
    Probe,
    present_instances,
    selected_instances,
)
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.errors import InstanceRemoved, StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.label import LabelSelector


class Choice(NamedTuple):
    """Which instances are meant: these, or those with such labels; with neither, all."""

    ids: frozenset[UUID] | None = None
    labels: LabelSelector | None = None

    def includes(self, instance: Instance) -> bool:
        """Whether this one is meant; one that is removed never is."""
        return (
            instance.removed_at is None
            and (self.ids is None or instance.id in self.ids)
            and (self.labels is None or self.labels.selects(instance.tags))
        )


class Roster(NamedTuple):
    """Those who are watched, by name, and by their names those who cannot be, with the reason."""

    watched: Mapping[UUID, Watched]
    probes: Mapping[UUID, Probe]
    lost: Mapping[str, StoreError]


class _Entry(NamedTuple):
    """An instance that was chosen, and its probe, or why there is none."""

    watched: Watched
    probe: Probe | StoreError


class Registry:
    """Reads who is watched, and again whenever something happened to an instance.

    Every method raises a ``StoreError`` where the store is at fault, and not only what it
    holds for one instance.
    """

    def __init__(self, log: EventLog, targets: Targets, choice: Choice) -> None:
        self._log = log
        self._targets = targets
        self._choice = choice
        self._head = 0
        self._entries: dict[UUID, _Entry] = {}

    def read(self) -> Roster:
        """Read all anew, with their secrets."""
        head = self._log.head()
        self._entries = self._entries_of(present_instances(self._log))
        self._head = head
        return self._roster()

    def follow(self) -> Roster | None:
        """Read those again to whom something happened; None where it happened to nobody."""
        head = self._log.head()
        if head == self._head:
            return None
        changed = self._log.instances_changed(self._head, head)
        entries = self._entries_of(self._log.instances(changed))
        kept = {id_: entry for id_, entry in self._entries.items() if id_ not in changed}
        self._entries = kept | entries
        self._head = head
        return self._roster() if changed else None

    def _entries_of(self, instances: Iterable[Instance]) -> dict[UUID, _Entry]:
        chosen = list(filter(self._choice.includes, instances))
        return {
            instance.id: _Entry(
                _watched(instance),
                target if isinstance(target, StoreError) else Probe.of(instance, target),
            )
            for instance, target in zip(chosen, self._targets.found(chosen), strict=True)
        }

    def _roster(self) -> Roster:
        entries = sorted(self._entries.values(), key=lambda one: one.watched.name.casefold())
        watched, probes, lost = {}, {}, {}
        for entry in entries:
            if isinstance(entry.probe, StoreError):
                lost[entry.watched.name] = entry.probe
            else:
                watched[entry.watched.id] = entry.watched
                probes[entry.watched.id] = entry.probe
        return Roster(watched, probes, lost)


def registry_of(
    log: EventLog, targets: Targets, names: Iterable[str], labels: LabelSelector | None
) -> Registry:
    """Choose those who are named, or those who have the labels, or all.

    Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``, and
    ``NothingSelected`` where nobody has the labels by now.
    """
    if labels is not None:
        selected_instances(log, labels)
    return Registry(log, targets, Choice(frozenset(_ids_of(names, log)) or None, labels))


def _watched(instance: Instance) -> Watched:
    outage = instance.outage
    since = datetime.fromisoformat(outage["since"]) if outage else None
    return Watched(instance.id, instance.name, instance.url, tuple(instance.tags), since)


def _ids_of(names: Iterable[str], log: EventLog) -> Iterable[UUID]:
    directory = LogDirectory(log)
    for name in names:
        instance = log.instance(UUID(select(name, directory).id))
        if instance.removed_at is not None:
            raise InstanceRemoved(instance.name, instance.removed_at)
        yield instance.id
