"""Which log a view was made from, and how far into it."""

from typing import NamedTuple


class Stamp(NamedTuple):
    """A place in one log: the id of the log, and the position of an event, 0 before the first."""

    log: str
    position: int
