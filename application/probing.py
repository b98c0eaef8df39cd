"""Probing: which gateways are to be contacted, each with what may be shown to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.application.selection import select
from openclaw_manager.application.targets import Targets
from openclaw_manager.domain.errors import InstanceRemoved, NothingSelected, StoreError
from openclaw_manager.domain.instance import Instance

if TYPE_CHECKING:
    from openclaw_manager.application.credentials import Admitted, CredentialDesk
    from openclaw_manager.domain.label import LabelSelector


class Probe(NamedTuple):
    """An instance whose gateway is to be contacted, and the id of the one expected there.

    ``chosen`` is the instance itself, at ``version`` when it was chosen.
    """

    instance_id: UUID
    name: str
    target: Target
    gateway_id: str | None
    chosen: Instance | None = None
    version: int = 0

    @classmethod
    def of(cls, instance: Instance, target: Target) -> "Probe":
        """Go from an instance, as it is now, to its gateway."""
        return cls(
            instance.id, instance.name, target, instance.gateway_id, instance, instance.version
        )


class Probes:
    """Chooses the instances whose gateways are to be contacted."""

    def __init__(self, log: EventLog, targets: Targets) -> None:
        self._log = log
        self._targets = targets

    def choose(self, selectors: Iterable[str]) -> list[Probe]:
        """Find the instances that are meant, each once, in the order in which they are named.

        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InstanceRemoved``,
        ``SecretMissing`` and other ``StoreError``s.
        """
        directory = LogDirectory(self._log)
        ids = dict.fromkeys(UUID(select(selector, directory).id) for selector in selectors)
        instances = self._log.latest(ids)
        for instance in instances:
            if instance.removed_at is not None:
                raise InstanceRemoved(instance.name, instance.removed_at)
        targets = self._targets.of(instances)
        return [Probe.of(one, target) for one, target in zip(instances, targets, strict=True)]

    def choose_labelled(self, labels: "LabelSelector") -> tuple[list[Probe], dict[str, StoreError]]:
        """Take every instance that is not removed and has such labels, as ``choose_all`` does.

        Raises ``NothingSelected`` where there is none.
        """
        return self._choose(selected_instances(self._log, labels))

    def choose_all(self) -> tuple[list[Probe], dict[str, StoreError]]:
        """Take every instance that is not removed, by name.

        One whose secrets are lost keeps nobody from contacting the others: it stands by its
        name, with what is wrong (as ``SecretMissing``), beside the probes. Raises a
        ``StoreError`` where the store is at fault and not what it holds for one instance.
        """
        return self._choose(present_instances(self._log))

    def _choose(self, instances: Iterable[Instance]) -> tuple[list[Probe], dict[str, StoreError]]:
        instances = by_name(instances)
        probes: list[Probe] = []
        lost: dict[str, StoreError] = {}
        for instance, target in zip(instances, self._targets.found(instances), strict=True):
            if isinstance(target, StoreError):
                lost[instance.name] = target
            else:
                probes.append(Probe.of(instance, target))
        return probes, lost


async def visit_each(
    probes: Iterable[Probe], visit: Callable[[Probe], Awaitable[None]], *, concurrency: int
) -> None:
    """Visit the gateways, at most ``concurrency`` at once.

    They are set out for one by one, each when what the others got meanwhile is dealt with: a
    gateway that answers while this program is busy would seem slow. A fault of this program
    at one of them is raised after all others were visited, so that what was found there is
    not lost.
    """
    places = asyncio.Semaphore(concurrency)
    faults: list[Exception] = []

    async def visit_one(probe: Probe) -> None:
        try:
            await visit(probe)
        except Exception as fault:  # noqa: BLE001 - raised below, once nobody waits any more
            fault.add_note(f"at the gateway of {probe.name}")
            faults.append(fault)
        finally:
            places.release()

    async with asyncio.TaskGroup() as visits:
        for probe in probes:
            await places.acquire()
            visits.create_task(visit_one(probe))
            await asyncio.sleep(0)
    for fault in faults:
        raise fault


def admit_issued(
    desk: "CredentialDesk", issued: Iterable[tuple[Probe, str | None]]
) -> "dict[UUID, Admitted]":
    """Take the device tokens that gateways issued on the way, by instance.

    The same token again is no news, and with no news nothing is asked of the desk.
    """
    return {
        probe.instance_id: desk.admit_device_token(probe.instance_id, token)
        for probe, token in issued
        if token and token != probe.target.device_token
    }


def instances_of(probes: Sequence[Probe], log: EventLog) -> dict[UUID, Instance]:
    """Get the instances that something is to be decided about, by id.

    Those to which nothing was done since they were chosen need not be read again: where
    somebody else did something to one meanwhile, the log does not take what is decided here.
    """
    instances = {
        probe.instance_id: probe.chosen
        for probe in probes
        if probe.chosen is not None and probe.chosen.version == probe.version
    }
    others = {probe.instance_id for probe in probes} - instances.keys()
    return instances | {instance.id: instance for instance in log.latest(others)}


def present_instances(log: EventLog) -> Sequence[Instance]:
    """Read all instances that are not removed."""
    instances = log.latest(log.ids_beginning(""))
    return [instance for instance in instances if instance.removed_at is None]


def by_name(instances: Iterable[Instance]) -> list[Instance]:
    """Bring instances into the order in which people look for them."""
    return sorted(instances, key=lambda one: one.name.casefold())


def selected_instances(log: EventLog, labels: "LabelSelector") -> Sequence[Instance]:
    """Read the instances that are not removed and have such labels.

    Raises ``NothingSelected`` where there is none.
    """
    selected = [one for one in present_instances(log) if labels.selects(one.tags)]
    if not selected:
        raise NothingSelected(str(labels))
    return selected
