"""Taking the steps from one JSON value to another, and writing them as RFC 6902 does."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.errors import ChangeDoesNotFit
from openclaw_manager.domain.content.pointer import tokens_of


def apply(changes: Iterable[Change], value: Json) -> Json:
    """Make the value that the changes lead to; ``value`` stays as it is.

    Raises ``ChangeDoesNotFit`` for a change of what is not there.
    """
    whole: list[Json] = [_copy(value)]
    for change in changes:
        try:
            _take(change, whole)
        except (LookupError, TypeError, ValueError) as error:
            raise ChangeDoesNotFit(change.path) from error
    return whole[0]


def to_json_patch(changes: Iterable[Change]) -> list[dict[str, Json]]:
    """Write changes as a JSON Patch, with what was there before as ``old`` besides."""
    return [operation for change in changes for operation in _operations(change)]


def _take(change: Change, whole: list[Json]) -> None:
    *way, last = ["0", *tokens_of(change.path)]
    parent: Any = whole
    for token in way:
        parent = parent[_key(parent, token)]
    key = _key(parent, last)
    if change.op == "add":
        _add(parent, key, _copy(change.new))
    elif change.op == "remove":
        del parent[key]
    elif change.op == "reorder":
        _reorder(parent[key], change.new)
    else:
        del parent[key]  # which has to be there
        _add(parent, key, _copy(change.new))


def _key(parent: Any, token: str) -> Any:
    if isinstance(parent, list):
        if not token.isdecimal():
            raise KeyError(token)
        return int(token)
    return token


def _add(parent: Any, key: Any, new: Json) -> None:
    if isinstance(parent, list):
        if key > len(parent):
            raise IndexError(key)
        parent.insert(key, new)
    else:
        parent[key] = new


def _reorder(items: Any, order: Any) -> None:
    if sorted(order) != list(range(len(items))):
        raise IndexError(order)
    items[:] = [items[position] for position in order]


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_copy(child) for child in value]
    return value


def _operations(change: Change) -> Iterator[dict[str, Json]]:
    if change.op == "add":
        yield {"op": "add", "path": change.path, "value": change.new}
    elif change.op == "remove":
        yield {"op": "remove", "path": change.path, "old": change.old}
    elif change.op == "replace":
        yield {"op": "replace", "path": change.path, "value": change.new, "old": change.old}
    elif isinstance(change.new, list):
        order = [position for position in change.new if isinstance(position, int)]
        for origin, target in _moves(order):
            yield {
                "op": "move",
                "from": f"{change.path}/{origin}",
                "path": f"{change.path}/{target}",
            }


def _moves(order: list[int]) -> Iterator[tuple[int, int]]:
    """Bring a list into an order by moving as few items as can be.

    ``order`` has the positions so far. Those that ascend anyway stay; each of the others,
    from the last to the first, is put before the one that follows it in the end.
    """
    staying = _longest_ascent(order)
    current = list(range(len(order)))
    for index in reversed(range(len(order))):
        item = order[index]
        if item in staying:
            continue
        origin = current.index(item)
        del current[origin]
        target = current.index(order[index + 1]) if index + 1 < len(order) else len(current)
        current.insert(target, item)
        if origin != target:
            yield origin, target


def _longest_ascent(order: list[int]) -> set[int]:
    """Find the longest subsequence that ascends (patience sorting)."""
    tops: list[int] = []
    before: dict[int, int | None] = {}
    for item in order:
        pile = bisect_left(tops, item)
        before[item] = tops[pile - 1] if pile else None
        tops[pile : pile + 1] = [item]
    ascent: set[int] = set()
    item_or_none = tops[-1] if tops else None
    while item_or_none is not None:
        ascent.add(item_or_none)
        item_or_none = before[item_or_none]
    return ascent
