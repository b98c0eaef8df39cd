"""Why something was done."""

from typing import Self

from openclaw_manager.domain.errors import InvalidReason
from openclaw_manager.domain.text import is_printable


class Reason(str):
    """Why something was done: one line of text. Raises ``InvalidReason`` for anything else."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a reason, or refuse it."""
        if not is_printable(text):
            raise InvalidReason(text)
        return super().__new__(cls, text)
