"""The chain, followed from the first event to the last."""

import struct
from functools import lru_cache
from typing import NamedTuple

from openclaw_manager.application.ports.log_evidence import StoredRow
from openclaw_manager.application.proof.finding import Finding
from openclaw_manager.domain.chain import link

_MOST = 100
"""How many events that do not fit are told one by one.

Where somebody put a row in and renumbered the rest, all that follow do not fit.
"""


_ID = 16  # bytes


class _Vacancy(NamedTuple):
    """A position whose event is gone or does not fit, with the links that are stored there."""

    position: int
    previous: bytes
    chain: bytes | None


class ChainCheck:
    """Takes the rows of the log in their order, and finds where they do not fit together.

    ``position`` and ``head`` are those of the last row; the head is None where it is not known.
    """

    def __init__(self, beginning: bytes | None) -> None:
        self.position = 0
        self.head = beginning
        self._findings: list[Finding] = []
        self._in_doubt: tuple[StoredRow, bytes | None] | None = None
        self._strangers: list[StoredRow] = []
        self._more_strangers = 0
        self._unproven: list[StoredRow] = []
        self._vacancies: list[_Vacancy] = []

    def take(self, row: StoredRow) -> None:
        """Check a row against the one before."""
        position, chain = row.position, row.chain
        made = _link_of(row, self.head)
        follows = position == self.position + 1 and self._in_doubt is None
        if follows and made is not None and made == chain:
            self.position, self.head = position, chain
        elif row.position < 1:
            self._findings.append(Finding("stands where no event can", row.position))
        else:
            self._take_with_care(row)

    def miss_until(self, last: int) -> None:
        """Say that everything up to a position is missing, if it is.

        What comes next can only be checked by what comes after it.
        """
        first = self.position + 1
        if first > last:
            return
        self._call_strange_what_is_in_doubt()
        rest = "" if first == last else f", and so is everything up to event {last}"
        self._findings.append(Finding(f"is missing{rest}", first))
        self._leave_vacant(first, None)
        self.position, self.head = last, None

    def finish(self) -> list[Finding]:
        """Say what was found, once the last row is taken."""
        self._call_strange_what_is_in_doubt()
        moved = filter(None, map(self._moved, self._unproven))
        self._findings += [*moved, *map(self._about, self._strangers)]
        if self._more_strangers:
            more = f"has more events that do not fit in the chain: {self._more_strangers}"
            self._findings.append(Finding(more))
        return self._findings

    def _take_with_care(self, row: StoredRow) -> None:
        self.miss_until(row.position - 1)
        made = _link_of(row, self.head)
        sound = fits(row, self.head) or (self.head is None and _link_of(row, b"") is not None)
        if self._in_doubt is not None and not sound and fits(row, self._in_doubt[1]):
            problem = "has a link in the chain that is not the one it was appended with"
            self._findings.append(Finding(problem, self._in_doubt[0].position))
            self._in_doubt, sound = None, True
        self._call_strange_what_is_in_doubt()
        if not sound:
            self._leave_vacant(row.position, row.chain)
            self._in_doubt = row, made
        elif self.head is None and len(self._unproven) < _MOST:
            self._unproven.append(row)
        self.position, self.head = row.position, row.chain

    def _leave_vacant(self, position: int, chain: bytes | None) -> None:
        if self.head is not None and len(self._vacancies) < _MOST:
            self._vacancies.append(_Vacancy(position, self.head, chain))

    def _call_strange_what_is_in_doubt(self) -> None:
        if self._in_doubt is None:
            return
        if len(self._strangers) < _MOST:
            self._strangers.append(self._in_doubt[0])
        else:
            self._more_strangers += 1
        self._in_doubt = None

    def _about(self, row: StoredRow) -> Finding:
        """Say where a row that does not fit belongs, or else that it was changed."""
        moved = self._moved(row)
        if moved is not None:
            return moved
        if row.position == 1:
            problem = "does not fit in the chain: it was changed, or the id of the log was"
        else:
            problem = "does not fit in the chain: it is not the event that was appended here"
        return Finding(problem, row.position)

    def _moved(self, row: StoredRow) -> Finding | None:
        """Find the place that a row was taken from, whether or not it took its link along."""
        for vacancy in self._vacancies:
            made = _link_of(row._replace(position=vacancy.position), vacancy.previous)
            fits_there = made is not None and made in (row.chain, vacancy.chain)
            if fits_there and vacancy.position != row.position:
                problem = f"is the event that belongs at position {vacancy.position}"
                return Finding(problem, row.position)
        return None


def fits(row: StoredRow, previous: bytes | None) -> bool:
    """Whether the link of a row was made from the link before and from what the row holds."""
    made = _link_of(row, previous)
    return made is not None and made == row.chain


def _link_of(row: StoredRow, previous: bytes | None) -> bytes | None:
    """Make the link that a row must have; None where the row has parts that no event has."""
    if previous is None:
        return None
    position, id_, version, topic, state, *_ = row
    try:
        return link(previous, position, _id_in(id_), version, _text_of(topic), state)
    except (AttributeError, TypeError, ValueError, struct.error):
        return None


@lru_cache(maxsize=10_000)
def _id_in(text: bytes) -> bytes:
    """Read the id of an aggregate in its one form: in another, nobody would find it."""
    id_ = bytes.fromhex(text.decode())
    if len(id_) != _ID or id_.hex().encode() != text:
        raise ValueError(text)
    return id_


@lru_cache
def _text_of(topic: bytes) -> str:
    return topic.decode()
