"""How a difference is told: a line for each place, short, and safe on any terminal."""

import json

import click
import pytest

from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.text import is_printable
from openclaw_manager.entrypoints.cli.changes import write_changes


def told(
    a: Json, b: Json, capsys: pytest.CaptureFixture[str], output: str = "table"
) -> tuple[str, str]:
    write_changes(diff(a, b), ("before", "after"), output)
    said = capsys.readouterr()
    return click.unstyle(said.out), said.err


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        ({}, {"model": "gpt"}, '+ model: "gpt"'),
        ({"model": "gpt"}, {}, '- model: "gpt"'),
        ({"model": "gpt"}, {"model": None}, '~ model: "gpt" -> null'),
        (
            {"list": [{"id": "main", "n": 1}]},
            {"list": [{"id": "main", "n": 2}]},
            "~ list[id=main].n: 1 -> 2",
        ),
        (
            {"list": [{"id": "a"}, {"id": "b"}]},
            {"list": [{"id": "b"}, {"id": "a"}]},
            "~ list: in another order",
        ),
        ({"a": 1}, [1], '~ .: {"a": 1} -> [1]'),
    ],
)
def test_each_place_is_one_line(
    a: Json, b: Json, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(a, b, capsys)[0] == f"--- before\n+++ after\n{line}\n"


def test_a_long_value_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told({}, {"notes": "x" * 10_000}, capsys)

    assert out.splitlines()[-1] == f'+ notes: "{"x" * 59}…'


def test_of_long_texts_is_shown_where_they_begin_to_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    same = "the same words again and again, " * 10
    out, _ = told({"notes": same + "old"}, {"notes": same + "new"}, capsys)

    assert out.splitlines()[-1] == '~ notes: …nd again, old" -> …nd again, new"'


def test_what_a_gateway_says_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in a key nor in a value, and half a character breaks nothing."""
    out, _ = told({}, {"\x9b2J\u202e": "\x1b[31m\udcff"}, capsys)

    assert all(map(is_printable, out.splitlines()))
    assert "\\u009b2J\\u202e" in out


def test_no_difference_is_told_beside_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert told({"a": 1}, {"a": 1}, capsys) == ("", "no difference between before and after\n")
    assert told({"a": 1}, {"a": 1}, capsys, "json") == ("[]\n", "")


def test_json_is_a_patch_with_old_values(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = told({"a": 1, "b": 2}, {"a": 3}, capsys, "json")

    assert json.loads(out) == [
        {"op": "replace", "path": "/a", "value": 3, "old": 1},
        {"op": "remove", "path": "/b", "old": 2},
    ]


def test_names_are_the_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert told({"a": 1}, {"b": {"c": 3}}, capsys, "name")[0] == "a\nb\n"
