"""What people do with instances, except pinging them: nothing here contacts a gateway."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from openclaw_manager.application.credentials import NOTHING_GIVEN, CredentialDesk, GivenCredentials
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.log_directory import LogDirectory
from openclaw_manager.application.minion import shown
from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.selection import select
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import NameTaken, NameTakenMeanwhile
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.tag import Tag
from openclaw_manager.domain.trust import SYSTEM_TRUST, Trust

_Decision = tuple[Instance, *tuple[NameReservation, ...]]


class Instances:
    """Registers, changes, removes and restores instances.

    Every verb returns the instance as a Minion with fingerprints in place of its secrets, and
    raises what the domain refuses with, ``InstanceNotFound``, ``AmbiguousInstance``, or a
    ``StoreError``.
    """

    def __init__(self, log: EventLog, facts: FactRecorder, desk: CredentialDesk) -> None:
        self._log = log
        self._facts = facts
        self._desk = desk

    def register(
        self,
        name: str,
        url: str,
        given: GivenCredentials,
        tags: Iterable[str] = (),
        reason: str | None = None,
        *,
        trust: Trust = SYSTEM_TRUST,
    ) -> Minion:
        """Make a gateway known under a name that nobody else has; raises ``NameTaken``."""
        instance_id = uuid4()
        admitted = self._desk.admit(instance_id, given)
        credentials = NO_CREDENTIALS | admitted.changes
        instance_name, gateway_url = InstanceName(name), GatewayUrl(url)
        labels = [Tag(tag) for tag in tags]
        by = self._facts.provenance(reason)

        def decide() -> _Decision:
            reservation = self._reserve(instance_name, instance_id, by)
            instance = Instance.register(
                instance_id, instance_name, gateway_url, credentials, labels, by
            )
            instance.change_trust(trust, by)
            return instance, reservation

        return shown(self._facts.record(decide, keep=admitted.secrets)[0])

    def update(
        self,
        selector: str,
        *,
        url: str | None = None,
        given: GivenCredentials = NOTHING_GIVEN,
        tags: Iterable[str] = (),
        untag: Iterable[str] = (),
        trust: Trust | None = None,
        reason: str | None = None,
    ) -> Minion:
        """Change where a gateway is, what it is shown, who vouches for it, or its tags.

        Raises ``InstanceRemoved``.
        """
        gateway_url = GatewayUrl(url) if url is not None else None
        labels, dropped = [Tag(tag) for tag in tags], list(untag)
        instance_id = self._find(selector)
        before = self._log.instance(instance_id).credentials
        admitted = self._desk.admit(instance_id, given, before)
        by = self._facts.provenance(reason)
        replaced: list[str] = []

        def decide() -> _Decision:
            instance = self._log.instance(instance_id)
            if gateway_url is not None:
                instance.move(gateway_url, by)
            replaced[:] = instance.change_credentials(admitted.changes, by)
            if trust is not None:
                instance.change_trust(trust, by)
            instance.retag(labels, dropped, by)
            return (instance,)

        return shown(self._facts.record(decide, keep=admitted.secrets, drop=replaced)[0])

    def rename(self, selector: str, name: str, reason: str | None = None) -> Minion:
        """Give an instance another name; raises ``NameTaken`` and ``InstanceRemoved``."""
        new_name = InstanceName(name)
        instance_id = self._find(selector)
        by = self._facts.provenance(reason)

        def decide() -> _Decision:
            instance = self._log.instance(instance_id)
            old_name = instance.name
            instance.rename(new_name, by)
            if name_key(old_name) == name_key(new_name):  # it is reserved in whatever case
                return (instance,)
            reserved = self._reserve(new_name, instance_id, by)
            return instance, reserved, self._release(old_name, by)

        return shown(self._facts.record(decide)[0])

    def remove(self, selector: str, reason: str | None = None) -> Minion:
        """Remove an instance without forgetting it; raises ``InstanceRemoved`` the second time."""
        instance_id = self._find(selector)
        by = self._facts.provenance(reason)

        def decide() -> _Decision:
            instance = self._log.instance(instance_id)
            instance.remove(by)
            return instance, self._release(instance.name, by)

        return shown(self._facts.record(decide)[0])

    def restore(
        self, selector: str, reason: str | None = None, *, name: str | None = None
    ) -> Minion:
        """Take a removal back, under another name where one is given.

        Raises ``InstanceNotRemoved``, and ``NameTakenMeanwhile``.
        """
        new_name = None if name is None else InstanceName(name)
        instance_id = self._find(selector, removed=True)
        by = self._facts.provenance(reason)

        def decide() -> _Decision:
            instance = self._log.instance(instance_id)
            instance.restore(by)
            if new_name is not None:
                instance.rename(new_name, by)
            try:
                return instance, self._reserve(InstanceName(instance.name), instance_id, by)
            except NameTaken as taken:
                raise NameTakenMeanwhile(taken.name, taken.holder, str(instance_id)) from taken

        return shown(self._facts.record(decide)[0])

    def _find(self, selector: str, *, removed: bool = False) -> UUID:
        return UUID(select(selector, LogDirectory(self._log), removed=removed).id)

    def _reserve(self, name: InstanceName, holder: UUID, by: Provenance) -> NameReservation:
        reservation = self._log.reservation(name)
        if reservation is None:
            return NameReservation.reserve_first(name, holder, by)
        reservation.reserve(name, holder, by)
        return reservation

    def _release(self, name: str, by: Provenance) -> NameReservation:
        reservation = self._log.reservation(name)
        assert reservation is not None, "an instance that is not removed holds its name"
        reservation.release(by)
        return reservation
