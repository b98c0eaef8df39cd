"""What a capture keeps of a gateway's answers, on the real store."""

import asyncio
import base64
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from assembly import Core, core_in
from captures import capture, find, let_hold, recorded_answers, register, url_of
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.snapshot_view import SectionState, SnapshotView
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.secret import OWN_DEVICE
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.domain.snapshot import Snapshot
from openclaw_manager.domain.stored_content import StoredContent

AGENTS: Json = {"defaultId": "main", "agents": [{"id": "main"}, {"id": "other"}]}


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", "office", token="tok-0123456789")
    return core


def _topics(core: Core) -> list[str]:
    return [one.topic for one in core.log.recorder.select_notifications(1, 10_000)]


def test_a_capture_is_kept_with_all_that_it_says(core: Core) -> None:
    failed = SectionFailed(SectionCause.SCOPE_MISSING, "not let", "operator.read")
    answers: dict[Section, Json] = {
        Section.AGENTS: AGENTS,
        Section.CHANNELS: {"ts": 1, "channels": {"telegram": {}}},
        Section.MODELS: {"items": [{"id": "one"}, {"id": "two"}, {"id": "three"}]},
    }
    let_hold(core, "home", answers, {Section.CONFIG: failed}, gateway_id="gateway-1")
    [view] = core.capturing.record(find(core, "home"), "because")
    assert view == core.snapshots.of("home")[0]
    assert view is not None
    assert (view.instance, view.previous_id, view.version) == ("home", None, "2026.9.6")
    assert (view.dialect, view.protocol, view.gateway_id) == ("openclaw", 4, "gateway-1")
    assert (view.agent_count, view.channel_count, view.model_count) == (2, 1, 3)
    assert (view.actor, view.reason) == ("ada@lovelace", "because")
    assert list(view.sections) == list(Section)
    assert view.sections[Section.CONFIG] == SectionState(
        None, SectionCause.SCOPE_MISSING, "not let", "operator.read"
    )
    assert view.sections[Section.CRON].cause is SectionCause.NOT_OFFERED
    assert core.snapshots.contents(view) == answers | {
        Section.CHANNELS: {"channels": {"telegram": {}}}
    }
    assert core.snapshots.volatile(view) == {Section.CHANNELS: {"/ts": 1}}


def test_a_section_that_failed_counts_nothing_and_is_not_empty(core: Core) -> None:
    view = capture(core, "home", {Section.STATUS: {"ok": True}})
    assert view is not None
    assert (view.agent_count, view.channel_count, view.model_count) == (None, None, None)
    assert Section.AGENTS not in core.snapshots.contents(view)


def test_only_the_sections_that_were_asked_for_are_in_it(core: Core) -> None:
    let_hold(core, "home", {Section.AGENTS: AGENTS, Section.STATUS: {}})
    [view] = core.capturing.record(find(core, "home", sections=[Section.AGENTS]))
    assert view is not None
    assert list(view.sections) == [Section.AGENTS]


def test_the_captures_of_an_instance_are_a_chain(core: Core) -> None:
    views = [capture(core, "home", {Section.AGENTS: AGENTS}) for _ in range(3)]
    ids = [view.id for view in views if view]
    assert [view.previous_id for view in views if view] == [None, *ids[:2]]
    assert [view.id for view in core.snapshots.of("home")] == ids[::-1]
    assert [view.id for view in core.snapshots.of("home", limit=2)] == ids[:0:-1]
    assert core.log.instance(UUID(core.snapshots.of("home")[0].instance_id)).last_snapshot == ids[2]


def test_what_was_said_before_is_not_stored_again(core: Core) -> None:
    capture(core, "home", {Section.AGENTS: AGENTS, Section.NODES: {"nodes": []}})
    before = _topics(core).count(StoredContent.Stored.TOPIC)
    capture(core, "home", {Section.AGENTS: AGENTS, Section.NODES: {"nodes": [1]}})
    capture(core, "office", {Section.AGENTS: AGENTS, Section.NODES: {"nodes": [1]}})
    new_content, new_outline = 1, 1
    assert _topics(core).count(StoredContent.Stored.TOPIC) == before + new_content + new_outline


def test_two_gateways_that_say_the_same_are_recorded_at_once(core: Core) -> None:
    for name in ("home", "office"):
        let_hold(core, name, {Section.AGENTS: AGENTS})
    views = core.capturing.record(find(core, "home", "office"))
    assert [view.instance for view in views if view] == ["home", "office"]
    assert _topics(core).count(StoredContent.Stored.TOPIC) == 2


def test_values_that_change_by_themselves_are_read_as_they_were(core: Core) -> None:
    for number in range(3):
        status: Json = {"pid": number, "tasks": {"active": number, "by": ["a", None]}, "up": 1}
        capture(core, "home", {Section.STATUS: status})
    views = core.snapshots.of("home")
    assert [core.snapshots.volatile(view)[Section.STATUS]["/pid"] for view in views] == [2, 1, 0]
    assert core.snapshots.volatile(views[0]) == {
        Section.STATUS: {"/pid": 2, "/tasks": {"active": 2, "by": ["a", None]}}
    }
    assert len({core.log.snapshot(UUID(view.id)).outline for view in views}) == 1


def test_history_tells_of_each_capture(core: Core) -> None:
    view = capture(core, "home", {Section.AGENTS: AGENTS})
    entry = core.history.of("home")[-1]
    assert view is not None
    assert (entry.event, entry.data) == ("SnapshotTaken", {"snapshot_id": view.id})


@pytest.mark.parametrize(
    "answers", [{}, {Section.AGENTS: json.loads("[" * 300 + "]" * 300)}], ids=["none", "too deep"]
)
def test_a_capture_in_which_nothing_came_records_nothing(
    core: Core, answers: dict[Section, Json]
) -> None:
    head = core.log.head()
    let_hold(core, "home", answers)
    [finding] = find(core, "home")
    assert not finding.has_anything
    assert core.capturing.record([finding]) == [None]
    assert core.log.head() == head


def test_what_cannot_be_kept_is_a_malformed_answer_and_the_rest_is_kept(core: Core) -> None:
    deep: Json = json.loads("[" * 300 + "]" * 300)
    endless: Json = {"x": float("inf")}
    answers = {Section.AGENTS: AGENTS, Section.CRON: deep, Section.STATUS: endless}
    view = capture(core, "home", answers)
    assert view is not None
    assert list(core.snapshots.contents(view)) == [Section.AGENTS]
    for section in (Section.CRON, Section.STATUS):
        assert view.sections[section].cause is SectionCause.MALFORMED_ANSWER
    assert view.sections[Section.CRON].detail == "the content is nested deeper than 256 levels"


def test_half_a_character_can_be_kept_wherever_it_stands(core: Core) -> None:
    half = "\ud83d"
    failures = {Section.CRON: SectionFailed(SectionCause.CALL_FAILED, half, half)}
    answers: dict[Section, Json] = {Section.AGENTS: {half: half}, Section.STATUS: {"pid": half}}
    let_hold(core, "home", answers, failures, version=half, gateway_id=half)
    [view] = core.capturing.record(find(core, "home"))
    assert view is not None
    assert core.snapshots.content(view, Section.AGENTS) == {half: half}
    assert core.snapshots.volatile(view) == {Section.STATUS: {"/pid": half}}
    assert core.snapshots.of("home") == [view]


def test_texts_like_those_by_which_events_are_marked_are_texts(core: Core) -> None:
    answers: dict[Section, Json] = {
        Section.AGENTS: {"_type_": "uuid_hex", "_data_": "x"},
        Section.STATUS: {"tasks": {"_type_": "uuid_hex", "_data_": "x"}},
    }
    view = capture(core, "home", answers)
    assert view is not None
    assert core.snapshots.content(view, Section.AGENTS) == answers[Section.AGENTS]
    assert core.snapshots.volatile(view)[Section.STATUS]["/tasks"] == {
        "_type_": "uuid_hex",
        "_data_": "x",
    }


def test_who_is_not_there_is_not_recorded(core: Core) -> None:
    [finding] = find(core, "home")
    assert finding.answer == NOBODY_LISTENS
    assert core.capturing.record([finding]) == [None]
    assert "snapshot.captured" not in _topics(core)


@pytest.mark.parametrize("change", ["remove", "move"])
def test_an_instance_that_was_removed_or_moved_meanwhile_gets_no_snapshot(
    core: Core, change: str
) -> None:
    let_hold(core, "home", {Section.AGENTS: AGENTS})
    let_hold(core, "office", {Section.AGENTS: AGENTS})
    findings = find(core, "home", "office")
    if change == "remove":
        core.instances.remove("home")
    else:
        core.instances.update("home", url="ws://elsewhere")
    assert [view and view.instance for view in core.capturing.record(findings)] == [None, "office"]


def test_a_device_token_that_came_with_it_is_kept(core: Core) -> None:
    let_hold(core, "home", {Section.AGENTS: AGENTS}, device_token="dt-issued-now")
    core.capturing.record(find(core, "home"))
    [probe] = core.probes.choose(["home"])
    assert probe.target.device_token == "dt-issued-now"
    core.capturing.record(find(core, "home"))
    events = [entry.event for entry in core.history.of("home")]
    assert events == ["Registered", "SnapshotTaken", "CredentialsChanged", "SnapshotTaken"]


def test_another_gateway_than_the_one_that_was_expected_is_told(core: Core) -> None:
    let_hold(core, "home", {Section.AGENTS: AGENTS}, gateway_id="gateway-2")
    [finding] = find(core, "home")
    assert not finding.is_from_another_gateway
    reached = REACHED._replace(gateway_id="gateway-1")
    core.pinging.record([Finding(finding.probe, finding.at, reached)])
    [finding] = find(core, "home")
    assert finding.is_from_another_gateway


# Several at once


def test_captures_at_once_are_all_recorded_in_one_chain(core: Core) -> None:
    """Each of eight processes has findings before any of them records."""
    cores = [core_in(core.home) for _ in range(8)]
    found = []
    for number, one in enumerate(cores):
        let_hold(one, "home", {Section.AGENTS: AGENTS, Section.NODES: {"nodes": [number // 2]}})
        found.append(find(one, "home"))
    recorded: list[list[SnapshotView | None]] = []
    threads = [
        threading.Thread(target=lambda one=one, its=its: recorded.append(one.capturing.record(its)))
        for one, its in zip(cores, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {view.id for [view] in recorded if view}
    chain = core.snapshots.of("home")
    assert len(ids) == 8
    assert {view.id for view in chain} == ids
    assert [view.previous_id for view in chain] == [*(view.id for view in chain[1:]), None]
    nodes = sorted(json.dumps(core.snapshots.content(view, Section.NODES)) for view in chain)
    assert nodes == sorted(json.dumps({"nodes": [number // 2]}) for number in range(8))
    stored = _topics(core).count(StoredContent.Stored.TOPIC)
    agents, kinds_of_nodes, outlines = 1, 4, 4
    assert stored == agents + kinds_of_nodes + outlines


def test_gateways_are_asked_as_many_at_once_as_it_is_let(core: Core) -> None:
    names = [f"gw-{number}" for number in range(9)]
    register(core, *names)
    core.gateways.silent.update(map(url_of, names))
    asyncio.run(
        core.capturing.reach(
            core.probes.choose(names),
            [Section.AGENTS],
            timeout=0.05,
            concurrency=3,
            heard=lambda _probe, _section: None,
            found=lambda _finding: None,
        )
    )
    assert core.gateways.most_at_once == 3


# What it costs


def test_a_hundred_captures_of_an_unchanged_gateway_cost_less_than_ten_of_the_first(
    core: Core,
) -> None:
    """Counted in bytes of what is stored, with the answers of a real gateway."""

    def stored() -> int:
        notifications = core.log.recorder.select_notifications(1, 10_000)
        return sum(len(one.state) + len(one.topic) for one in notifications)

    answers: Any = recorded_answers("2026.9.6")
    before = stored()
    capture(core, "home", answers)
    first = stored() - before
    for number in range(100):
        answers[Section.STATUS]["processMemory"]["rssBytes"] += number
        answers[Section.CHANNELS]["ts"] += 60_000
        capture(core, "home", answers)
    assert len(core.snapshots.of("home")) == 101
    assert stored() - before - first < 10 * first
    assert len({tuple(one.sections.items()) for one in core.snapshots.of("home")}) == 1


# Secrets

TOKEN = "tok-5f0a8c1d9e3b47"
DEVICE_TOKEN = "dvt-77aa66bb55cc44"
PLANTED = {
    "query": "q-83hf7sk2jd84",
    "environment": "e-93jf84hs73jd",
    "nested": "n-73hd83jf93kd",
    "header": "h-83jd73hf83jf",
    "argument": "a-93kd84jf73hd",
    "login": "l-73hf83jd93jf",
    "raw": "r-83kd73jf93hd",
    "shape": "sk-proj-abcdefghijklmnop0123456789",
}


def _leaky(core: Core, key: str) -> dict[Section, Json]:
    """Answer with a secret in every place where one may be, and with all of our own."""
    body = "".join(key.split("\n")[1:-2])
    own_key = core.secrets.get([OWN_DEVICE])[OWN_DEVICE]
    echoes: list[Json] = [
        TOKEN,
        f"you said {TOKEN}!",
        quote(f"?{TOKEN}?"),
        base64.b64encode(f"user:{TOKEN}".encode()).decode(),
        {TOKEN: {"said": TOKEN}},
        DEVICE_TOKEN,
        key,
        body,
        key.replace("\n", "\\n"),
        {"line": key.split("\n")[1]},
        own_key,
        {"line": own_key.split("\n")[1]},
    ]
    return {
        Section.CONFIG: {
            "raw": "{ // " + PLANTED["raw"] + " }",
            "parsed": {},
            "resolved": {
                "models": {"baseUrl": f"https://x.example/v1?key={PLANTED['query']}"},
                "env": {"ANYTHING": PLANTED["environment"]},
                "gateway": {"auth": {"token": {"deep": [PLANTED["nested"]]}}},
                "mcp": {"args": ["--api-key", PLANTED["argument"]]},
                "headers": {"X-Any": PLANTED["header"]},
                "proxy": f"http://me:{PLANTED['login']}@proxy.example",
                "note": f"the key is {PLANTED['shape']}",
            },
        },
        Section.AGENTS: {"agents": echoes},
        Section.STATUS: {"tasks": echoes, "last": TOKEN},
        Section.PRESENCE: [{"mode": "ui", "text": TOKEN, "token": PLANTED["nested"]}],
        Section.SESSIONS: {"sessions": [{"key": f"agent:main:{TOKEN}"}]},
    }


def test_no_secret_is_found_anywhere_in_the_home_after_a_capture(tmp_path: Path) -> None:
    """Neither what a gateway forgot to redact, nor what it echoes of what we showed it.

    ``secrets.db`` is where our own belong; they are looked for everywhere else.
    """
    core = core_in(tmp_path / "home", snapshot_secrets="omit")
    lines = [base64.b64encode(bytes([line] * 48)).decode() for line in range(40, 44)]
    key = "\n".join(("-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""))
    given = GivenCredentials(token=TOKEN, private_key=key)
    core.instances.register("home", url_of("home"), given)
    core.secrets.put({OWN_DEVICE: key.replace(lines[0], lines[0][::-1])})
    failures = {Section.CRON: SectionFailed(SectionCause.CALL_FAILED, f"bad {TOKEN}", TOKEN)}
    leaky = _leaky(core, key)
    let_hold(
        core, "home", leaky, failures, version=TOKEN, gateway_id=TOKEN, device_token=DEVICE_TOKEN
    )
    [view] = core.capturing.record(find(core, "home"))
    assert view is not None
    assert not view.sections[Section.AGENTS].cause
    secrets = [TOKEN, DEVICE_TOKEN, *PLANTED.values(), *lines, lines[0][::-1]]
    files = [path for path in core.home.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"events.db", "events.db-wal", "data.json"}
    for path in files:
        content = path.read_bytes()
        found = [secret for secret in secrets if secret.encode() in content]
        ours = {TOKEN, DEVICE_TOKEN, *lines, lines[0][::-1]}
        assert not (set(found) - ours if path.name.startswith("secrets.db") else found), path
    assert TOKEN not in repr(find(core, "home"))
    assert isinstance(core.log.snapshot(UUID(view.id)), Snapshot)
