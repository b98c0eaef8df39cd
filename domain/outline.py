"""The outline: what is the same in all snapshots of a gateway about which nothing changes."""

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple, Self, TypeAlias

from openclaw_manager.domain.content.canonical import Json, canonical
from openclaw_manager.domain.content.leaves import filled, form_of, leaves_of
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed

_SECTIONS = "sections"
OUTLINE_BEGINNING = f'{{"{_SECTIONS}":{{'
"""How the text of every outline begins."""

Volatile: TypeAlias = Mapping[Section, Mapping[str, Json]]
"""What changes by itself, by section and JSON Pointer."""


class Outline(NamedTuple):
    """What became of each section that was asked for.

    ``contents`` has the hash of each content that was heard, ``failures`` says of each other
    section why it was not, and ``volatile`` has the volatile values as they were when the
    outline was made. It is kept as a content of its own: a snapshot says by its hash that
    all is as before, but for some values.
    """

    contents: Mapping[Section, str]
    failures: Mapping[Section, SectionFailed]
    volatile: Volatile

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``text`` wrote; raises ``ValueError`` or a ``LookupError`` if it is not."""
        written = json.loads(text)[_SECTIONS]
        sections = {Section(name): entry for name, entry in written.items()}
        return cls(
            {name: entry["content"] for name, entry in sections.items() if "content" in entry},
            {name: _failed(entry) for name, entry in sections.items() if "cause" in entry},
            {name: entry["volatile"] for name, entry in sections.items() if "volatile" in entry},
        )

    def text(self) -> str:
        """Write it as canonical JSON."""
        sections: dict[str, Json] = {
            section.value: {"content": hash_} for section, hash_ in self.contents.items()
        }
        for section, values in self.volatile.items():
            content = self.contents[section]
            sections[section.value] = {"content": content, "volatile": dict(values)}
        for section, why in self.failures.items():
            cause = why.cause.value
            sections[section.value] = {"cause": cause, "detail": why.detail, "scope": why.scope}
        return canonical({_SECTIONS: sections})

    def fits(self, other: Self) -> bool:
        """Whether two differ in volatile values alone, and each of those has its place in both."""
        return (
            self.contents == other.contents
            and self.failures == other.failures
            and form_of(_plain(self.volatile)) == form_of(_plain(other.volatile))
        )

    def values_of(self, other: Self) -> str:
        """Write the volatile values of an outline that fits, as far as they are others here.

        A JSON list of places, counted from 0, each before its value.
        """
        pairs = zip(
            leaves_of(_plain(self.volatile)), leaves_of(_plain(other.volatile)), strict=True
        )
        changed = ((place, new) for place, (old, new) in enumerate(pairs) if _differ(old, new))
        return canonical(list(chain.from_iterable(changed)))

    def with_values(self, values: str) -> Volatile:
        """Read volatile values that ``values_of`` wrote; raises ``ValueError`` if it did not."""
        leaves = list(leaves_of(_plain(self.volatile)))
        written = json.loads(values)
        for place, value in zip(written[::2], written[1::2], strict=True):
            leaves[place] = value
        left = iter(leaves)
        return {
            section: {path: filled(values[path], left) for path in sorted(values)}
            for section, values in sorted(self.volatile.items())
        }


def _plain(volatile: Volatile) -> Json:
    return {section.value: dict(values) for section, values in volatile.items()}


def _differ(old: Json, new: Json) -> bool:
    """Whether two leaves are written differently, as 1, 1.0 and true are."""
    return repr(old) != repr(new)


def _failed(entry: Mapping[str, Any]) -> SectionFailed:
    return SectionFailed(SectionCause(entry["cause"]), entry["detail"], entry["scope"])
