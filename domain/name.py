"""Names of instances: what people call them, and when two names are the same."""

import unicodedata
from typing import Self

from openclaw_manager.domain.errors import InvalidName
from openclaw_manager.domain.text import is_printable

_LONGEST = 100


class InstanceName(str):
    """What people call an instance: 1 to 100 printable characters, told apart without case.

    Raises ``InvalidName`` for anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a name, or say what is wrong with it."""
        text = unicodedata.normalize("NFC", text)  # which may make it longer
        if not text.strip():
            raise InvalidName(text, "is empty")
        if len(text) > _LONGEST:
            raise InvalidName(text[:_LONGEST] + "…", f"is longer than {_LONGEST} characters")
        if not is_printable(text):
            raise InvalidName(text, "has control characters")
        if text != text.strip():
            raise InvalidName(text, "begins or ends with a space")
        if text.startswith("-"):
            raise InvalidName(text, "begins with a dash, so commands would take it for an option")
        return super().__new__(cls, text)


def name_key(name: str) -> str:
    """Bring a name into the form in which two names are compared."""
    key = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", key)  # some letters are taken apart by losing their case
