"""Labels: tags as keys with values, and what selects instances by them."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from openclaw_manager.domain.errors import InvalidLabelSelector
from openclaw_manager.domain.tag import KEY, VALUE

_REQUIREMENT = re.compile(
    rf"(?P<key>{KEY})\s*(?:(?P<operator>==?|!=)\s*(?P<value>{VALUE}))?|!\s*(?P<absent>{KEY})"
)


class Requirement(NamedTuple):
    """What one label has to be; with a ``value`` of None, whether it is there is what counts."""

    key: str
    value: str | None
    wanted: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``key=value``, ``key!=value``, ``key`` or ``!key``; raises ``ValueError``."""
        read = _REQUIREMENT.fullmatch(text)
        if read is None:
            raise ValueError(text)
        if read["absent"]:
            return cls(read["absent"], None, wanted=False)
        return cls(read["key"], read["value"], wanted=read["operator"] != "!=")

    def is_met_by(self, value: str | None) -> bool:
        """Whether the label is as it has to be; a value of None says that it is not there."""
        found = value is not None and self.value in (None, value)
        return found is self.wanted

    def __str__(self) -> str:
        if self.value is None:
            return self.key if self.wanted else f"!{self.key}"
        return f"{self.key}{'=' if self.wanted else '!='}{self.value}"


class LabelSelector(NamedTuple):
    """Selects the instances whose tags meet all of its requirements, as in kubectl."""

    requirements: tuple[Requirement, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read requirements with commas between; raises ``InvalidLabelSelector``.

        ``key!=value`` also selects what has no such key, and a tag that is a word alone has
        an empty value.
        """
        parts = [part.strip() for part in text.split(",")]
        try:
            return cls(tuple(map(Requirement.parse, parts)))
        except ValueError as problem:
            raise InvalidLabelSelector(text, str(problem)) from problem

    def selects(self, tags: Iterable[str]) -> bool:
        """Whether an instance with these tags is meant."""
        labels = {key: value for key, _, value in (tag.partition("=") for tag in tags)}
        return all(one.is_met_by(labels.get(one.key)) for one in self.requirements)

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))
