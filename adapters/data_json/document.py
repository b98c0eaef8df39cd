"""``data.json`` as text: what is ours can be replaced, the rest stays as it is written.

The file is cut into the JSON texts of its members and entries and put together from them, so
what others wrote keeps every digit, and to change one entry of ten thousand costs one entry.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Self

from openclaw_manager.application.ports.view import INSTANCE_FIELDS, MINION_KEYS, Minion
from openclaw_manager.domain.stamp import Stamp

_SCHEMA = 1
_MINIONS = "minions"
_RELATIONS = "relations"
_STAMP = "openclawManager"

_value_at = json.JSONDecoder().raw_decode
_end_of_space = re.compile(r"[ \t\r\n]*").match


class DamagedDocument(ValueError):
    """The text is not what a ``data.json`` can be; the argument says why."""


class Document:
    """The members of the file in their order, and the entries of ``minions`` in theirs."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = None
        self._members = {_MINIONS: "", _RELATIONS: "[]"}
        self._entries: list[str] = []
        self._places: dict[str, int] = {}

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Cut a file into its parts; raises ``DamagedDocument``."""
        if not data.strip():
            raise DamagedDocument("is empty")
        document = cls()
        try:
            document._read(_Cursor(data.decode("utf-8-sig")))  # a byte order mark is no harm
        except UnicodeDecodeError as error:
            raise DamagedDocument("is not UTF-8") from error
        except (ValueError, RecursionError) as error:
            raise DamagedDocument("is not a complete JSON object with a list of minions") from error
        return document

    def _read(self, cursor: "_Cursor") -> None:
        for key in cursor.members():
            if key == _MINIONS:
                self._read_entries(cursor)
                continue
            value, self._members[key] = cursor.value()
            if key == _STAMP:
                self.stamp = stamp_in(value)
        cursor.expect_end()

    def _read_entries(self, cursor: "_Cursor") -> None:
        for value, text in cursor.items():
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                self._places[value["id"]] = len(self._entries)
            self._entries.append(text)

    def put(self, minion: Minion) -> None:
        """Put an entry in place of the one with its id, keeping what others added to that."""
        place = self._places.setdefault(minion["id"], len(self._entries))
        if place == len(self._entries):
            self._entries.append(json.dumps(minion, ensure_ascii=False))
        else:
            merged = _merge(json.loads(self._entries[place]), minion)
            self._entries[place] = json.dumps(merged, ensure_ascii=False)

    def text(self, stamp: Stamp) -> str:
        """Write the file with a new stamp, one entry a line."""
        self.stamp = stamp
        self._members[_STAMP] = json.dumps(
            {"schema": _SCHEMA, "store": stamp.log, "position": stamp.position}
        )
        entries = "[\n" + ",\n".join(self._entries) + "\n]" if self._entries else "[]"
        members = (
            f"{json.dumps(key, ensure_ascii=False)}: {entries if key == _MINIONS else text}"
            for key, text in self._members.items()
        )
        return "{" + ",\n".join(members) + "}\n"


def read(data: bytes) -> tuple[list[Any], Stamp | None]:
    """Read the entries and the stamp of a file that is only looked at.

    Raises ``DamagedDocument`` for what ``Document.parse`` would refuse.
    """
    try:
        members = json.loads(data.decode("utf-8-sig"))
        minions = members.get(_MINIONS, [])
    except (ValueError, RecursionError, AttributeError) as error:
        raise DamagedDocument("is not a JSON object") from error
    if not isinstance(minions, list):
        raise DamagedDocument("has no list of minions")
    return minions, stamp_in(members.get(_STAMP))


def stamp_in(member: Any) -> Stamp | None:
    """Read the member ``openclawManager``; None if it is not one that we wrote."""
    match member:
        case {"schema": 1, "store": str(log), "position": int(position)}:
            return Stamp(log, position)
    return None


def _merge(before: dict[str, Any], minion: Minion) -> Minion:
    fields = before.get("fields")
    theirs = {key: value for key, value in before.items() if key not in MINION_KEYS}
    if isinstance(fields, dict):
        added = {key: value for key, value in fields.items() if key not in INSTANCE_FIELDS}
        return minion | theirs | {"fields": minion["fields"] | added}
    return minion | theirs


class _Cursor:
    """Walks through a JSON text; every method raises ``ValueError`` where it is not JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def members(self) -> Iterator[str]:
        """Yield the keys of an object; the caller takes each value before the next key."""
        for _ in self._separated("{", "}"):
            key, _text = self.value()
            if not isinstance(key, str) or not self._take(":"):
                raise ValueError
            yield key

    def items(self) -> Iterator[tuple[Any, str]]:
        """Yield the items of an array, each as a value and as it is written."""
        for _ in self._separated("[", "]"):
            yield self.value()

    def _separated(self, opening: str, closing: str) -> Iterator[None]:
        if not self._take(opening):
            raise ValueError
        if self._take(closing):
            return
        yield
        while not self._take(closing):
            if not self._take(","):
                raise ValueError
            yield

    def value(self) -> tuple[Any, str]:
        """Take a value, and the text that it is written as."""
        start = self._skip_space()
        value, self._at = _value_at(self._text, start)
        return value, self._text[start : self._at]

    def expect_end(self) -> None:
        """Refuse whatever still follows."""
        if self._skip_space() != len(self._text):
            raise ValueError

    def _take(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._skip_space())
        self._at += found
        return found

    def _skip_space(self) -> int:
        match = _end_of_space(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at
