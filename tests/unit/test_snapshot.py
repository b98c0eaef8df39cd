"""What a snapshot says, and how little of it is new from one to the next."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.configuration import configuration_in
from openclaw_manager.domain.content.counts import count_in
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.errors import InstanceRemoved, InvalidVersion
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.outline import OUTLINE_BEGINNING, Outline
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.domain.stored_content import StoredContent
from openclaw_manager.domain.version import is_below

FAILED = SectionFailed(SectionCause.TIMEOUT, "nothing after 5 s", None)
OUTLINE = Outline(
    contents={Section.STATUS: "sha256:1", Section.AGENTS: "sha256:2"},
    failures={Section.CONFIG: FAILED},
    volatile={Section.STATUS: {"/pid": 7, "/tasks": {"b": [1, None], "a": "x"}}},
)


def _with(values: dict[str, Json]) -> Outline:
    return Outline(OUTLINE.contents, OUTLINE.failures, {Section.STATUS: values})


def test_an_outline_is_read_as_it_was_written() -> None:
    text = OUTLINE.text()
    assert Outline.read(text) == OUTLINE
    assert text.startswith(OUTLINE_BEGINNING)


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"sections":{"x":{}}}', '{"sections":{"cron":{"cause":"x"}}}']
)
def test_what_is_no_outline_is_not_read_as_one(text: str) -> None:
    with pytest.raises((ValueError, LookupError, TypeError)):
        Outline.read(text)


def test_only_the_values_that_are_others_are_written() -> None:
    other = _with({"/tasks": {"a": "x", "b": [2, None]}, "/pid": 7})
    assert OUTLINE.fits(other)
    values = OUTLINE.values_of(other)
    assert values == "[2,2]"
    assert OUTLINE.with_values(values) == other.volatile
    assert OUTLINE.values_of(OUTLINE) == "[]"


@pytest.mark.parametrize(
    "other",
    [
        _with({"/pid": 7}),
        _with({"/pid": 7, "/tasks": {"b": [1], "a": "x"}}),
        _with({"/pid": [7], "/tasks": {"b": [1, None], "a": "x"}}),
        Outline({}, OUTLINE.failures, OUTLINE.volatile),
        Outline(OUTLINE.contents, {}, OUTLINE.volatile),
        Outline(OUTLINE.contents, OUTLINE.failures, {}),
    ],
)
def test_what_differs_in_more_than_values_does_not_fit(other: Outline) -> None:
    assert not OUTLINE.fits(other)


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, 1.0), ("", None)])
def test_values_of_other_types_are_others(old: Json, new: Json) -> None:
    one, other = _with({"/x": old}), _with({"/x": new})
    assert repr(one.with_values(one.values_of(other))) == repr(other.volatile)


def test_the_id_of_a_content_follows_from_its_hash() -> None:
    ids = {StoredContent.create_id(hash_) for hash_ in ("sha256:1", "sha256:2", "sha256:1")}
    assert len(ids) == 2
    assert StoredContent.create_id("sha256:1") == UUID("edc7e392-b904-5ae6-be3c-f03c0de49efd")


def test_a_removed_instance_takes_no_snapshot() -> None:
    by = Provenance(datetime(2026, 11, 23, tzinfo=UTC), "ada@lovelace")
    name, url = InstanceName("home"), GatewayUrl("ws://host")
    instance = Instance.register(UUID(int=9), name, url, NO_CREDENTIALS, [], by)
    instance.keep_snapshot(UUID(int=1), by)
    assert instance.last_snapshot == str(UUID(int=1))
    instance.remove(by)
    with pytest.raises(InstanceRemoved):
        instance.keep_snapshot(UUID(int=2), by)


# What is in a content


@pytest.mark.parametrize(
    ("section", "content", "count"),
    [
        (Section.AGENTS, {"agents": [{"id": "main"}, {"id": "other"}]}, 2),
        (Section.AGENTS, {"items": []}, 0),
        (Section.AGENTS, {"agents": None, "items": [1]}, 1),
        (Section.AGENTS, {"agents": 5}, None),
        (Section.AGENTS, [1, 2], None),
        (Section.AGENTS, "text", None),
        (Section.CHANNELS, {"channels": {"telegram": {}, "slack": {}}, "channelOrder": []}, 2),
        (Section.MODELS, {"models": [1]}, 1),
        (Section.CRON, {"jobs": [1], "items": [1]}, None),
    ],
)
def test_things_are_counted_where_they_are_listed(
    section: Section, content: Json, count: int | None
) -> None:
    assert count_in(section, content) == count


def test_the_configuration_in_a_content_is_the_one_or_all_of_it() -> None:
    assert configuration_in({"path": "x", "configuration": {"a": 1}}) == {"a": 1}
    assert configuration_in({"items": []}) == {"items": []}
    assert configuration_in(None) is None


def test_a_line_of_our_key_is_redacted_wherever_it_stands() -> None:
    lines = ["MC4CAQAwBQYDK2VwBCIEIN0123456789", "short", "abcdefghijklmnopqrstuvwx"]
    key = "\n".join(("-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"))
    value: Json = [lines[0], f"x{lines[0]}{lines[2]}y", "short", "-----END PRIVATE KEY-----"]
    assert redacted(value, [key]) == [
        "[redacted]",
        "x[redacted][redacted]y",
        "short",
        "-----END PRIVATE KEY-----",
    ]


# Versions


@pytest.mark.parametrize(
    ("version", "least", "below"),
    [
        ("2026.9.6", "2026.9.6", False),
        ("2026.9.6", "2026.9.10", True),
        ("2026.10.0", "2026.9.10", False),
        ("2026.9", "2026.9.0", False),
        ("v2026.9.6", "2026.9.6", False),
        ("2026.9.6-beta.2", "2026.9.6", True),
        ("2026.9.6-beta.2", "2026.9.6-beta.10", True),
        ("2026.9.6-1", "2026.9.6", False),
        ("2026.9.6", "2026.9.6-1", True),
        ("2026.9.6+build.5", "2026.9.6", False),
        ("dev", "2026.9.6", True),
        ("", "0", True),
        (None, "0", True),
    ],
)
def test_versions_are_in_the_order_of_their_release(
    version: str | None, least: str, *, below: bool
) -> None:
    assert is_below(version, least) is below


@pytest.mark.parametrize("least", ["", "newest", "2026.", "2026.9.6 or later", "9" * 5000])
def test_what_is_no_version_cannot_be_the_least(least: str) -> None:
    with pytest.raises(InvalidVersion):
        is_below("2026.9.6", least)
