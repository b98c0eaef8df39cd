"""What a simulated gateway holds: what a capture finds there, and its user may change."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

Item = Mapping[str, Any]

# About as many as a real gateway brings along: what a capture of it costs depends on it.
_SKILLS = tuple(
    {"name": name, "description": f"{what}; use it when the user asks for that."}
    for name, what in (
        ("weather", "Tell the weather of today and of the days to come"),
        ("calendar", "Read, add and move appointments"),
        ("contacts", "Find people, their numbers and their addresses"),
        ("notes", "Write notes and find them again"),
        ("reminders", "Remember something at a time or a place"),
        ("mail", "Read, sort and answer mail"),
        ("timers", "Start, stop and list timers"),
        ("translation", "Translate between languages"),
        ("summaries", "Sum up long texts, pages and recordings"),
        ("transcription", "Write down what is said in a recording"),
        ("music", "Play music and control what is playing"),
        ("photos", "Find photographs by what is on them"),
        ("lights", "Switch and dim the lights of the house"),
        ("heating", "Read and set the temperature of rooms"),
        ("cameras", "Take a picture with a camera of the house"),
        ("shopping", "Keep the shopping list"),
        ("recipes", "Find recipes and scale them"),
        ("travel", "Look up trains, flights and their delays"),
        ("maps", "Find places and the way to them"),
        ("news", "Read the headlines and the stories behind them"),
        ("stocks", "Look up prices of stocks and currencies"),
        ("browser", "Open pages, fill in forms and read what they say"),
        ("files", "Find, read and write files of the workspace"),
        ("spreadsheets", "Read and write tables and do sums in them"),
        ("documents", "Read and write documents, and turn them into PDF"),
        ("git", "Look at repositories, changes and their history"),
        ("issues", "Read and write issues and reviews of a project"),
        ("terminal", "Run commands in a sandbox"),
        ("containers", "Start, stop and look at containers"),
        ("databases", "Ask databases, without changing them"),
        ("monitoring", "Look at the health of services and their alerts"),
        ("passwords", "Fill in a password without telling it"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """One state of a gateway; each item is a JSON object, and ``config`` is one.

    What an item leaves out is filled in when it is asked for, and so is all that moves: times,
    ages and load. Nothing is redacted, so that what a test plants comes out.
    """

    agents: Sequence[Item] = ({"id": "main", "name": "Main"},)
    channels: Sequence[Item] = ({"id": "telegram", "label": "Telegram"},)
    models: Sequence[Item] = (
        {"id": "simulated", "name": "Simulated", "provider": "simulator"},
        {"id": "simulated-mini", "name": "Simulated Mini", "provider": "simulator"},
    )
    config: Mapping[str, Any] = field(
        default_factory=lambda: {
            "agents": {"entries": {"main": {}}, "defaults": {"maxConcurrent": 4}},
            "channels": {"telegram": {"enabled": True}},
            "gateway": {"port": 18789, "bind": "loopback"},
        }
    )
    sessions: Sequence[Item] = ({"key": "agent:main:main", "kind": "direct"},)
    cron: Sequence[Item] = (
        {"id": "a307ef64", "name": "heartbeat-main", "schedule": {"everyMs": 1_800_000}},
        {"id": "b2e8f075", "name": "nightly", "enabled": False, "schedule": {"expr": "0 3 * * *"}},
    )
    skills: Sequence[Item] = _SKILLS
    nodes: Sequence[Item] = ({"nodeId": "kitchen", "displayName": "Kitchen"},)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read JSON; what it leaves out is as in a new simulator.

        Raises ``ValueError`` for what is no JSON, has another member, or an item that is no
        object.
        """
        try:
            given = _object(json.loads(text), "the state")
        except (json.JSONDecodeError, RecursionError) as unreadable:
            raise ValueError(f"the state is not JSON: {unreadable}") from unreadable
        unknown = set(given) - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"the state has {min(unknown)!r}, which is nothing that it can hold")
        read: dict[str, Any] = {
            name: _object(value, name) if name == "config" else _objects(value, name)
            for name, value in given.items()
        }
        return replace(cls(), **read)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object")  # noqa: TRY004 - as the rest of the file
    return value


def _objects(value: Any, name: str) -> tuple[Item, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{name} is not a list")  # noqa: TRY004 - as the rest of the file
    return tuple(_object(item, f"an item of {name}") for item in value)


Held = Callable[[], Holdings]
"""Tells what a gateway holds at this moment."""


class StateFile:
    """Holdings in a JSON file, which is read again whenever it has changed.

    Who edits a file may leave it unreadable for a moment: until it can be read again, what was
    read last holds. Raises ``OSError`` or ``ValueError`` for one that is so at first.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = self._stamp()
        self._holdings = self._read()

    def __call__(self) -> Holdings:
        """Tell what the file says now."""
        try:
            changed = self._stamp()
            if changed != self._changed:
                self._holdings = self._read()
                self._changed = changed
        except (OSError, ValueError):
            pass
        return self._holdings

    def _read(self) -> Holdings:
        try:
            return Holdings.read(self._path.read_text("utf-8"))
        except UnicodeDecodeError as unreadable:
            raise ValueError("the state is not JSON: it is not UTF-8") from unreadable

    def _stamp(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
