"""One text for each JSON value, whatever the order in which its keys arrived."""

import json
import re
from collections import deque
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from typing import Any, TypeAlias

from openclaw_manager.domain.content.errors import ContentRefused

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

DEEPEST = 256
"""How many lists and mappings may lie in one another.

Real gateways nest some ten deep. Below this, a walk needs fewer frames than Python has.
"""

_CONTAINERS = frozenset({dict, list})
_encode = json.JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
).encode
_HALF_CHARACTER = "[\ud800-\udfff]"


def canonical(value: Json) -> str:
    """Write a value in the one form in which it is stored, hashed and compared.

    Sorted keys, no spaces, letters as they are, numbers as Python reads and writes them, so
    that ``1`` and ``1.0`` differ. The text can always be encoded: what JavaScript leaves of a
    character that it cut in two stays escaped. Raises ``ContentRefused`` for NaN and the
    infinities, which no JSON has, and for what is nested deeper than ``DEEPEST``.
    """
    refuse_deep(value)
    try:
        text = _encode(value)
    except ValueError as error:
        raise ContentRefused("has a number that JSON cannot express") from error
    return text if text.isascii() else re.sub(_HALF_CHARACTER, _escaped, text)


def content_hash(text: str) -> str:
    """Name a canonical text: ``sha256:`` and 64 hex digits."""
    return "sha256:" + sha256(text.encode()).hexdigest()


def refuse_deep(value: Json) -> None:
    """Raise ``ContentRefused`` for what is nested too deep to walk."""
    deque(_layers(value), maxlen=0)


def containers(value: Json) -> Iterator[dict[str, Json] | list[Json]]:
    """List all mappings and lists in a value, itself first, layer by layer.

    Raises ``ContentRefused`` when it comes to a layer that is too deep.
    """
    return chain.from_iterable(_layers(value))


def _layers(value: Json) -> Iterator[list[Any]]:
    layer: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(DEEPEST):
        if not layer:
            return
        yield layer
        layer = [
            child
            for parent in layer
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) in _CONTAINERS
        ]
    if layer:
        raise ContentRefused(f"is nested deeper than {DEEPEST} levels")


def _escaped(half: re.Match[str]) -> str:
    return f"\\u{ord(half[0]):04x}"
