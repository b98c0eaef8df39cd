"""What may differ between two JSON values."""

from dataclasses import dataclass
from typing import Literal

from openclaw_manager.domain.content.canonical import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One step on the way from one value to another; steps are taken in their order."""

    op: Literal["add", "remove", "replace", "reorder"]
    """``reorder`` brings the items of a list into another order, and changes none of them."""
    path: str
    """Where, as a JSON Pointer (RFC 6901) into the value as the steps before have left it."""
    place: str
    """Where, for people: ``agents[id=main].model``."""
    old: Json
    """What was there; ``None`` for an addition and a new order."""
    new: Json
    """What is there now; ``None`` for a removal; of a new order the positions so far."""
