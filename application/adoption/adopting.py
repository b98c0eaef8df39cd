"""Adopting: instances that other tools registered become ours, all in one step."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from openclaw_manager.application.adoption.entries import Adoptable
from openclaw_manager.application.adoption.fates import Deciding, Examined, Fate, Outcome
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.view import View, Written
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.provenance import FactKeeper, Provenance
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS


class Adopting:
    """Adopts what was examined; doing it twice changes nothing."""

    def __init__(self, log: EventLog, facts: FactRecorder, view: View) -> None:
        self._log = log
        self._facts = facts
        self._view = view

    def foresee(self, examined: Sequence[Examined], carried: Collection[str] | None) -> list[Fate]:
        """Tell what ``adopt`` would do, and do nothing."""
        return self._deciding(carried).fates(examined)

    def adopt(
        self,
        examined: Sequence[Examined],
        carried: Collection[str] | None,
        reason: str | None = None,
    ) -> list[Fate]:
        """Adopt all the instances that can be, or none; see ``Deciding`` for ``carried``.

        Raises a ``StoreError``, ``TooMuchContention``, ``InvalidReason``.
        """
        remaining = list(examined)
        fates: list[Fate] = []
        keep: dict[str, str] = {}
        drop: list[str] = []
        by = self._facts.provenance(reason)

        def decide() -> list[FactKeeper]:
            """Decide; what was refused once stays so, since its secrets were not put away."""
            fates[:] = self._deciding(carried).fates(remaining)
            remaining[:] = [
                one if fate.outcome is Outcome.ADOPTED else fate
                for one, fate in zip(remaining, fates, strict=True)
            ]
            adopted = [one for one in remaining if isinstance(one, Adoptable)]
            secrets = _secrets_of(adopted)
            drop[:] = keep.keys() - secrets.keys()
            keep.update(secrets)
            return self._taken_in(adopted, by)

        self._facts.record(decide, keep=keep, drop=drop)
        return fates

    def carry_over(
        self, fates: Sequence[Fate], entries: Sequence[Written], relations: Iterable[Written]
    ) -> None:
        """Have the snapshots stand in our view as well, and the relations between what is there.

        Raises a ``StoreError``; the instances are adopted then, and doing it again is enough.
        """
        there = {fate.id for fate in fates if fate.outcome not in (Outcome.LEFT, Outcome.REFUSED)}
        snapshots = [entries[one.place - 1] for one in fates if one.outcome is Outcome.CARRIED_OVER]
        between = [one for one in relations if _ends(one.value) <= there]
        if snapshots or between:
            with self._view.edit() as edit:
                edit.carry_over(snapshots, between)

    def _deciding(self, carried: Collection[str] | None) -> Deciding:
        return Deciding(self._is_here, self._holder_of, carried)

    def _is_here(self, instance_id: UUID) -> bool:
        return instance_id in self._log.repository

    def _holder_of(self, name: InstanceName) -> str | None:
        reservation = self._log.reservation(name)
        return reservation.holder if reservation else None

    def _taken_in(self, adopted: Iterable[Adoptable], by: Provenance) -> list[FactKeeper]:
        instances: list[FactKeeper] = []
        names: dict[str, NameReservation] = {}
        for one in adopted:
            instances.append(
                Instance.adopt(
                    one.id,
                    one.name,
                    one.url,
                    NO_CREDENTIALS | one.credentials.changes,
                    one.tags,
                    one.trust,
                    one.past,
                    by,
                )
            )
            self._take_name(one, names, by)
        return [*instances, *names.values()]

    def _take_name(self, one: Adoptable, names: dict[str, NameReservation], by: Provenance) -> None:
        """Reserve the name; a removed instance is only remembered as one who bore it."""
        key = name_key(one.name)
        reservation = names.get(key) or self._log.reservation(one.name)
        is_removed = one.past.removed_at is not None
        if reservation is None:
            reservation = NameReservation.reserve_first(one.name, one.id, by)
            if is_removed:
                reservation.release(by)
        elif is_removed:
            reservation.remember(one.id, by)
        else:
            reservation.reserve(one.name, one.id, by)
        names[key] = reservation


def _ends(relation: Any) -> set[Any]:
    """Tell what a relation is between; None stands for an end that is missing."""
    if not isinstance(relation, dict) or not isinstance(relation.get("id"), str):
        return {None}
    ends = relation.get("sourceId"), relation.get("targetId")
    return {end if isinstance(end, str) else None for end in ends}


def _secrets_of(adopted: Iterable[Adoptable]) -> Mapping[str, str]:
    return {ref: value for one in adopted for ref, value in one.credentials.secrets.items()}
