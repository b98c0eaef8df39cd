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
_FIELDS = "fields"


def _refuse(constant: str) -> None:
    """Refuse what Python takes for a number, and JSON does not."""
    raise ValueError(constant)


def _whole(digits: str) -> int | float:
    """Read a number that may have more digits than Python turns into an int."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_MOST_DIGITS = 4000
_json = json.JSONDecoder(parse_int=_whole, parse_constant=_refuse)
_end_of_space = re.compile(r"[ \t\r\n]*").match


class DamagedDocument(ValueError):
    """The text is not what a ``data.json`` can be; the argument says why."""


class Document:
    """The members of the file in their order, and the entries of ``minions`` in theirs."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = None
        self._members = {_MINIONS: "", _RELATIONS: f'"{_RELATIONS}": []'}
        self._entries: list[str | None] = []  # None where one was taken out
        self._places: dict[str, list[int]] = {}

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
        for key, key_text in cursor.members():
            if key == _MINIONS:
                self._read_entries(cursor)
                continue
            value, text = cursor.value()
            self._members[key] = f"{key_text}: {text}"
            if key == _STAMP:
                self.stamp = stamp_in(value)
        cursor.expect_end()

    def _read_entries(self, cursor: "_Cursor") -> None:
        for value, text in cursor.items():
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                self._places.setdefault(value["id"], []).append(len(self._entries))
            self._entries.append(text)

    def put(self, minion: Minion) -> None:
        """Put an entry in place of the one with its id, keeping what others added to that.

        Of several with its id, which another tool may have made, the last one stays.
        """
        *copies, place = self._places.get(minion["id"], [len(self._entries)])
        self._places[minion["id"]] = [place]
        for copy in copies:
            self._entries[copy] = None
        if place == len(self._entries):
            self._entries.append(_dumped(minion))
        else:
            self._entries[place] = _merged(self._entries[place] or "", minion)

    def text(self, stamp: Stamp) -> str:
        """Write the file with a new stamp, one entry a line."""
        self.stamp = stamp
        written = {"schema": _SCHEMA, "store": stamp.log, "position": stamp.position}
        self._members[_STAMP] = f'"{_STAMP}": {_dumped(written)}'
        entries = ",\n".join(filter(None, self._entries))
        self._members[_MINIONS] = f'"{_MINIONS}": ' + (f"[\n{entries}\n]" if entries else "[]")
        return "{" + ",\n".join(self._members.values()) + "}\n"


def read(data: bytes) -> tuple[list[Any], Stamp | None]:
    """Read the entries and the stamp of a file that is only looked at.

    Raises ``DamagedDocument`` for what ``Document.parse`` would refuse.
    """
    try:
        members = _json.decode(data.decode("utf-8-sig"))
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


def _merged(before: str, minion: Minion) -> str:
    """Write an entry with what others added to the one before, as they had written it."""
    value = _json.decode(before)
    fields = value.get(_FIELDS)
    have_fields = isinstance(fields, dict)
    if have_fields and value.keys() <= MINION_KEYS and fields.keys() <= INSTANCE_FIELDS:
        return _dumped(minion)
    members = _members_of(before)
    fields_before = _members_of(members[_FIELDS][1]) if have_fields else {}
    ours = {key: (_dumped(key), _dumped(part)) for key, part in minion.items()}
    our_fields = {key: (_dumped(key), _dumped(part)) for key, part in minion[_FIELDS].items()}
    ours[_FIELDS] = (_dumped(_FIELDS), _joined(our_fields, fields_before, INSTANCE_FIELDS))
    return _joined(ours, members, MINION_KEYS)


_Members = dict[str, tuple[str, str]]
"""The members of an object by their keys, the key and the value as each is written."""


def _members_of(text: str) -> _Members:
    cursor = _Cursor(text)
    return {key: (key_text, cursor.value()[1]) for key, key_text in cursor.members()}


def _joined(ours: _Members, before: _Members, our_keys: frozenset[str]) -> str:
    theirs = {key: member for key, member in before.items() if key not in our_keys}
    return "{" + ", ".join(map(": ".join, (ours | theirs).values())) + "}"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Cursor:
    """Walks through a JSON text; every method raises ``ValueError`` where it is not JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def members(self) -> Iterator[tuple[str, str]]:
        """Yield the keys of an object, each as a value and as it is written.

        The caller takes each value before the next key.
        """
        for _ in self._separated("{", "}"):
            key, text = self.value()
            if not isinstance(key, str) or not self._take(":"):
                raise ValueError
            yield key, text

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
        value, self._at = _json.raw_decode(self._text, start)
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
