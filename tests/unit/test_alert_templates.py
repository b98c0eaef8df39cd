"""The texts of alerts: what is put into them, and which can never be sent."""

import json
from urllib.parse import parse_qs

import pytest

from openclaw_manager.adapters.alerts.template import MessageTemplate
from openclaw_manager.application.ports.alert_channel import AlertMessage

MESSAGE = AlertMessage(
    "slack",
    "down",
    title='the "big" one is down',
    text="back\\slash & ünïcode $name",
    at="2026-11-23T12:00:00.000Z",
    name='the "big" one',
    tags=("env=prod", "eu"),
    failures=3,
    duration_seconds=90.5,
)


def _filled(text: str, content_type: str) -> str:
    return MessageTemplate(text, content_type).filled(MESSAGE.words())


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", "text/x+json"]
)
def test_what_is_put_into_json_is_escaped(content_type: str) -> None:
    filled = _filled('{"text": "${title}: $text", "n": $failures}', content_type)
    assert json.loads(filled) == {
        "text": 'the "big" one is down: back\\slash & ünïcode $name',
        "n": 3,
    }


def test_what_is_put_into_a_form_is_encoded() -> None:
    filled = _filled("a=$title&b=$text", "application/x-www-form-urlencoded")
    assert parse_qs(filled) == {"a": [MESSAGE.title], "b": [MESSAGE.text]}


def test_what_is_put_into_plain_text_is_as_it_is() -> None:
    assert _filled("$title, $$5, $tags, $detail.", "text/plain") == (
        'the "big" one is down, $5, env=prod eu, .'
    )


@pytest.mark.parametrize(
    ("text", "content_type", "problem"),
    [
        ("$nmae", "", r"^has \$nmae, and there is only alert, about, title, text, at, .*Seconds$"),
        ("${title} ${", "", r"^has a \$ that begins no placeholder; a \$ itself is written \$\$$"),
        ("100 $", "", r"^has a \$ that begins no placeholder"),
        ("$1", "", r"^has a \$ that begins no placeholder"),
        ('{"a": $title}', "application/json", r"^is no JSON once it is filled in \(line 1, col"),
        ('{"a": "$title"', "application/json", r"^is no JSON once it is filled in \(line 1, col"),
        ("", "application/json", r"^is no JSON once it is filled in \(line 1, column 1\)$"),
        ("[" * 100_000, "application/json", r"^is nested too deep$"),
    ],
)
def test_a_text_that_can_never_be_sent_is_refused_at_once(
    text: str, content_type: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        MessageTemplate(text, content_type)


def test_a_message_is_one_document_and_as_many_words() -> None:
    document, words = MESSAGE.document(), MESSAGE.words()
    assert document.keys() == words.keys()
    assert document["tags"] == ["env=prod", "eu"]
    assert document["durationSeconds"] == 90.5
    assert document["incident"] is None
    assert (words["tags"], words["durationSeconds"], words["incident"]) == (
        "env=prod eu",
        "90.5",
        "",
    )
    assert json.loads(json.dumps(document)) == document
