"""How one JSON value differs from another, place by place.

Mappings are compared by key, lists of things that have ids or names by those, wherever the
things stand, and other lists as sequences. The law: ``apply(diff(a, b), a)`` is ``b``, to the
letter of its canonical form; so a list in another order is a change too, but only one.
"""

import json
import marshal
from itertools import takewhile

from openclaw_manager.domain.content.canonical import Json, refuse_deep
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.identity import Identity, identities
from openclaw_manager.domain.content.pointer import Step, place, pointer

_LARGEST_ALIGNED = 4096
"""How many pairs of items may be weighed to align two sequences; beyond, position decides."""


def diff(a: Json, b: Json) -> list[Change]:
    """List the changes that make ``b`` of ``a``, in the order in which to apply them.

    Neither is changed; the changes share their parts. Raises ``ContentRefused`` for what is
    nested too deep.
    """
    refuse_deep(a)
    refuse_deep(b)
    comparison = _Comparison()
    comparison.values(a, b, ())
    return comparison.changes


class _Comparison:
    """The changes found so far."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def values(self, a: Json, b: Json, steps: tuple[Step, ...]) -> None:
        if _is_surely_same(a, b):
            return
        if isinstance(a, dict) and isinstance(b, dict):
            self._mappings(a, b, steps)
        elif isinstance(a, list) and isinstance(b, list):
            self._lists(a, b, steps)
        elif _differ(a, b):
            self.changes.append(Change("replace", pointer(steps), place(steps), a, b))

    def _mappings(self, a: dict[str, Json], b: dict[str, Json], steps: tuple[Step, ...]) -> None:
        for key in sorted(a if a.keys() == b.keys() else a.keys() | b.keys()):
            if key not in b:
                self._remove((*steps, key), a[key])
            elif key not in a:
                self._add((*steps, key), b[key])
            else:
                self.values(a[key], b[key], (*steps, key))

    def _lists(self, a: list[Json], b: list[Json], steps: tuple[Step, ...]) -> None:
        known = identities(a, b)
        if known:
            self._known(a, b, *known, steps)
        else:
            self._sequences(a, b, steps)

    def _known(
        self,
        a: list[Json],
        b: list[Json],
        of_a: list[Identity],
        of_b: list[Identity],
        steps: tuple[Step, ...],
    ) -> None:
        place_in_b = {identity: index for index, identity in enumerate(of_b)}
        for index, identity in enumerate(of_a):
            if identity in place_in_b:
                item = b[place_in_b[identity]]
                self.values(a[index], item, (*steps, (index, identity.label)))
        if of_a == of_b:
            return
        for index, identity in reversed(list(enumerate(of_a))):
            if identity not in place_in_b:
                self._remove((*steps, (index, identity.label)), a[index])
        in_a = set(of_a)
        before = [identity for identity in of_a if identity in place_in_b]
        after = [identity for identity in of_b if identity in in_a]
        if before != after:
            position = {identity: index for index, identity in enumerate(before)}
            order: list[Json] = [position[identity] for identity in after]
            self.changes.append(Change("reorder", pointer(steps), place(steps), None, order))
        for index, identity in enumerate(of_b):
            if identity not in in_a:
                self._add((*steps, (index, identity.label)), b[index])

    def _sequences(self, a: list[Json], b: list[Json], steps: tuple[Step, ...]) -> None:
        """Compare from the end to the beginning, so that positions to come stay right."""
        for (a_from, a_to), (b_from, b_to) in reversed(_differing(_texts(a), _texts(b))):
            paired = min(a_to - a_from, b_to - b_from)
            for index in reversed(range(a_from + paired, a_to)):
                self._remove((*steps, index), a[index])
            for offset in range(paired, b_to - b_from):
                self._add((*steps, a_from + offset), b[b_from + offset])
            for offset in range(paired):
                self.values(a[a_from + offset], b[b_from + offset], (*steps, a_from + offset))

    def _add(self, steps: tuple[Step, ...], new: Json) -> None:
        self.changes.append(Change("add", pointer(steps), place(steps), None, new))

    def _remove(self, steps: tuple[Step, ...], old: Json) -> None:
        self.changes.append(Change("remove", pointer(steps), place(steps), old, None))


def _is_surely_same(a: Json, b: Json) -> bool:
    """Pass over what is the same at the speed of C; some of what is may escape."""
    return a is b or (a == b and (isinstance(a, str) or marshal.dumps(a, 2) == marshal.dumps(b, 2)))


def _differ(a: Json, b: Json) -> bool:
    """Whether two scalars are written differently, as ``1``, ``1.0`` and ``true`` are."""
    return type(a) is not type(b) or a != b or (isinstance(a, float) and str(a) != str(b))


def _texts(items: list[Json]) -> list[str]:
    """Write each item as a text that only equal items have."""
    return [json.dumps(item, sort_keys=True, check_circular=False) for item in items]


_Range = tuple[int, int]


def _differing(a: list[str], b: list[str]) -> list[tuple[_Range, _Range]]:
    """Find the stretches in which two sequences differ, in ascending order."""
    shorter = min(len(a), len(b))
    head = sum(1 for _ in takewhile(lambda index: a[index] == b[index], range(shorter)))
    rest = range(1, shorter - head + 1)
    tail = sum(1 for _ in takewhile(lambda index: a[-index] == b[-index], rest))
    a_to, b_to = len(a) - tail, len(b) - tail
    if not 0 < (a_to - head) * (b_to - head) <= _LARGEST_ALIGNED:
        whole = ((head, a_to), (head, b_to))
        return [whole] if a_to > head or b_to > head else []
    return _aligned(a[head:a_to], b[head:b_to], head)


def _aligned(a: list[str], b: list[str], shift: int) -> list[tuple[_Range, _Range]]:
    from difflib import SequenceMatcher

    return [
        ((shift + a_from, shift + a_to), (shift + b_from, shift + b_to))
        for tag, a_from, a_to, b_from, b_to in SequenceMatcher(
            None, a, b, autojunk=False
        ).get_opcodes()
        if tag != "equal"
    ]
