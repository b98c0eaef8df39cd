"""What every view does, the fake one and the real one."""

import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from fakes.view import InMemoryView
from openclaw_manager.adapters.data_json.file import DataJson
from openclaw_manager.application.ports.view import Minion, Relation, View, Written
from openclaw_manager.domain.stamp import Stamp

LOG = "0a0a0a0a-0000-4000-8000-000000000001"


class Place(Protocol):
    """Where a view is, and what others see of it and do to it."""

    def view(self) -> View: ...

    def entries(self) -> Any: ...

    def write(self, entries: Sequence[Any]) -> None: ...

    def relations(self) -> Any: ...

    def write_relations(self, relations: Any) -> None: ...

    def damage(self) -> None: ...

    def kept_aside(self) -> int: ...


class InMemory:
    def __init__(self) -> None:
        self._view = InMemoryView()

    def view(self) -> View:
        return self._view

    def entries(self) -> Any:
        return self._view.entries

    def write(self, entries: Sequence[Any]) -> None:
        self._view.entries = list(entries)

    def relations(self) -> Any:
        return self._view.relations

    def write_relations(self, relations: Any) -> None:
        self._view.relations = relations

    def damage(self) -> None:
        self._view.damaged = True

    def kept_aside(self) -> int:
        return len(self._view.aside)


class InFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    def view(self) -> View:
        return DataJson(self._path, lock_timeout=10)

    def entries(self) -> Any:
        return json.loads(self._path.read_text())["minions"]

    def write(self, entries: Sequence[Any]) -> None:
        document = {"minions": entries, "relations": []}
        if self._path.exists():
            document = json.loads(self._path.read_text()) | {"minions": entries}
        self._path.write_text(json.dumps(document))

    def relations(self) -> Any:
        return json.loads(self._path.read_text())["relations"]

    def write_relations(self, relations: Any) -> None:
        document = {"minions": [], "relations": relations}
        if self._path.exists():
            document = json.loads(self._path.read_text()) | {"relations": relations}
        self._path.write_text(json.dumps(document))

    def damage(self) -> None:
        self._path.write_bytes(self._path.read_bytes()[:-20])

    def kept_aside(self) -> int:
        return len(list(self._path.parent.glob("data.json.damaged-*")))


@pytest.fixture(params=["fake", "file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return InMemory() if request.param == "fake" else InFile(tmp_path / "data.json")


def _minion(number: int, **fields: Any) -> Minion:
    return {
        "id": f"6a3f0c1e-0000-4000-8000-{number:012}",
        "title": f"home-{number}",
        "minionTypeId": "openclaw-instance",
        "status": "active",
        "tags": [],
        "createdAt": "2026-11-23T16:00:00.000Z",
        "updatedAt": "2026-11-23T16:00:00.000Z",
        "fields": {"url": "ws://host", "status": "registered"} | fields,
    }


def _save(view: View, position: int, *minions: Minion) -> None:
    with view.edit() as edit:
        edit.save(minions, Stamp(LOG, position))


def _stamp(view: View) -> Stamp | None:
    with view.edit() as edit:
        return edit.stamp


def test_a_new_view_was_made_from_nothing(place: Place) -> None:
    assert _stamp(place.view()) is None


def test_what_was_saved_is_seen_and_says_what_it_was_made_from(place: Place) -> None:
    _save(place.view(), 17, _minion(1), _minion(2))
    assert place.entries() == [_minion(1), _minion(2)]
    assert _stamp(place.view()) == Stamp(LOG, 17)


def test_an_entry_takes_the_place_of_the_one_with_its_id(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1), _minion(2), _minion(3))
    _save(view, 2, _minion(2, status="reachable"))
    assert place.entries() == [_minion(1), _minion(2, status="reachable"), _minion(3)]


def test_of_one_instance_the_last_of_several_entries_counts(place: Place) -> None:
    _save(place.view(), 1, _minion(1), _minion(1, status="reachable"))
    assert place.entries() == [_minion(1, status="reachable")]


def test_saving_nothing_moves_the_stamp_alone(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    _save(view, 2)
    assert place.entries() == [_minion(1)]
    assert _stamp(view) == Stamp(LOG, 2)


def test_looking_changes_nothing(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    with view.edit():
        pass
    assert place.entries() == [_minion(1)]


def test_what_failed_half_way_was_not_saved(place: Place) -> None:
    """Neither in what readers see, nor in what the view itself goes on with."""
    view = place.view()
    _save(view, 1, _minion(1))
    with pytest.raises(ZeroDivisionError), view.edit():
        raise ZeroDivisionError
    _save(view, 2, _minion(2))
    assert place.entries() == [_minion(1), _minion(2)]


def test_two_views_of_one_place_see_what_the_other_saved(place: Place) -> None:
    """Each process has its own, and what one remembers may be out of date."""
    one, other = place.view(), place.view()
    _save(one, 1, _minion(1))
    _save(other, 2, _minion(2))
    _save(one, 3, _minion(3))
    assert place.entries() == [_minion(1), _minion(2), _minion(3)]
    assert _stamp(other) == Stamp(LOG, 3)


def test_entries_of_others_stay(place: Place) -> None:
    others = [{"id": "x", "title": "a note"}, {"no": "id"}, {"id": 7}, "text", None, 1.5, [[]]]
    place.write(others)
    _save(place.view(), 1, _minion(1))
    assert place.entries() == [*others, _minion(1)]


def test_what_others_write_meanwhile_stays(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    place.write([*place.entries(), {"id": "x"}])
    _save(view, 2, _minion(2))
    assert place.entries() == [_minion(1), {"id": "x"}, _minion(2)]


def test_keys_that_others_added_to_an_entry_of_ours_stay(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    added = _minion(1, color="red") | {"note": {"by": "bob"}}
    place.write([added])
    _save(view, 2, _minion(1, status="reachable"))
    assert place.entries() == [
        _minion(1, status="reachable", color="red") | {"note": {"by": "bob"}}
    ]


def test_a_text_that_others_added_does_not_outlive_the_secret_that_it_repeats(
    place: Place,
) -> None:
    """One tool repeats all of an entry in lower case, so that it can search for it."""
    view = place.view()
    _save(view, 1, _minion(1, token="Tok-MARKER"))
    added = {"searchableText": "home-1 tok-marker", "copy": "was Tok-MARKER", "note": "tok"}
    place.write([_minion(1, token="Tok-MARKER") | added])
    _save(view, 2, _minion(1))
    assert place.entries() == [_minion(1) | {"note": "tok"}]


def test_what_is_carried_over_stands_there_once_and_as_it_was(place: Place) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    theirs = {"id": "snapshot-1", "fields": {"instanceId": _minion(1)["id"]}, "size": 1.50}
    given = Written(theirs, json.dumps(theirs).replace("1.5", "1.50"))
    relation = {"id": "relation-1", "sourceId": _minion(1)["id"], "targetId": "snapshot-1"}
    for _ in range(2):
        with view.edit() as edit:
            edit.carry_over([given], [Written(relation, json.dumps(relation))])
    assert place.entries() == [_minion(1), theirs]
    assert _stamp(view) == Stamp(LOG, 1)
    with view.edit() as edit:
        assert edit.belonging_to({_minion(1)["id"]}) == {"snapshot-1"}


def test_a_key_of_ours_without_a_value_is_gone(place: Place) -> None:
    """An instance that was restored has no ``deletedAt`` any more."""
    view = place.view()
    _save(view, 1, _minion(1, version="2026.9.6") | {"deletedAt": "2026-11-23T16:00:00.000Z"})
    _save(view, 2, _minion(1))
    assert place.entries() == [_minion(1)]


@pytest.mark.parametrize("fields", [None, [], "text", 5])
def test_an_entry_of_ours_that_was_spoilt_is_made_whole(place: Place, fields: Any) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    place.write([{"id": _minion(1)["id"], "fields": fields, "note": "kept"}])
    _save(view, 2, _minion(1))
    assert place.entries() == [_minion(1) | {"note": "kept"}]


def test_a_damaged_view_is_kept_aside_and_said_so(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    view = place.view()
    _save(view, 1, _minion(1))
    place.damage()
    with caplog.at_level(logging.WARNING, "openclaw_manager"):
        assert _stamp(view) is None
        _save(view, 2, _minion(2))
    assert place.entries() == [_minion(2)]
    assert place.kept_aside() >= 1
    assert "kept" in caplog.text


# Snapshots and relations


def _snapshot(number: int, of: int, **fields: Any) -> Minion:
    return {
        "id": f"5a3f0c1e-0000-4000-8000-{number:012}",
        "title": "Snapshot 2026-11-23T16:00:00.000Z",
        "minionTypeId": "openclaw-snapshot",
        "status": "active",
        "tags": [],
        "createdAt": "2026-11-23T16:00:00.000Z",
        "updatedAt": "2026-11-23T16:00:00.000Z",
        "fields": {"instanceId": _minion(of)["id"], "config": "{}"} | fields,
    }


def _relation(number: int, **more: Any) -> Relation:
    return {
        "id": f"4a3f0c1e-0000-4000-8000-{number:012}",
        "sourceId": _minion(1)["id"],
        "targetId": _snapshot(1, of=1)["id"],
        "type": "parent_of",
        "createdAt": "2026-11-23T16:00:00.000Z",
        "metadata": {},
    } | more


def _show(
    view: View,
    position: int,
    minions: Sequence[Minion] = (),
    relations: Sequence[Relation] = (),
    gone: Sequence[str] = (),
) -> None:
    with view.edit() as edit:
        edit.save(minions, Stamp(LOG, position), relations=relations, gone=gone)


def test_relations_are_kept_like_entries(place: Place) -> None:
    view = place.view()
    _show(view, 1, [_minion(1)], [_relation(1), _relation(2)])
    _show(view, 2, [], [_relation(1, createdAt="2027"), _relation(3)])
    assert place.relations() == [_relation(1, createdAt="2027"), _relation(2), _relation(3)]
    _save(view, 3, _minion(2))
    assert len(place.relations()) == 3


def test_what_is_gone_is_taken_out_and_nothing_else(place: Place) -> None:
    view = place.view()
    place.write([{"id": "x"}, "text", None])
    place.write_relations([{"id": "y"}, 5, {"no": "id"}])
    _show(view, 1, [_minion(1), _snapshot(1, of=1)], [_relation(1)])
    _show(view, 2, gone=[_snapshot(1, of=1)["id"], _relation(1)["id"], "unknown"])
    assert place.entries() == [{"id": "x"}, "text", None, _minion(1)]
    assert place.relations() == [{"id": "y"}, 5, {"no": "id"}]
    _show(view, 3, [_snapshot(1, of=1)], [_relation(1)])
    assert place.entries()[-1] == _snapshot(1, of=1)
    assert place.relations()[-1] == _relation(1)


def test_what_others_added_to_a_snapshot_or_a_relation_stays(place: Place) -> None:
    view = place.view()
    _show(view, 1, [_snapshot(1, of=1)], [_relation(1)])
    place.write([_snapshot(1, of=1, agentCount=1, color="red") | {"note": "kept"}])
    place.write_relations([_relation(1, metadata={"by": "bob"}, weight=5)])
    _show(view, 2, [_snapshot(1, of=1, agentCount=2)], [_relation(1, createdAt="2027")])
    assert place.entries() == [_snapshot(1, of=1, agentCount=2, color="red") | {"note": "kept"}]
    assert place.relations() == [_relation(1, createdAt="2027", metadata={"by": "bob"}, weight=5)]


def test_who_belongs_to_an_instance_is_known_whoever_wrote_it(place: Place) -> None:
    view = place.view()
    theirs = {"id": "x", "fields": {"instanceId": _minion(1)["id"]}}
    strange = [{"fields": {"instanceId": 5}}, {"id": 5, "fields": {"instanceId": "x"}}, None]
    place.write([theirs, *strange])
    _show(view, 1, [_minion(1), _minion(2), _snapshot(1, of=1), _snapshot(2, of=2)])

    def belonging_to(*numbers: int) -> set[str]:
        with view.edit() as edit:
            return edit.belonging_to({_minion(number)["id"] for number in numbers})

    assert belonging_to(1) == {"x", _snapshot(1, of=1)["id"]}
    assert belonging_to(1, 2) == {"x", _snapshot(1, of=1)["id"], _snapshot(2, of=2)["id"]}
    assert belonging_to(3) == belonging_to() == set()
    _show(view, 2, gone=[_snapshot(1, of=1)["id"]])
    assert belonging_to(1) == {"x"}


@pytest.mark.parametrize("relations", [None, {}, "text", {"id": "y"}])
def test_relations_that_are_no_list_stay_and_have_no_place_for_ours(
    place: Place, relations: Any
) -> None:
    place.write_relations(relations)
    view = place.view()
    _show(view, 1, [_minion(1)], [_relation(1)])
    _show(view, 2, gone=[_relation(1)["id"]])
    assert place.relations() == relations
    assert place.entries() == [_minion(1)]


def test_one_edits_at_a_time(place: Place) -> None:
    """Without a lock, eight threads that each add twenty entries would lose some."""

    def work(worker: int) -> None:
        view = place.view()
        for number in range(20):
            with view.edit() as edit:
                position = edit.stamp.position + 1 if edit.stamp else 1
                edit.save([_minion(worker * 100 + number)], Stamp(LOG, position))

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(place.entries()) == 160
    assert _stamp(place.view()) == Stamp(LOG, 160)
