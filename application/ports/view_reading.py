"""The need to read the view as other programs do, without changing it."""

from typing import Any, NamedTuple, Protocol

from openclaw_manager.domain.stamp import Stamp


class ViewContent(NamedTuple):
    """What stands in the view, ours or not; entries and relations may be anything."""

    stamp: Stamp | None
    minions: list[Any]
    relations: list[Any]


class ViewReading(Protocol):
    """Reads the view."""

    def read(self) -> ViewContent | None:
        """Read all of it; None if there is none.

        Raises ``StoreDamaged`` if it is not what a view can be, ``StoreUnavailable`` if it
        cannot be read.
        """
        ...
