"""Tags: which are taken, and what adding and dropping leads to."""

import pytest

from openclaw_manager.domain.errors import InvalidTag
from openclaw_manager.domain.tag import Tag, retagged


@pytest.mark.parametrize(
    "text", ["prod", "site=home", "k=", "a.b_c/d-e=x:y@z+1", "1", "K" * 63 + "=" + "v" * 63]
)
def test_words_and_pairs_are_tags(text: str) -> None:
    assert Tag(text) == text
    assert Tag(text).key == text.partition("=")[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "two words",
        "-dash",
        ".dot",
        "=value",
        "a=b=c",
        "prod\n",
        "prod\x00",
        "küche",
        "k=" + "v" * 64,
        "k" * 64,
        "k=a b",
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InvalidTag) as refusal:
        Tag(text)
    assert str(refusal.value) == (
        f"the tag {text!r} is not a word or key=value of letters, digits and . _ / -"
    )


def _tags(*texts: str) -> list[Tag]:
    return [Tag(text) for text in texts]


@pytest.mark.parametrize(
    ("before", "add", "drop", "after"),
    [
        ([], ["b", "a", "b"], [], ["a", "b"]),
        (["a"], ["a"], [], ["a"]),
        (["site=home"], ["site=office"], [], ["site=office"]),
        (["site"], ["site=office"], [], ["site=office"]),
        (["site=home", "prod"], [], ["site"], ["prod"]),
        (["site=home", "prod"], [], ["site=home"], ["prod"]),
        (["site=home"], [], ["site=office"], ["site=home"]),
        (["prod"], ["prod"], ["prod"], ["prod"]),
        (["a", "b"], [], ["nothing"], ["a", "b"]),
    ],
)
def test_an_instance_has_one_tag_for_each_key_in_order(
    before: list[str], add: list[str], drop: list[str], after: list[str]
) -> None:
    assert retagged(before, _tags(*add), drop) == after
