"""Showing: what the view says of instances, as a function of what they are."""

import json
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.minion import (
    belongs_to_instance,
    follows,
    minion_of,
    snapshot_minion,
)
from openclaw_manager.application.ports.view import Minion, Relation
from openclaw_manager.domain.instance import Instance

if TYPE_CHECKING:
    from openclaw_manager.application.ports.secret_store import SecretStore
    from openclaw_manager.domain.snapshot import Snapshot


class Shown(NamedTuple):
    """Entries of the view, and how they belong together."""

    minions: list[Minion]
    relations: list[Relation]


class Showing:
    """Shows instances, and the last snapshots of each.

    What it shows follows from the instances at their versions alone, whether they were read
    at the head of the log or anywhere before it. With ``snapshots_shown`` of 0, no snapshots
    are shown; without ``with_secrets``, no secrets.
    """

    def __init__(
        self, log: EventLog, secrets: "SecretStore", *, with_secrets: bool, snapshots_shown: int
    ) -> None:
        self._log = log
        self._secrets = secrets
        self._with_secrets = with_secrets
        self._snapshots_shown = snapshots_shown

    def of(self, instances: Sequence[Instance]) -> Shown:
        """Show all of it: the instances in their order, and then their snapshots."""
        snapshots = self.snapshots(instances)
        return Shown(self.instances(instances) + snapshots.minions, snapshots.relations)

    def instances(self, instances: Sequence[Instance]) -> list[Minion]:
        """Show the instances alone."""
        secrets = self._secrets.get(_references(instances)) if self._with_secrets else {}
        return [minion_of(instance, secrets) for instance in instances]

    def snapshots(self, instances: Iterable[Instance], known: Container[str] = ()) -> Shown:
        """Show the snapshots alone, with all relations, less the Minions in ``known``."""
        shown = Shown([], [])
        for instance in instances:
            snapshots = list(self._last_of(instance))
            new = [one for one in reversed(snapshots) if str(one.id) not in known]
            shown.minions.extend(self._minions(new))
            shown.relations.extend(_relations(snapshots))
        return shown

    def _minions(self, snapshots: "Iterable[Snapshot]") -> Iterator[Minion]:
        """Show snapshots of one instance, whose configuration is mostly that of the one before."""
        from openclaw_manager.domain.section import Section

        configurations: dict[str, str] = {}
        for snapshot in snapshots:
            hash_ = self._log.outline(snapshot).contents.get(Section.CONFIG)
            if hash_ is not None and hash_ not in configurations:
                configurations[hash_] = self._configuration(hash_)
            yield snapshot_minion(snapshot, configurations[hash_] if hash_ else None)

    def _last_of(self, instance: Instance) -> "Iterable[Snapshot]":
        return islice(self._log.snapshots_back_from(instance.last_snapshot), self._snapshots_shown)

    def _configuration(self, hash_: str) -> str:
        from openclaw_manager.domain.content.canonical import canonical
        from openclaw_manager.domain.content.configuration import configuration_in

        return canonical(configuration_in(json.loads(self._log.content(hash_))))


def _relations(snapshots: "list[Snapshot]") -> list[Relation]:
    """Relate the last snapshots of one instance, newest first, the oldest of them last."""
    relations: list[Relation] = []
    for snapshot in reversed(snapshots):
        relations.append(belongs_to_instance(snapshot))
        before = follows(snapshot)
        if before is not None and snapshot is not snapshots[-1]:
            relations.append(before)
    return relations


def _references(instances: Iterable[Instance]) -> list[str]:
    return [
        secret["ref"]
        for instance in instances
        for secret in (instance.credentials["token"], instance.credentials["private_key"])
        if secret
    ]
