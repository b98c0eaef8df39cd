"""Stored content: what gateways say, each text once, however often it is said."""

from typing import Self
from uuid import UUID, uuid5

from openclaw_manager.domain.provenance import Fact, FactKeeper, FirstFact, Provenance

_CONTENTS = UUID("0f0f6b1c-94a5-4d3e-8d0c-6a3b4e1f7c52")


class StoredContent(FactKeeper):
    """One canonical JSON text, known by its hash.

    Its id follows from the hash, so two captures that bring the same content at once write
    the same version of the same aggregate, and the log lets only one of them in.
    """

    TOPIC = "content"

    class Event(Fact):
        """Anything that happens to a content: its beginning."""

    class Stored(Event, FirstFact):
        """A gateway said something that none had said before."""

        TOPIC = "content.stored"
        hash: str
        text: str

    def __init__(self, hash: str, text: str) -> None:  # noqa: A002 - as the event calls it
        """Be as ``Stored`` says."""
        self.hash = hash
        self.text = text

    @staticmethod
    def create_id(hash: str) -> UUID:  # noqa: A002 - as the event calls it
        """Derive the id of the content with a hash: a UUID5 of it."""
        return uuid5(_CONTENTS, hash)

    @classmethod
    def store(cls, hash_: str, text: str, by: Provenance) -> Self:
        """Keep a canonical text under its hash."""
        return cls._create(
            cls.Stored,
            hash=hash_,
            text=text,
            timestamp=by.at,
            actor=by.actor,
            reason=by.reason,
        )
