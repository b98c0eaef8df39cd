"""A list in ``data.json`` as text: what is ours can be replaced, the rest stays as it is written.

The list is cut into the JSON texts of its entries and put together from them, so what others
wrote keeps every digit, and to change one entry of ten thousand costs one entry.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from openclaw_manager.adapters.data_json.repetition import repeats, secret_pieces
from openclaw_manager.application.ports.view import (
    INSTANCE_FIELDS,
    MINION_KEYS,
    RELATION_KEYS,
    SECRET_FIELDS,
    SNAPSHOT_FIELDS,
    Written,
)


def _refuse(constant: str) -> None:
    """Refuse what Python takes for a number, and JSON does not."""
    raise ValueError(constant)


def _whole(digits: str) -> int | float:
    """Read a number that may have more digits than Python turns into an int."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_MOST_DIGITS = 4000
json_decoder = json.JSONDecoder(parse_int=_whole, parse_constant=_refuse)
_end_of_space = re.compile(r"[ \t\r\n]*").match


class Ours(NamedTuple):
    """Which keys of an entry are ours, and which of the object that it has within.

    ``secrets`` are those within whose values nobody may repeat.
    """

    keys: frozenset[str]
    within: str
    keys_within: frozenset[str]
    secrets: frozenset[str] = frozenset()


OUR_INSTANCE = Ours(MINION_KEYS, "fields", INSTANCE_FIELDS, SECRET_FIELDS)
OUR_SNAPSHOT = Ours(MINION_KEYS, "fields", SNAPSHOT_FIELDS)
OUR_RELATION = Ours(RELATION_KEYS, "metadata", frozenset())


class Entries:
    """The entries of one list, as they are written, and where those with an id stand."""

    def __init__(self) -> None:
        self._texts: list[str | None] = []  # None where one was taken out
        self._places: dict[str, list[int]] = {}

    def append(self, value: Any, text: str) -> None:
        """Take an entry as it stands in the file."""
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            self._places.setdefault(value["id"], []).append(len(self._texts))
        self._texts.append(text)

    def add(self, given: Written) -> bool:
        """Take an entry in as it is written elsewhere, unless its id is here; tell if it was."""
        is_new = given.value["id"] not in self._places
        if is_new:
            self.append(*given)
        return is_new

    def put(self, entry: dict[str, Any], ours: Ours) -> None:
        """Put an entry in place of the one with its id.

        Of several with its id, which another tool may have made, the last one stays.
        """
        *copies, place = self._places.get(entry["id"], [len(self._texts)])
        self._places[entry["id"]] = [place]
        for copy in copies:
            self._texts[copy] = None
        if place == len(self._texts):
            self._texts.append(dumped(entry))
        else:
            self._texts[place] = _merged(self._texts[place] or "", entry, ours)

    def take_out(self, ids: Collection[str]) -> None:
        """Take out all with these ids."""
        for id_ in ids:
            for place in self._places.pop(id_, ()):
                self._texts[place] = None

    def text(self) -> str:
        """Write the list, one entry a line."""
        entries = ",\n".join(filter(None, self._texts))
        return f"[\n{entries}\n]" if entries else "[]"


def _merged(before: str, entry: dict[str, Any], ours: Ours) -> str:
    """Write an entry with what others added to the one before, as they had written it.

    What repeats a secret does not stay: it would outlive the secret.
    """
    value = json_decoder.decode(before)
    within = value.get(ours.within)
    is_object = isinstance(within, dict)
    if is_object and value.keys() <= ours.keys and within.keys() <= ours.keys_within:
        return dumped(entry)
    theirs = _members_of(before)
    theirs_within = _members_of(theirs[ours.within][1]) if is_object else {}
    if ours.secrets:
        places = [entry[ours.within], *([within] if is_object else [])]
        pieces = secret_pieces(place.get(key) for place in places for key in ours.secrets)
        theirs = _without_repetition(theirs, value, pieces)
        theirs_within = _without_repetition(theirs_within, within, pieces)
    ours_now = _written(entry)
    all_within = _joined(_written(entry[ours.within]), theirs_within, ours.keys_within)
    ours_now[ours.within] = (dumped(ours.within), all_within)
    return _joined(ours_now, theirs, ours.keys)


_Members = dict[str, tuple[str, str]]
"""The members of an object by their keys, the key and the value as each is written."""


def _members_of(text: str) -> _Members:
    cursor = Cursor(text)
    return {key: (key_text, cursor.value()[1]) for key, key_text in cursor.members()}


def _without_repetition(members: _Members, value: Any, pieces: frozenset[str]) -> _Members:
    return {key: member for key, member in members.items() if not repeats(key, value[key], pieces)}


def _written(value: dict[str, Any]) -> _Members:
    return {key: (dumped(key), dumped(part)) for key, part in value.items()}


def _joined(ours: _Members, before: _Members, our_keys: frozenset[str]) -> str:
    theirs = {key: member for key, member in before.items() if key not in our_keys}
    return "{" + ", ".join(map(": ".join, (ours | theirs).values())) + "}"


def dumped(value: Any) -> str:
    """Write a value as we do: on one line, letters as they are."""
    return json.dumps(value, ensure_ascii=False)


class Cursor:
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
        value, self._at = json_decoder.raw_decode(self._text, start)
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
