"""What changes in a gateway's answers while nothing about the gateway does.

Ages, times of the last this and the next that, load, and who happens to be connected, we
among them. Checked against answers recorded from 2026.9.6 and 2026.3.28.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

from openclaw_manager.domain.content.canonical import Json, canonical, refuse_deep
from openclaw_manager.domain.content.pointer import Step, pointer
from openclaw_manager.domain.section import Section

MOST_VOLATILE = 2048
"""How many characters of volatile values are kept of a section: they are new in each capture."""

OMITTED = "omitted"
"""Where the number of values that did not fit stands among the others; no path is like this."""

_Steps: TypeAlias = tuple[Step, ...]

_NAMES = frozenset(
    (
        *("ts", "age", "ageMs", "uptime", "uptimeMs", "uptimeSeconds", "durationMs", "elapsedMs"),
        *("latencyMs", "eventLoop", "processMemory", "pid", "processInstanceId", "connId"),
        *("bootId", "stateVersion", "updatedAt", "updatedAtMs", "onlineSince", "connectedAtMs"),
        *("runningAtMs", "lastSeenReason"),
    )
)
_MOMENT = re.compile(r"(?:last|next)[A-Z]\w*(?:At|Ms)")

_MORE_NAMES: Mapping[Section, frozenset[str]] = {
    # Digests say nothing that the jobs do not.
    Section.CRON: frozenset({"configRevision", "snapshotRevision"}),
    # What the gateway is busy with, our own questions included.
    Section.STATUS: frozenset(
        (
            *("tasks", "taskAudit", "workerPools", "activeWork", "writeCustody"),
            *("queuedSystemEvents", "recent"),
        )
    ),
    Section.PRESENCE: frozenset({"instanceId"}),  # another one after each start
}
_OF_DECLARED_JOBS = frozenset({"id", "createdAtMs", "anchorMs"})
"""Drawn by each gateway for the jobs that it makes for itself."""

_CONFIG_HASHES = frozenset({"hash", "configRevisionHash", "appliedConfigHash"})
"""Keyed by each gateway with a key of its own (2026.9.6), and no news beside the content."""
_CONFIG_NOTES = frozenset({"meta", "wizard"})
"""Which version wrote the configuration when: the gateway's own notes in each copy of it."""
_IN_CONFIG = (_CONFIG_HASHES, _CONFIG_NOTES)  # in the answer itself, and in what is in it


def split_volatile(section: Section, value: Json) -> tuple[Json, dict[str, Json]]:
    """Take apart what is worth comparing, and what is not, by path (RFC 6901) in ``value``.

    Of the volatile values only as many are given as fit ``MOST_VOLATILE``; the number of the
    others stands under ``OMITTED``. Give a redacted value. Raises ``ContentRefused`` for
    what is nested too deep.
    """
    refuse_deep(value)
    split = _Split(section)
    stable = split.stable(value, ())
    return stable, split.kept()


class _Judgement(dict[str, bool]):
    """Whether a name says that the value under it is volatile; each is judged once."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def __missing__(self, name: str) -> bool:
        self[name] = name in self._names or _MOMENT.fullmatch(name) is not None
        return self[name]


class _Split:
    """One walk through the answer of one section."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._judgement = _Judgement(_NAMES | _MORE_NAMES.get(section, frozenset()))
        self._volatile: list[tuple[_Steps, Json]] = []

    def stable(self, value: Json, steps: _Steps, *, declared: bool = False) -> Json:
        if isinstance(value, dict):
            if self._section is Section.CONFIG:
                return self._configuration(value, steps)
            declared = declared or (self._section is Section.CRON and "declarationKey" in value)
            return self._mapping(value, steps, declared=declared)
        if isinstance(value, list):
            return self._list(value, steps, declared=declared)
        return value

    def _configuration(self, mapping: dict[str, Json], steps: _Steps) -> Json:
        """Take out what is the gateway's own; all that lies deeper is the user's."""
        if len(steps) >= len(_IN_CONFIG):
            return mapping
        names = _IN_CONFIG[len(steps)]
        self._volatile += (((*steps, key), mapping[key]) for key in mapping if key in names)
        return {
            key: self.stable(child, (*steps, key))
            for key, child in mapping.items()
            if key not in names
        }

    def _list(self, items: list[Json], steps: _Steps, *, declared: bool) -> Json:
        result: list[Json] = []
        for index, item in enumerate(items):
            if self._is_visitor(item):
                self._volatile.append(((*steps, index), item))
            else:
                result.append(self.stable(item, (*steps, index), declared=declared))
        return result

    def _mapping(self, mapping: dict[str, Json], steps: _Steps, *, declared: bool) -> Json:
        result: dict[str, Json] = {}
        is_volatile = self._judgement
        for key, child in mapping.items():
            if is_volatile[key] or (declared and key in _OF_DECLARED_JOBS):
                self._volatile.append(((*steps, key), child))
            elif isinstance(child, (dict, list)):
                result[key] = self.stable(child, (*steps, key), declared=declared)
            else:
                result[key] = child
        return result

    def _is_visitor(self, item: Json) -> bool:
        """Whether this is somebody present, other than the gateway itself."""
        if self._section is not Section.PRESENCE or not isinstance(item, dict):
            return False
        return item.get("mode") != "gateway" and item.get("reason") != "self"

    def kept(self) -> dict[str, Json]:
        result: dict[str, Json] = {}
        left = MOST_VOLATILE
        for steps, value in self._volatile:
            if left <= sum(len(step) for step in steps if isinstance(step, str)):
                continue  # not even the names in its path fit
            path = pointer(steps)
            size = len(path) + len(canonical(value))
            if size <= left:
                result[path] = value
                left -= size
        omitted = len(self._volatile) - len(result)
        return {**result, OMITTED: omitted} if omitted else result
