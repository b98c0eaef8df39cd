"""The one text of a JSON value, and its name."""

import json
import re

import pytest

from openclaw_manager.domain.content.canonical import DEEPEST, Json, canonical, content_hash
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.content.volatile import split_volatile
from openclaw_manager.domain.section import Section


def _nested(levels: int, *, in_mappings: bool) -> Json:
    value: Json = "core"
    for _ in range(levels):
        value = {"in": value} if in_mappings else [value]
    return value


def test_keys_are_sorted_and_nothing_is_spaced_or_escaped() -> None:
    assert canonical({"b": [1, 2.50, True, None], "a": "é🔐\n"}) == (
        '{"a":"é🔐\\n","b":[1,2.5,true,null]}'
    )


def test_numbers_that_are_written_differently_are_different() -> None:
    texts = {canonical(value) for value in (1, 1.0, True, -1, 0.0, -0.0)}

    assert len(texts) == 6


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_no_json_has_is_refused(text: str) -> None:
    with pytest.raises(ContentRefused, match="a number that JSON cannot express"):
        canonical({"deep": [json.loads(text)]})


@pytest.mark.parametrize("in_mappings", [True, False])
@pytest.mark.parametrize("levels", [DEEPEST + 1, 1000, 100_000])
def test_what_is_nested_too_deep_is_refused_by_all(levels: int, in_mappings: bool) -> None:
    value = _nested(levels, in_mappings=in_mappings)

    for use in (
        canonical,
        redacted,
        lambda deep: split_volatile(Section.CONFIG, deep),
        lambda deep: diff({}, deep),
        lambda deep: diff(deep, {}),
    ):
        with pytest.raises(ContentRefused, match="nested deeper than 256 levels"):
            use(value)


@pytest.mark.parametrize("in_mappings", [True, False])
def test_what_is_nested_as_deep_as_may_be_is_taken_by_all(in_mappings: bool) -> None:
    value = _nested(DEEPEST, in_mappings=in_mappings)
    other = json.loads(canonical(value).replace("core", "changed"))

    assert canonical(redacted(value)) == canonical(value)
    assert canonical(split_volatile(Section.CONFIG, value)[0]) == canonical(value)
    assert [change.new for change in diff(value, other)] == ["changed"]


def test_half_a_character_stays_escaped_so_that_the_text_can_be_encoded() -> None:
    """JavaScript cuts texts between the halves of an emoji, and its JSON says so."""
    cut = json.loads('"half \\ud83d"')

    text = canonical([cut])

    assert text == '["half \\ud83d"]'
    assert json.loads(text) == [cut]
    assert content_hash(text)


def test_a_hash_names_its_algorithm() -> None:
    assert content_hash("{}") == (
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )
    assert re.fullmatch("sha256:[0-9a-f]{64}", content_hash("é"))
