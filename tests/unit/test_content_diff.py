"""How differences between two JSON values are told."""

import json
from typing import Any

import pytest

from openclaw_manager.domain.content.canonical import Json, canonical
from openclaw_manager.domain.content.change import Change
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.errors import ChangeDoesNotFit
from openclaw_manager.domain.content.patch import apply, to_json_patch


def _told(a: Json, b: Json) -> list[tuple[str, str, Json, Json]]:
    assert canonical(apply(diff(a, b), a)) == canonical(b)
    return [(change.op, change.place, change.old, change.new) for change in diff(a, b)]


def _agents(*ids: str, **more: Json) -> list[Json]:
    return [{"id": id_, **more} for id_ in ids]


def test_mappings_are_compared_by_key_and_told_in_the_order_of_keys() -> None:
    assert _told({"z": 1, "b": 2, "same": []}, {"a": 3, "z": None, "same": []}) == [
        ("add", "a", None, 3),
        ("remove", "b", 2, None),
        ("replace", "z", 1, None),
    ]


def test_items_with_ids_are_told_by_id_wherever_they_stand() -> None:
    a: Json = {"agents": [{"id": "main", "model": {"primary": "x"}}, {"id": "old"}]}
    b: Json = {"agents": [{"id": "new"}, {"id": "main", "model": {"primary": "y"}}]}

    assert _told(a, b) == [
        ("replace", "agents[id=main].model.primary", "x", "y"),
        ("remove", "agents[id=old]", {"id": "old"}, None),
        ("add", "agents[id=new]", None, {"id": "new"}),
    ]


@pytest.mark.parametrize(
    "key",
    ["declarationKey", "id", "agentId", "channelId", "nodeId", "deviceId", "key", "name"],
)
def test_items_are_known_by_the_first_id_like_key_that_they_have(key: str) -> None:
    a: Json = [{key: "one", "on": True}, {key: "two", "on": True}]
    b: Json = [{key: "two", "on": False}]

    assert _told(a, b) == [
        ("replace", f"[{key}=two].on", True, False),
        ("remove", f"[{key}=one]", {key: "one", "on": True}, None),
    ]


def test_items_whose_first_key_is_not_unique_are_known_by_the_next() -> None:
    a: Json = [{"agentId": "main", "name": "one", "n": 1}, {"agentId": "main", "name": "two"}]
    b: Json = [{"agentId": "main", "name": "two"}, {"agentId": "main", "name": "one", "n": 2}]

    assert _told(a, b)[0] == ("replace", "[name=one].n", 1, 2)


def test_models_of_one_id_are_told_apart_by_their_provider() -> None:
    a: Json = [{"id": "gpt", "provider": "openai"}, {"id": "gpt", "provider": "azure", "n": 1}]
    b: Json = [{"id": "gpt", "provider": "openai"}, {"id": "gpt", "provider": "azure", "n": 2}]

    assert _told(a, b) == [("replace", "[id=azure/gpt].n", 1, 2)]


def test_another_order_of_the_same_items_is_one_small_change() -> None:
    a, b = _agents("a", "b", "c", big="x" * 1000), _agents("c", "a", "b", big="x" * 1000)

    assert _told(a, b) == [("reorder", ".", None, [2, 0, 1])]


def test_one_item_that_moved_is_one_move_of_a_json_patch() -> None:
    a = _agents(*"abcdefgh")

    for b in (a[1:] + a[:1], a[-1:] + a[:-1]):
        [operation] = to_json_patch(diff({"l": a}, {"l": b}))
        assert operation["op"] == "move"


def test_sequences_are_aligned_so_that_an_insertion_is_one_change() -> None:
    assert _told(["a", "b", "c"], ["new", "a", "b", "c"]) == [("add", "[0]", None, "new")]
    assert _told(["a", "b", "c", "d"], ["a", "c", "d", "e"]) == [
        ("add", "[4]", None, "e"),
        ("remove", "[1]", "b", None),
    ]


def test_long_sequences_that_differ_all_over_are_compared_by_position() -> None:
    a: list[Json] = [f"a{number}" for number in range(500)]
    b: list[Json] = [f"b{number}" for number in range(501)]

    assert len(_told(a, b)) == 501


def test_items_without_ids_are_compared_in_their_place() -> None:
    assert _told([{"x": 1}, {"x": 2}], [{"x": 1}, {"x": 3}]) == [("replace", "[1].x", 2, 3)]


@pytest.mark.parametrize(("a", "b"), [(1, 1.0), (1, True), (0, False), (0.0, -0.0), (None, False)])
def test_what_is_written_differently_differs_however_python_compares_it(a: Json, b: Json) -> None:
    assert _told(a, b) == [("replace", ".", a, b)]
    assert _told({"x": [a]}, {"x": [b]}) == [("replace", "x[0]", a, b)]
    assert len(_told([{"id": "i", "n": a}], [{"id": "i", "n": b}])) == 1


def test_paths_are_json_pointers_and_places_are_for_people() -> None:
    [change] = diff({"a/b": {"~": [{"x y": 1}]}}, {"a/b": {"~": [{"x y": 2}]}})

    assert (change.path, change.place) == ("/a~1b/~0/0/x y", '["a/b"]["~"][0]["x y"]')


def test_a_json_patch_has_the_old_values_besides() -> None:
    patch = to_json_patch(diff({"a": 1, "b": 2}, {"b": 3, "c": 4}))

    assert patch == [
        {"op": "remove", "path": "/a", "old": 1},
        {"op": "replace", "path": "/b", "value": 3, "old": 2},
        {"op": "add", "path": "/c", "value": 4},
    ]


def test_applying_changes_leaves_what_was_given_alone() -> None:
    a: Json = {"list": _agents("a", "b"), "gone": 1}
    b: Json = {"list": _agents("b", "c", n=[1]), "new": {"deep": [1]}}
    changes = diff(a, b)
    before = canonical([a, b])

    made: Any = apply(changes, a)
    made["new"]["deep"].append(2)
    made["list"].clear()

    assert canonical([a, b]) == before


@pytest.mark.parametrize(
    "change",
    [
        Change("remove", "/gone", "", 1, None),
        Change("replace", "/gone", "", 1, 2),
        Change("replace", "/list/7", "", 1, 2),
        Change("replace", "/list/x", "", 1, 2),
        Change("replace", "/list/-1", "", 1, 2),
        Change("add", "/list/3", "", None, 2),
        Change("add", "/text/x", "", None, 2),
        Change("reorder", "/list", "", None, [0, 0]),
        Change("reorder", "/text", "", None, [0]),
    ],
    ids=lambda change: f"{change.op} {change.path}",
)
def test_a_change_that_does_not_fit_is_refused(change: Change) -> None:
    with pytest.raises(ChangeDoesNotFit, match="could be changed like this"):
        apply([change], {"list": [1, 2], "text": "x"})


def test_changes_do_not_depend_on_the_order_of_keys() -> None:
    a: Json = {"b": {"x": 1, "y": [1]}, "a": 1}
    b: Json = {"b": {"y": [2], "x": 2}, "a": 2}
    shuffled = json.loads(json.dumps(b, sort_keys=True)), json.loads(json.dumps(a, sort_keys=True))

    assert diff(a, b) == diff(shuffled[1], shuffled[0])
