"""What becomes of ``data.json``: a file that others read and write as well."""

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.adapters.data_json.file import DataJson
from openclaw_manager.adapters.data_json.look import look_at
from openclaw_manager.application.ports.view import Minion, Written
from openclaw_manager.domain.errors import StoreLocked, StoreUnavailable
from openclaw_manager.domain.stamp import Stamp

LOG = "0a0a0a0a-0000-4000-8000-000000000001"
OURS = "6a3f0c1e-0000-4000-8000-000000000001"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


@pytest.fixture
def view(path: Path) -> DataJson:
    return DataJson(path, lock_timeout=10)


def _minion(status: str = "registered") -> Minion:
    return {
        "id": OURS,
        "title": "Küche",
        "minionTypeId": "openclaw-instance",
        "status": "active",
        "tags": [],
        "createdAt": "2026-11-23T16:00:00.000Z",
        "updatedAt": "2026-11-23T16:00:00.000Z",
        "fields": {"url": "ws://host", "status": status},
    }


def _save(view: DataJson, *minions: Minion, position: int = 1) -> None:
    with view.edit() as edit:
        edit.save(minions, Stamp(LOG, position))


def _asides(path: Path) -> list[Path]:
    return sorted(path.parent.glob("data.json.damaged-*"))


def test_a_new_file_has_the_shape_that_other_tools_read(view: DataJson, path: Path) -> None:
    _save(view, _minion(), position=17)
    assert path.read_text() == (
        '{"minions": [\n'
        f'{{"id": "{OURS}", "title": "Küche", "minionTypeId": "openclaw-instance", '
        '"status": "active", "tags": [], "createdAt": "2026-11-23T16:00:00.000Z", '
        '"updatedAt": "2026-11-23T16:00:00.000Z", '
        '"fields": {"url": "ws://host", "status": "registered"}}\n'
        "],\n"
        '"relations": [],\n'
        f'"openclawManager": {{"schema": 1, "store": "{LOG}", "position": 17}}}}\n'
    )


def test_a_file_without_entries_has_all_members(view: DataJson, path: Path) -> None:
    _save(view, position=0)
    assert json.loads(path.read_text()) == {
        "minions": [],
        "relations": [],
        "openclawManager": {"schema": 1, "store": LOG, "position": 0},
    }


def test_every_file_is_for_its_owner_alone(view: DataJson, path: Path) -> None:
    """Also where another tool had written the view for everybody to read."""
    path.write_text('{"minions": []}')
    path.chmod(0o644)
    _save(view, _minion())
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


AS_OTHERS_WRITE = [
    "1.10",
    "1e400",
    "-0.0",
    "1E5",
    "12345678901234567890.5",
    "123456789012345678901234567890",
    r'"\u00fc\/\ud83e\udd9e"',
    r'"\ud800 alone"',
    '"ü🦞"',
    '{"a": 1, "a": 2}',
    "[ 1 ,2,\t3 ]",
    "{ }",
    "null",
    '{"deep": ' + "[" * 200 + "]" * 200 + "}",
]


@pytest.mark.parametrize("text", AS_OTHERS_WRITE)
def test_what_others_wrote_stays_byte_for_byte(view: DataJson, path: Path, text: str) -> None:
    """As an entry, within an entry, as a relation, as a member, and added to an entry of ours."""
    ours = json.dumps(_minion()).replace(
        '"fields": {', f'"note \\ud800":  {text} , "fields": {{"\\u0061dded": {text}, '
    )
    path.write_text(
        '{ "note\\ud800 ":' + text + ',\n "minions" : [' + text + ', {"id": "x", "v": ' + text
        + "},\n\n " + ours + ' ], "relations": [' + text + "],"
        + f'"openclawManager": {{"schema": 1, "store": "{LOG}", "position": 1}} }}\n'
    )  # fmt: skip
    _save(view, _minion("reachable"), position=2)
    written = path.read_text()
    for kept in (
        f'"note\\ud800 ": {text},',
        f'"minions": [\n{text},\n{{"id": "x", "v": {text}}},\n',
        f'"relations": [{text}],',
        f'"note \\ud800": {text}',
        f'"\\u0061dded": {text}',
    ):
        assert kept in written
    entry = json.loads(written)["minions"][2]
    assert entry["fields"]["status"] == "reachable"
    assert entry.keys() == {*_minion(), "note \ud800"}


def test_an_unknown_document_of_another_tool_is_joined(view: DataJson, path: Path) -> None:
    path.write_text('{"users": [1.10], "relations": [{"id": "r"}]}')
    _save(view, _minion())
    assert path.read_text().startswith('{"minions": [\n{"id"')
    assert json.loads(path.read_text()) | {"minions": [], "openclawManager": None} == {
        "minions": [],
        "relations": [{"id": "r"}],
        "users": [1.1],
        "openclawManager": None,
    }


def test_order_and_members_stay_as_they_are_however_often_it_is_written(
    view: DataJson, path: Path
) -> None:
    path.write_text('{"z": 1.10, "minions": [{"id": "x"}], "a": [ ]}')
    _save(view, _minion())
    first = path.read_bytes()
    _save(view, _minion())
    _save(DataJson(path, lock_timeout=10), _minion())
    assert path.read_bytes() == first


DAMAGES = {
    "truncated": b'{"minions": [\n{"id": "6a3f',
    "cut after an entry": b'{"minions": [\n{"id": "x"}',
    "empty": b"",
    "blank": b" \n\t ",
    "zeros": bytes(4096),
    "not UTF-8": b'{"minions": [{"id": "\xff\xfe"}]}',
    "UTF-16": '{"minions": []}'.encode("utf-16"),
    "a mark alone": b"\xef\xbb\xbf",
    "an array": b"[]",
    "a text": b'"minions"',
    "no JSON": b"minions: []",
    "minions an object": b'{"minions": {"id": "x"}}',
    "minions null": b'{"minions": null}',
    "something behind it": b'{"minions": []}{"minions": []}',
    "a comma too many": b'{"minions": [{"id": "x"},]}',
    "a comma too few": b'{"minions": [{"id": "x"} {"id": "y"}]}',
    "no colon": b'{"minions" []}',
    "a number for a key": b'{1: 2, "minions": []}',
    "control characters": b'{"minions": [{"id": "a\nb"}]}',
    "NaN": b'{"minions": [{"id": "x", "ms": NaN}]}',
    "Infinity": b'{"minions": [], "x": [-Infinity]}',
    "too deep": b'{"minions": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    "too deep to end": b'{"minions": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_kept_aside_and_never_read_as_empty(
    view: DataJson, path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(DAMAGES[damage])
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING, "openclaw_manager"), view.edit() as edit:
        assert edit.stamp is None
        assert path.read_bytes() == DAMAGES[damage], "nobody finds the file missing meanwhile"
        edit.save([_minion()], Stamp(LOG, 1))
    [aside] = _asides(path)
    assert aside.read_bytes() == DAMAGES[damage]
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600, "it may hold secrets"
    [said] = caplog.messages
    assert said.startswith(f"{path} ")
    assert said.endswith(f": it was kept as {aside.name} and made anew from the log")
    assert json.loads(path.read_text())["minions"] == [_minion()]


@pytest.mark.parametrize("damage", DAMAGES)
def test_whoever_only_looks_takes_the_same_files_for_damaged(path: Path, damage: str) -> None:
    path.write_bytes(DAMAGES[damage])
    assert look_at(str(path)) == ([], None)
    assert path.read_bytes() == DAMAGES[damage]


def test_a_damaged_file_that_could_not_be_replaced_is_kept_aside_once(
    view: DataJson, path: Path
) -> None:
    path.write_bytes(b"damaged")
    for _ in range(3):
        with view.edit():
            pass
    assert len(_asides(path)) == 1
    _save(view, _minion())
    path.write_bytes(b"damaged again")
    _save(view, _minion())
    assert {aside.read_bytes() for aside in _asides(path)} == {b"damaged", b"damaged again"}


def test_a_byte_order_mark_is_no_harm(view: DataJson, path: Path) -> None:
    path.write_bytes(b'\xef\xbb\xbf{"minions": [{"id": "x"}], "relations": []}')
    assert look_at(str(path)) == ([{"id": "x"}], None)
    _save(view, _minion())
    assert json.loads(path.read_text())["minions"] == [{"id": "x"}, _minion()]
    assert _asides(path) == []


@pytest.mark.parametrize(
    "stamp",
    [
        "null",
        "17",
        "[]",
        "{}",
        '{"schema": 2, "store": "x", "position": 1}',
        '{"schema": 1, "store": 7, "position": 1}',
        '{"schema": 1, "store": "x", "position": "1"}',
        '{"schema": 1, "store": "x", "position": 1.0}',
        '{"schema": 1, "store": "x"}',
    ],
)
def test_a_stamp_that_is_not_ours_is_none(view: DataJson, path: Path, stamp: str) -> None:
    path.write_text(f'{{"minions": [], "openclawManager": {stamp}}}')
    assert look_at(str(path))[1] is None
    with view.edit() as edit:
        assert edit.stamp is None


def test_a_stamp_is_read_alike_by_all(view: DataJson, path: Path) -> None:
    _save(view, _minion(), position=17)
    assert look_at(str(path)) == ([_minion()], Stamp(LOG, 17))
    with DataJson(path, lock_timeout=10).edit() as edit:
        assert edit.stamp == Stamp(LOG, 17)


def test_an_entry_that_stands_there_twice_is_ours_once(view: DataJson, path: Path) -> None:
    """A tool that appends what it changed must not leave a stale entry for readers to find."""
    _save(view, _minion())
    document = json.loads(path.read_text())
    document["minions"] += [document["minions"][0] | {"note": "copied"}, {"id": "x"}]
    path.write_text(json.dumps(document))
    _save(view, _minion("reachable"), position=2)
    entries = json.loads(path.read_text())["minions"]
    assert entries == [_minion("reachable") | {"note": "copied"}, {"id": "x"}]


def test_readers_see_the_old_file_or_the_new_one(view: DataJson, path: Path) -> None:
    """The file that a reader has open is never written into."""
    _save(view, _minion())
    with path.open("rb") as reading:
        before = path.read_bytes()
        _save(view, _minion("reachable"), position=2)
        assert reading.read() == before
    assert sorted(os.listdir(path.parent)) == ["data.json", "data.json.lock"]


def test_a_draft_that_a_killed_process_left_is_written_over(view: DataJson, path: Path) -> None:
    draft = path.with_name(".data.json.new")
    draft.write_text("left over, and longer than what comes " * 100)
    draft.chmod(0o644)
    _save(view, _minion())
    assert json.loads(path.read_text())["minions"] == [_minion()]
    assert not draft.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_draft_that_leads_elsewhere_is_not_followed(view: DataJson, path: Path) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_text("precious")
    path.with_name(".data.json.new").symlink_to(elsewhere)
    with pytest.raises(StoreUnavailable):
        _save(view, _minion())
    assert elsewhere.read_text() == "precious"
    _save(view, _minion())
    assert elsewhere.read_text() == "precious"


HOLD = """
import sys
from fcntl import LOCK_EX, flock
with open(sys.argv[1], "w") as file:
    flock(file, LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Let another process hold the lock of the file."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, f"{path}.lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("\n", timeout=30)


def test_a_lock_that_is_held_too_long_is_said_and_nothing_is_changed(
    view: DataJson, path: Path
) -> None:
    _save(view, _minion())
    with _held(path):
        with pytest.raises(StoreLocked) as refusal:
            _save(DataJson(path, lock_timeout=0.2), _minion("reachable"))
        assert str(refusal.value) == (f"{path}.lock: another process held it for longer than 0.2 s")
        assert look_at(str(path))[0] == [_minion()], "looking takes no lock"
    _save(view, _minion("reachable"))
    assert look_at(str(path))[0] == [_minion("reachable")]


def test_a_home_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be locked"):
        _save(DataJson(tmp_path / "file" / "data.json", lock_timeout=1), _minion())
    with pytest.raises(StoreUnavailable, match="cannot be read: Not a directory"):
        look_at(str(tmp_path / "file" / "data.json"))


def test_a_folder_in_place_of_the_file_is_one_sentence(view: DataJson, path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be read: Is a directory"):
        _save(view, _minion())


def test_changing_one_entry_of_many_leaves_the_others_as_they_are(
    view: DataJson, path: Path
) -> None:
    """Ten thousand entries are not taken apart and put together for one."""
    others: list[Any] = [{"id": f"other-{number}", "ms": 1.5} for number in range(10_000)]
    path.write_text(json.dumps({"minions": others}))
    _save(view, _minion())
    _save(view, _minion("reachable"), position=2)
    assert json.loads(path.read_text())["minions"] == [*others, _minion("reachable")]


# What others wrote elsewhere, and what they repeat


def test_what_is_carried_over_keeps_every_digit(view: DataJson, path: Path) -> None:
    _save(view, _minion())
    text = '{"id":"s-1", "fields": {"instanceId": "x"}, "n": [1.50, 1e400, 0.1000], "t": "\\ud800"}'
    with view.edit() as edit:
        edit.carry_over([Written(json.loads(text), text)], [])
    assert text in path.read_text()
    _save(view, _minion("reachable"), position=2)
    assert text in path.read_text()


def test_relations_that_are_no_list_have_no_place_for_more(view: DataJson, path: Path) -> None:
    path.write_text('{"minions": [], "relations": {"theirs": 1}}')
    _save(view, _minion())
    relation = {"id": "r-1", "sourceId": "a", "targetId": "b"}
    with view.edit() as edit:
        edit.carry_over([], [Written(relation, json.dumps(relation))])
    assert json.loads(path.read_text())["relations"] == {"theirs": 1}


def test_carrying_over_what_is_here_writes_nothing(view: DataJson, path: Path) -> None:
    _save(view, _minion())
    before = path.stat().st_ino
    with view.edit() as edit:
        edit.carry_over([Written({"id": _minion()["id"]}, "{}")], [])
    assert path.stat().st_ino == before


@pytest.mark.parametrize(
    ("key", "value", "stays"),
    [
        ("searchableText", "home abc ws://host", False),
        ("searchableText", "home ws://host", True),
        ("note", "the abc of it", True),
        ("note", "miievqibadanbgkq is the second line", False),
        ("notes", [{"deep": ["MIIEvQIBADANBgkq"]}], False),
        ("notes", {"MIIEvQIBADANBgkq": 1}, False),
        ("notes", {"other": [1, None, True, "text"]}, True),
    ],
)
def test_a_short_secret_may_be_a_word_of_a_note_and_a_long_one_or_a_line_of_a_key_is_not(
    view: DataJson, path: Path, key: str, value: Any, stays: bool
) -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nAASC\n-----END PRIVATE KEY-----\n"
    minion = _minion()
    secrets = {"token": "abc", "devicePrivateKey": pem}
    theirs = minion | {key: value, "fields": minion["fields"] | secrets | {key: value}}
    path.write_text(json.dumps({"minions": [theirs]}))
    _save(view, minion)
    [entry] = json.loads(path.read_text())["minions"]
    assert (key in entry, key in entry["fields"]) == (stays, stays)
