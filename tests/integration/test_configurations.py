"""The configuration of a gateway as it was last captured, and how a file differs from it."""

import json
from pathlib import Path

import pytest

from assembly import Core, core_in
from captures import capture, let_hold, register
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.content.marks import REDACTED_BY_GATEWAY
from openclaw_manager.domain.errors import NeverCaptured, SectionNotCaptured
from openclaw_manager.domain.section import Section

CAPTURED: Json = {
    "meta": {"lastTouchedVersion": "2026.9.6"},
    "gateway": {"port": 18789, "auth": {"token": REDACTED_BY_GATEWAY}},
    "models": {"baseUrl": REDACTED_BY_GATEWAY, "apiKey": "sk-live-0123456789"},
    "agents": {"list": [{"id": "main", "args": ["--token", REDACTED_BY_GATEWAY]}]},
}
FILE: Json = {
    "meta": {"lastTouchedVersion": "2026.3.28"},
    "gateway": {"port": 18789, "auth": {"token": "tok-0123456789"}},
    "models": {"baseUrl": "https://x.example/v1?key=abc", "apiKey": "${API_KEY}"},
    "agents": {"list": [{"id": "main", "args": ["--token", "tok-0123456789"]}]},
}


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", token="tok-0123456789")
    return core


def _answer(configuration: Json) -> dict[Section, Json]:
    return {Section.CONFIG: {"path": "x", "parsed": configuration, "resolved": configuration}}


def _changes(core: Core, given: Json) -> list[tuple[str, str, Json, Json]]:
    _, changes = core.configurations.diff("home", given)
    return [(one.op, one.place, one.old, one.new) for one in changes]


def test_the_configuration_is_the_one_of_the_latest_capture_that_has_one(core: Core) -> None:
    first = capture(core, "home", _answer({"a": 1}))
    capture(core, "home", {Section.AGENTS: {}})
    assert core.configurations.of("home") == (first, {"a": 1})


def test_without_any_the_error_says_what_there_is(core: Core) -> None:
    with pytest.raises(NeverCaptured):
        core.configurations.of("home")
    capture(core, "home", {Section.AGENTS: {}})
    with pytest.raises(SectionNotCaptured) as refusal:
        core.configurations.of("home")
    assert str(refusal.value).endswith("of 'home' has no config: not-offered")


def test_secrets_and_notes_of_the_gateway_are_no_changes(core: Core) -> None:
    capture(core, "home", _answer(CAPTURED))
    assert _changes(core, FILE) == []


def test_a_change_in_a_file_is_that_change(core: Core) -> None:
    capture(core, "home", _answer(CAPTURED))
    changed = json.loads(json.dumps(FILE))
    changed["gateway"]["port"] = 1
    changed["hooks"] = {"token": "tok-0123456789", "url": "https://x.example/tok-0123456789"}
    del changed["models"]["apiKey"]
    assert _changes(core, changed) == [
        ("replace", "gateway.port", 18789, 1),
        (
            "add",
            "hooks",
            None,
            {"token": "[redacted]", "url": "https://x.example/[redacted]"},
        ),
        ("remove", "models.apiKey", "[redacted]", None),
    ]


@pytest.mark.parametrize("given", [json.loads("[" * 300 + "]" * 300), {"x": float("nan")}])
def test_a_file_that_no_gateway_could_have_is_refused(core: Core, given: Json) -> None:
    capture(core, "home", _answer(CAPTURED))
    with pytest.raises(ContentRefused):
        core.configurations.diff("home", given)


@pytest.mark.parametrize("given", [None, [], "text", 5])
def test_a_file_of_another_kind_differs_as_a_whole(core: Core, given: Json) -> None:
    let_hold(core, "home", _answer({"a": 1}))
    capture(core, "home")
    assert _changes(core, given) == [("replace", ".", {"a": 1}, given)]
