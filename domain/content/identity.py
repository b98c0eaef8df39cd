"""How items of lists are recognised, wherever in the list they stand."""

from typing import NamedTuple

from openclaw_manager.domain.content.canonical import Json

_KEYS = (
    # A job that a gateway declared for itself has another id on each gateway.
    "declarationKey",
    *("id", "agentId", "channelId", "accountId", "nodeId", "deviceId", "key", "skillKey"),
    *("sessionKey", "sessionId", "name", "host", "path"),
)
_QUALIFIER = "provider"
"""Two providers may have a model of one name."""


class Identity(NamedTuple):
    """By what an item is known."""

    key: str
    value: str | int
    qualifier: str | None

    @property
    def label(self) -> str:
        """What people read: ``id=main``."""
        qualified = f"{self.qualifier}/" if self.qualifier else ""
        return f"{self.key}={qualified}{self.value}"


def identities(a: list[Json], b: list[Json]) -> tuple[list[Identity], list[Identity]] | None:
    """Recognise all items of two lists, in a way that tells those of each list apart.

    An item is known by the first of the id-like keys that it has; where two items of a list
    have the same, by the next one. ``None`` if there is no such way.
    """
    for first in range(len(_KEYS)):
        for qualified in (False, True):
            keys = _KEYS[first:]
            of_a = _of_all(a, keys, qualified=qualified)
            of_b = None if of_a is None else _of_all(b, keys, qualified=qualified)
            if of_a is None or of_b is None:
                return None  # with fewer keys there are no more identities
            if len(set(of_a)) == len(of_a) and len(set(of_b)) == len(of_b):
                return of_a, of_b
    return None


def _of_all(items: list[Json], keys: tuple[str, ...], *, qualified: bool) -> list[Identity] | None:
    result = []
    for item in items:
        identity = _of(item, keys, qualified=qualified)
        if identity is None:
            return None
        result.append(identity)
    return result


def _of(item: Json, keys: tuple[str, ...], *, qualified: bool) -> Identity | None:
    if not isinstance(item, dict):
        return None
    for key in keys:
        value = item.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            qualifier = item.get(_QUALIFIER) if qualified else None
            return Identity(key, value, qualifier if isinstance(qualifier, str) else None)
    return None
