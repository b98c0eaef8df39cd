"""How people point at an instance: its id, its name, or the beginning of its id."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from openclaw_manager.application.ports.view import Minion
from openclaw_manager.domain.errors import AmbiguousInstance, InstanceNotFound
from openclaw_manager.domain.name import name_key

_BEGINNING_OF_ID = re.compile(r"(?:[0-9a-f]-?){4,32}", re.IGNORECASE)


class Candidate(NamedTuple):
    """An instance that somebody may have meant; ``id`` is a UUID with dashes."""

    id: str
    name: str
    removed: bool


class Directory(Protocol):
    """Looks instances up, removed ones included."""

    def beginning(self, prefix: str) -> Sequence[Candidate]:
        """Find those whose id begins so; ``prefix`` is lower-case, with dashes or without."""
        ...

    def named(self, name: str) -> Sequence[Candidate]:
        """Find those with this name, in whatever case."""
        ...


def select(selector: str, directory: Directory, *, removed: bool = False) -> Candidate:
    """Find the one instance that is meant.

    A whole id beats a name, a name beats the beginning of an id (four characters or more),
    and among instances of one name the one that is not removed is meant, or with ``removed``
    the one that is. Raises ``InstanceNotFound`` or ``AmbiguousInstance``.
    """
    by_id = _by_id(selector, directory)
    named = directory.named(selector)
    meant = (
        [one for one in by_id if _bare(one.id) == _bare(selector)]
        or [one for one in named if one.removed is removed]
        or named
        or by_id
    )
    if not meant:
        raise InstanceNotFound(selector)
    if len(meant) > 1:
        raise AmbiguousInstance(selector, [(one.id, one.name) for one in meant])
    return meant[0]


def _by_id(selector: str, directory: Directory) -> Sequence[Candidate]:
    return directory.beginning(selector.lower()) if _BEGINNING_OF_ID.fullmatch(selector) else []


def _bare(id_: str) -> str:
    return id_.replace("-", "").lower()


class MinionDirectory:
    """Looks instances up among the entries of the view."""

    def __init__(self, minions: Iterable[Minion]) -> None:
        self._candidates = [
            Candidate(minion["id"], minion["title"], "deletedAt" in minion) for minion in minions
        ]

    def beginning(self, prefix: str) -> list[Candidate]:
        """Find entries whose id begins so."""
        return [one for one in self._candidates if _bare(one.id).startswith(_bare(prefix))]

    def named(self, name: str) -> list[Candidate]:
        """Find entries with this title, in whatever case."""
        return [one for one in self._candidates if name_key(one.name) == name_key(name)]
