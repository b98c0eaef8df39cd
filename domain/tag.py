"""Labels by which people group instances."""

import re
from collections.abc import Iterable
from typing import Self

from openclaw_manager.domain.errors import InvalidTag

KEY = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,62}"
VALUE = r"[A-Za-z0-9._/:@+-]{0,63}"
_SHAPE = f"{KEY}(={VALUE})?"


class Tag(str):
    """A label: a word, or ``key=value``.

    Keys are up to 63 letters, digits and ``. _ / -``; values may also have ``: @ +`` and
    be empty. Raises ``InvalidTag`` for anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a tag, or say what is wrong with it."""
        if not re.fullmatch(_SHAPE, text):
            raise InvalidTag(text, "is not a word or key=value of letters, digits and . _ / -")
        return super().__new__(cls, text)

    @property
    def key(self) -> str:
        """What stands before the ``=``; an instance has one tag for each key."""
        return self.partition("=")[0]


def retagged(tags: Iterable[str], add: Iterable[Tag], drop: Iterable[str]) -> list[str]:
    """Work out the tags that follow: ``drop`` names keys or whole tags, ``add`` wins."""
    dropped = set(drop)
    kept = {Tag(tag).key: tag for tag in tags if tag not in dropped and Tag(tag).key not in dropped}
    return sorted((kept | {tag.key: str(tag) for tag in add}).values())
