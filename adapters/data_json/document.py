"""``data.json`` as text, cut into its members and entries, and put together from them."""

from codecs import BOM_UTF8
from collections.abc import Collection, Sequence
from typing import Any, Self

from openclaw_manager.adapters.data_json.entries import (
    OUR_INSTANCE,
    OUR_RELATION,
    OUR_SNAPSHOT,
    Cursor,
    Entries,
    dumped,
    json_decoder,
)
from openclaw_manager.application.ports.view import SNAPSHOT_TYPE, Minion, Relation, Written
from openclaw_manager.domain.stamp import Stamp

_SCHEMA = 1
_MINIONS = "minions"
_RELATIONS = "relations"
_STAMP = "openclawManager"
_FIELDS = "fields"


class DamagedDocument(ValueError):
    """The text is not what a ``data.json`` can be; the argument says why."""


class Document:
    """The members of the file in their order, and the entries of its lists in theirs."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = None
        self._members = {_MINIONS: "", _RELATIONS: f'"{_RELATIONS}": []'}
        self._minions = Entries()
        self._owned: dict[str, set[str]] = {}  # the ids of what belongs to each instance
        self._relations_text = "[]"  # empty where it is no list
        self._relations: Entries | None = None  # None until one is to be changed

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Cut a file into its parts; raises ``DamagedDocument``."""
        if not data.strip():
            raise DamagedDocument("is empty")
        document = cls()
        try:
            document._read(Cursor(_decoded(data)))
        except UnicodeDecodeError as error:
            raise DamagedDocument("is not UTF-8") from error
        except (ValueError, RecursionError) as error:
            raise DamagedDocument("is not a complete JSON object with a list of minions") from error
        return document

    def _read(self, cursor: Cursor) -> None:
        for key, key_text in cursor.members():
            if key == _MINIONS:
                self._read_minions(cursor)
                continue
            value, text = cursor.value()
            self._members[key] = f"{key_text}: {text}"
            if key == _STAMP:
                self.stamp = stamp_in(value)
            elif key == _RELATIONS:
                self._relations_text = text if isinstance(value, list) else ""
        cursor.expect_end()

    def _read_minions(self, cursor: Cursor) -> None:
        for value, text in cursor.items():
            self._minions.append(value, text)
            if isinstance(value, dict):
                self._note_owner(value)

    def _note_owner(self, minion: dict[str, Any]) -> None:
        fields = minion.get(_FIELDS)
        owner = fields.get("instanceId") if isinstance(fields, dict) else None
        if isinstance(owner, str) and isinstance(minion.get("id"), str):
            self._owned.setdefault(owner, set()).add(minion["id"])

    def belonging_to(self, instance_ids: Collection[str]) -> set[str]:
        """Tell the ids of the entries that say they belong to these instances."""
        nothing: set[str] = set()
        return nothing.union(*(self._owned.get(id_, nothing) for id_ in instance_ids))

    def put(self, minion: Minion) -> None:
        """Put an entry in place of the one with its id, keeping what others added to that."""
        is_snapshot = minion.get("minionTypeId") == SNAPSHOT_TYPE
        self._minions.put(minion, OUR_SNAPSHOT if is_snapshot else OUR_INSTANCE)
        self._note_owner(minion)

    def relate(self, relation: Relation) -> None:
        """Put a relation in likewise, where relations are a list."""
        if self._relations_text:
            self._our_relations().put(relation, OUR_RELATION)

    def carry_over(self, entries: Sequence[Written], relations: Sequence[Written]) -> bool:
        """Take in what others wrote elsewhere; tell whether anything of it was not here yet."""
        new = [self._minions.add(entry) for entry in entries]
        for entry in entries:
            self._note_owner(entry.value)
        if self._relations_text and relations:
            new += [self._our_relations().add(relation) for relation in relations]
        return any(new)

    def take_out(self, ids: Collection[str]) -> None:
        """Take out all entries and relations with these ids; unknown ones are ignored."""
        self._minions.take_out(ids)
        for owned in self._owned.values():
            owned.difference_update(ids)
        if self._relations_text:
            self._our_relations().take_out(ids)

    def _our_relations(self) -> Entries:
        if self._relations is None:
            self._relations = Entries()
            for value, text in Cursor(self._relations_text).items():
                self._relations.append(value, text)
        return self._relations

    def text(self, stamp: Stamp) -> str:
        """Write the file with a new stamp, one entry a line."""
        self.stamp = stamp
        written = {"schema": _SCHEMA, "store": stamp.log, "position": stamp.position}
        self._members[_STAMP] = f'"{_STAMP}": {dumped(written)}'
        self._members[_MINIONS] = f'"{_MINIONS}": {self._minions.text()}'
        if self._relations is not None:
            self._members[_RELATIONS] = f'"{_RELATIONS}": {self._relations.text()}'
        return "{" + ",\n".join(self._members.values()) + "}\n"


def text_of(minions: Sequence[Minion], relations: Sequence[Relation], stamp: Stamp) -> str:
    """Write a file that holds these, and nothing of others."""
    document = Document()
    for minion in minions:
        document.put(minion)
    for relation in relations:
        document.relate(relation)
    return document.text(stamp)


def read(data: bytes) -> tuple[Stamp | None, list[Any], list[Any]]:
    """Read the stamp, the entries and the relations of a file that is only looked at.

    Raises ``DamagedDocument`` for what ``Document.parse`` would refuse.
    """
    try:
        members = json_decoder.decode(_decoded(data))
        minions, relations = members.get(_MINIONS, []), members.get(_RELATIONS, [])
    except (ValueError, RecursionError, AttributeError) as error:
        raise DamagedDocument("is not a JSON object") from error
    if not isinstance(minions, list):
        raise DamagedDocument("has no list of minions")
    relations = relations if isinstance(relations, list) else []
    return stamp_in(members.get(_STAMP)), minions, relations


def _decoded(data: bytes) -> str:
    """Decode a file; a byte order mark is no harm, and Python's codec for it is slow to import."""
    return data.removeprefix(BOM_UTF8).decode()


def stamp_in(member: Any) -> Stamp | None:
    """Read the member ``openclawManager``; None if it is not one that we wrote."""
    match member:
        case {"schema": 1, "store": str(log), "position": int(position)}:
            return Stamp(log, position)
    return None
