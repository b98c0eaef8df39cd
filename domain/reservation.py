"""Who holds which name: unique among the instances that are not removed."""

from typing import Self
from uuid import UUID, uuid5

from openclaw_manager.domain.errors import NameTaken
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.provenance import (
    Fact,
    FactKeeper,
    FirstFact,
    Provenance,
    StateSnapshot,
)

_NAMES = UUID("6c2bb3f8-41a4-4f0a-9a70-2a2f8a6f0d11")


class NameReservation(FactKeeper):
    """Who holds a name.

    Its id follows from the name, so two who reserve one name at once write the same
    version of the same aggregate, and the log lets only one of them in.
    """

    TOPIC = "name"
    Snapshot = StateSnapshot

    class Event(Fact):
        """Anything that happens to a name."""

    class Reserved(Event, FirstFact):
        """An instance took a name that nobody ever had."""

        TOPIC = "name.reserved"
        name: str
        instance_id: str

    class ReservedAgain(Event):
        """An instance took a name that another, or itself, had held before."""

        TOPIC = "name.reserved-again"
        name: str
        instance_id: str

        def apply(self, aggregate: "NameReservation") -> None:
            """Remember the new holder, and how it writes the name."""
            aggregate.name = self.name
            aggregate.holder = self.instance_id

    class Released(Event):
        """The holder was removed or renamed."""

        TOPIC = "name.released"
        holder: str

        def apply(self, aggregate: "NameReservation") -> None:
            """Remember who held the name, most recent last."""
            before = [id_ for id_ in aggregate.former_holders if id_ != self.holder]
            aggregate.former_holders = [*before, self.holder]
            aggregate.holder = None

    class Remembered(Event):
        """An instance that was removed before it was adopted had borne the name."""

        TOPIC = "name.remembered"
        bearer: str

        def apply(self, aggregate: "NameReservation") -> None:
            """Remember it with those who let go of the name here."""
            aggregate.former_holders = [*aggregate.former_holders, self.bearer]

    def __init__(self, name: str, instance_id: str) -> None:
        """Begin as ``Reserved`` says: held by the first who asked."""
        self.name = name
        self.holder: str | None = instance_id
        self.former_holders: list[str] = []

    @staticmethod
    def create_id(name: str) -> UUID:
        """Derive the id of the reservation of a name: a UUID5 of the name without its case."""
        return uuid5(_NAMES, name_key(name))

    @classmethod
    def reserve_first(cls, name: InstanceName, holder: UUID, by: Provenance) -> Self:
        """Reserve a name that nobody ever had."""
        return cls._create(
            cls.Reserved,
            name=str(name),
            instance_id=str(holder),
            timestamp=by.at,
            actor=by.actor,
            reason=by.reason,
        )

    def reserve(self, name: InstanceName, holder: UUID, by: Provenance) -> None:
        """Reserve a name that is free; raises ``NameTaken`` if somebody else holds it."""
        if self.holder not in (None, str(holder)):
            raise NameTaken(self.name, str(self.holder))
        self.record(self.ReservedAgain, by, name=str(name), instance_id=str(holder))

    def remember(self, bearer: UUID, by: Provenance) -> None:
        """Know that a removed instance bore the name, whoever holds it now."""
        self.record(self.Remembered, by, bearer=str(bearer))

    def release(self, by: Provenance) -> None:
        """Let go of the name."""
        assert self.holder is not None, "only a holder lets go"
        self.record(self.Released, by, holder=self.holder)
