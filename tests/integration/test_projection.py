"""The view in step with the log, whatever became of either."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from assembly import Core, core_in
from captures import capture, let_hold, register
from fakes.view import InMemoryView
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.ports.view import RELATION_KEYS, Minion
from openclaw_manager.application.projection import Projection
from openclaw_manager.domain.errors import StoreDamaged, StoreError, StoreLocked, ViewBehind
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.stamp import Stamp
from openclaw_manager.entrypoints.composition.reading import read_instances
from openclaw_manager.entrypoints.composition.settings import resolve

URL = "ws://192.168.1.10:18789"


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    for name in ("home", "office"):
        core.instances.register(name, URL, GivenCredentials(token=f"tok-{name}"), ["prod"])
    core.instances.remove("office")
    return core


class Reading:
    """What ``list`` reads, with what was said and what had to be done."""

    def __init__(self, home: Path, snapshot_secrets: str = "include") -> None:
        self.said: list[str] = []
        self.done: list[str] = []
        self._home, self._snapshot_secrets = home, snapshot_secrets
        self.minions: list[Minion] = read_instances(
            resolve({"home": str(home), "snapshot_secrets": snapshot_secrets}, {}, {}),
            catch_up=lambda: self._do("caught up", anew=False),
            make_anew=lambda: self._do("made anew", anew=True),
            warn=self.said.append,
        )

    def _do(self, done: str, *, anew: bool) -> None:
        self.done.append(done)
        core = core_in(self._home, snapshot_secrets=self._snapshot_secrets)
        core.projection.catch_up(anew=anew)

    @property
    def names(self) -> list[str]:
        return [minion["title"] for minion in self.minions]


def _fresh(core: Core) -> list[Minion]:
    """Replay the log from its beginning into an empty view."""
    view = InMemoryView()
    Projection(core.log, view, core.showing).catch_up()
    return view.entries


def test_the_view_in_memory_and_the_one_in_the_file_show_the_same(core: Core) -> None:
    assert core.read_view()["minions"] == _fresh(core)


def test_reading_a_view_that_is_in_step_does_nothing_else(core: Core) -> None:
    before = core.data_json.read_bytes()
    reading = Reading(core.home)
    assert reading.names == ["home", "office"]
    assert (reading.done, reading.said) == ([], [])
    assert core.data_json.read_bytes() == before


def test_catching_up_twice_changes_nothing(core: Core) -> None:
    before = core.data_json.read_bytes()
    core.projection.catch_up()
    core.projection.catch_up(anew=True)
    assert core.data_json.read_bytes() == before


def _older(core: Core) -> None:
    """Leave the view as a crash between the commit and the rename does."""
    document = core.read_view()
    document["minions"] = document["minions"][:1]
    document["openclawManager"]["position"] = 2
    core.data_json.write_text(json.dumps(document))


def _ahead(core: Core) -> None:
    """Let the view have seen what is lost, as when the log is restored from a backup."""
    document = core.read_view()
    document["minions"][0]["fields"]["status"] = "reachable"
    document["openclawManager"]["position"] = 99
    core.data_json.write_text(json.dumps(document))


def _of_another_log(core: Core) -> None:
    document = core.read_view()
    document["minions"][0]["title"] = "another's"
    document["openclawManager"]["store"] = str(uuid4())
    core.data_json.write_text(json.dumps(document))


def _without_stamp(core: Core) -> None:
    document = core.read_view()
    del document["openclawManager"]
    core.data_json.write_text(json.dumps(document))


DISTURBANCES: list[Callable[[Core], object]] = [
    _older,
    _ahead,
    _of_another_log,
    _without_stamp,
    lambda core: core.data_json.unlink(),
    lambda core: core.data_json.write_text(core.data_json.read_text()[:-30]),
    lambda core: core.data_json.write_text(""),
    lambda core: core.data_json.write_bytes(b"\xff"),
    lambda core: core.data_json.write_text("[]"),
    lambda core: core.data_json.write_text('{"minions": {}}'),
    lambda core: core.data_json.write_text("{}"),
]


@pytest.mark.parametrize("disturb", DISTURBANCES)
def test_a_view_that_is_out_of_step_is_brought_back(
    core: Core, disturb: Callable[[Core], object]
) -> None:
    before = _fresh(core)
    disturb(core)
    reading = Reading(core.home)
    assert reading.minions == before == core.read_view()["minions"]
    assert reading.done == ["caught up"]
    assert Reading(core.home).done == []


@pytest.mark.parametrize("disturb", [_ahead, _of_another_log])
def test_a_view_that_knows_what_the_log_does_not_is_kept_aside(
    core: Core, disturb: Callable[[Core], object], caplog: pytest.LogCaptureFixture
) -> None:
    """It may be all that is left of a log whose end was cut off."""
    disturb(core)
    evidence = core.data_json.read_bytes()
    core_in(core.home).projection.catch_up()

    [aside] = core.home.glob("data.json.damaged-*")
    assert aside.read_bytes() == evidence
    assert aside.stat().st_mode & 0o777 == 0o600
    assert "was made from" in caplog.text
    assert aside.name in caplog.text


@pytest.mark.parametrize("disturb", DISTURBANCES)
def test_the_next_change_brings_it_back_as_well(
    core: Core, disturb: Callable[[Core], object]
) -> None:
    disturb(core)
    core_in(core.home).instances.update("home", tags=["next"])
    assert core.read_view()["minions"] == _fresh(core)


def test_a_byte_order_mark_alone_is_no_damage(core: Core) -> None:
    core.data_json.write_bytes(b"\xef\xbb\xbf" + core.data_json.read_bytes())
    reading = Reading(core.home)
    assert reading.names == ["home", "office"]
    assert (reading.done, reading.said) == ([], [])


def _spoil(entry: dict[str, Any], *keys: str, value: Any = None) -> None:
    *way, last = keys
    for key in way:
        entry = entry[key]
    if value is None:
        del entry[last]
    else:
        entry[last] = value


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("title",), None),
        (("title",), 5),
        (("fields",), None),
        (("fields",), []),
        (("fields",), "text"),
        (("fields", "url"), None),
        (("fields", "status"), None),
        (("fields", "status"), 5),
        (("fields", "token"), 5),
        (("fields", "version"), ["x"]),
        (("fields", "lastPingAt"), 5),
        (("fields", "lastPingLatencyMs"), "14"),
        (("fields", "cause"), 5),
        (("tags",), None),
        (("tags",), "prod"),
        (("tags",), [5]),
        (("createdAt",), None),
        (("updatedAt",), 5),
        (("deletedAt",), 5),
    ],
    ids=str,
)
def test_an_entry_of_ours_that_was_spoilt_is_made_anew_and_said_so(
    core: Core, keys: tuple[str, ...], value: Any
) -> None:
    before = _fresh(core)
    document = core.read_view()
    _spoil(document["minions"][1], *keys, value=value)
    core.data_json.write_text(json.dumps(document))
    reading = Reading(core.home)
    assert reading.minions == before
    assert reading.done == ["made anew"]
    [said] = reading.said
    assert said.startswith(f"{core.data_json}: ")
    assert Reading(core.home).done == []


def test_an_entry_that_stands_there_twice_is_listed_once(core: Core) -> None:
    """The last one counts, as it does when the entry is next written."""
    document = core.read_view()
    document["minions"].append(document["minions"][0] | {"title": "copied"})
    core.data_json.write_text(json.dumps(document))
    assert Reading(core.home).names == ["copied", "office"]


def test_entries_of_others_are_not_listed_and_stay(core: Core) -> None:
    strangers = [
        {"id": str(uuid4()), "title": "a note", "fields": {}},
        {"id": str(uuid4()), "title": "theirs", "fields": {"url": "ws://theirs"}},
        {"id": "\ud800", "fields": {}},
        {"id": 5},
        {"title": "no id", "fields": {"url": 5}},
        "text",
        None,
    ]
    document = core.read_view()
    document["minions"][1:1] = strangers
    core.data_json.write_text(json.dumps(document))
    reading = Reading(core.home)
    assert reading.names == ["home", "office"]
    assert reading.done == []
    [said] = reading.said
    assert said == (
        f"{core.data_json}: 2 instances in it were not registered here; "
        f"adopt them: openclaw-manager adopt {core.data_json}"
    )
    core.instances.update("home", tags=["next"])
    assert core.read_view()["minions"][1:-1] == strangers


def test_a_log_that_is_lost_is_said_and_what_is_left_of_it_stays(core: Core) -> None:
    """A new log would bury what the view still knows."""
    for file in core.home.glob("events.db*"):
        file.unlink()
    before = {file.name: file.read_bytes() for file in core.home.iterdir()}
    for attempt in (lambda: Reading(core.home), lambda: core_in(core.home)):
        with pytest.raises(StoreDamaged) as refusal:
            attempt()
        assert str(refusal.value) == (
            f"{core.home / 'events.db'}: is missing, although data.json was made from it"
        )
    assert {file.name: file.read_bytes() for file in core.home.iterdir()} == before


def test_a_home_that_was_never_used_has_no_instances(tmp_path: Path) -> None:
    assert Reading(tmp_path / "home").minions == []
    assert not (tmp_path / "home").exists()


def test_a_file_of_another_tool_has_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text('{"minions": [{"id": "x", "fields": {"url": "ws://x"}}]}')
    reading = Reading(tmp_path)
    assert reading.minions == []
    assert len(reading.said) == 1


def test_what_is_recorded_while_the_view_cannot_be_written_is_said_to_be_recorded(
    core: Core,
) -> None:
    document = core.data_json.read_bytes()
    core.data_json.unlink()
    core.data_json.mkdir()
    with pytest.raises(ViewBehind) as refusal:
        core.instances.update("home", tags=["next"])
    assert str(refusal.value) == (
        f"recorded, but {core.data_json} is behind the log: cannot be read: Is a directory"
    )
    assert core.history.of("home")[-1].event == "Tagged"
    core.data_json.rmdir()
    core.data_json.write_bytes(document)
    assert Reading(core.home).minions[0]["tags"] == ["next", "prod"]


def test_a_token_that_was_replaced_is_gone_although_the_view_is_behind(core: Core) -> None:
    core.data_json.unlink()
    core.data_json.mkdir()
    with pytest.raises(ViewBehind):
        core.instances.update("home", given=GivenCredentials(token="tok-new"))
    assert b"tok-home" not in (core.home / "secrets.db").read_bytes()
    core.data_json.rmdir()
    assert Reading(core.home).minions[0]["fields"]["token"] == "tok-new"


def test_without_secrets_the_view_has_none(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home", snapshot_secrets="omit")
    key = "-----BEGIN PRIVATE KEY-----\none\n-----END PRIVATE KEY-----\n"
    core.instances.register("home", URL, GivenCredentials(token="tok-1", private_key=key))
    [entry] = core.read_view()["minions"]
    assert entry["fields"].keys() == {"url", "devicePublicKey", "status"}


def test_secrets_that_are_to_be_left_out_do_not_stay_from_earlier(core: Core) -> None:
    """Whoever sets ``snapshot_secrets`` to ``omit`` wants them out of the file."""
    reading = Reading(core.home, snapshot_secrets="omit")
    assert reading.done == ["made anew"]
    assert reading.said == [
        f"{core.data_json}: it held secrets, which are to be left out; it was made anew"
    ]
    assert "tok-" not in core.data_json.read_text()
    assert Reading(core.home, snapshot_secrets="omit").done == []


def test_a_secret_that_is_lost_hides_nothing_else(core: Core) -> None:
    (core.home / "secrets.db").unlink()
    core.projection.catch_up(anew=True)
    fields = core.read_view()["minions"][0]["fields"]
    assert fields == {"url": URL, "status": "registered"}


def test_a_damaged_secret_store_is_said_and_the_view_stays(core: Core) -> None:
    (core.home / "secrets.db").write_bytes(b"no database" * 1000)
    before = core.data_json.read_bytes()
    with pytest.raises(StoreDamaged):
        core.projection.catch_up(anew=True)
    assert core.data_json.read_bytes() == before


def test_who_is_told_of_a_damaged_view_is_told_once(
    core: Core, caplog: pytest.LogCaptureFixture
) -> None:
    core.data_json.write_text("{")
    with caplog.at_level(logging.WARNING, "openclaw_manager"):
        assert Reading(core.home).names == ["home", "office"]
        assert Reading(core.home).names == ["home", "office"]
    assert len(caplog.messages) == 1


def test_a_view_in_step_is_not_locked_for_reading(core: Core) -> None:
    with core.view.edit():
        assert Reading(core.home).names == ["home", "office"]
        document = core.read_view()
        document["openclawManager"]["position"] = 1
        core.data_json.write_text(json.dumps(document))
        impatient = core_in(core.home, lock_timeout="200ms")
        with pytest.raises(StoreLocked):
            impatient.projection.catch_up()


def test_errors_of_the_view_alone_are_store_errors() -> None:
    assert issubclass(ViewBehind, StoreError)
    assert Stamp("x", 1) != Stamp("x", 2)


# Snapshots


def _captured(core: Core, *names: str) -> list[str]:
    """Capture these, one after the other, and return the ids of the snapshots."""
    views = [capture(core, name, {Section.CONFIG: {"resolved": {"a": 1}}}) for name in names]
    return [view.id for view in views if view]


def _ids_of_snapshots(core: Core) -> list[str]:
    entries = core.read_view()["minions"]
    return [entry["id"] for entry in entries if entry["minionTypeId"] == "openclaw-snapshot"]


def _related(core: Core) -> list[tuple[str, str, str]]:
    relations = core.read_view()["relations"]
    return [(one["type"], one["sourceId"], one["targetId"]) for one in relations]


@pytest.fixture
def captured(tmp_path: Path) -> Core:
    """Give a core that shows two snapshots of each instance."""
    core = core_in(tmp_path / "home", snapshots_shown="2")
    register(core, "home", "office")
    return core


def test_a_snapshot_is_shown_with_what_it_belongs_to(captured: Core) -> None:
    let_hold(
        captured,
        "home",
        {
            Section.AGENTS: {"agents": [{"id": "main"}]},
            Section.CONFIG: {"path": "x", "parsed": {}, "resolved": {"b": "ü", "a": [1]}},
        },
    )
    first, second = capture(captured, "home"), capture(captured, "home")
    assert first is not None
    assert second is not None
    minion = captured.read_view()["minions"][-1]
    at = f"{second.captured_at:%Y-%m-%dT%H:%M:%S}.000Z"
    assert minion == {
        "id": second.id,
        "title": f"Snapshot {at}",
        "minionTypeId": "openclaw-snapshot",
        "status": "active",
        "tags": [],
        "createdAt": at,
        "updatedAt": at,
        "fields": {
            "instanceId": second.instance_id,
            "capturedAt": at,
            "config": '{"a":[1],"b":"ü"}',
            "agentCount": 1,
        },
    }
    assert _related(captured) == [
        ("parent_of", first.instance_id, first.id),
        ("parent_of", second.instance_id, second.id),
        ("follows", second.id, first.id),
    ]
    relation = captured.read_view()["relations"][-1]
    assert relation.keys() == RELATION_KEYS
    assert (relation["createdAt"], relation["metadata"]) == (at, {})


def test_only_the_last_ones_are_shown_and_related(captured: Core) -> None:
    ids = _captured(captured, "home", "home", "office", "home", "home")
    assert set(_ids_of_snapshots(captured)) == {ids[2], *ids[3:]}
    home, office = (entry["id"] for entry in Reading(captured.home).minions)
    assert set(_related(captured)) == {
        ("parent_of", home, ids[3]),
        ("parent_of", home, ids[4]),
        ("parent_of", office, ids[2]),
        ("follows", ids[4], ids[3]),
    }
    assert len(captured.snapshots.of("home")) == 4


def test_snapshots_are_no_instances(captured: Core) -> None:
    _captured(captured, "home", "home")
    reading = Reading(captured.home)
    assert reading.names == ["home", "office"]
    assert (reading.done, reading.said) == ([], [])


@pytest.mark.parametrize("shown", ["0", "1", "5"])
def test_another_number_to_be_shown_holds_from_the_next_capture_on(
    captured: Core, shown: str
) -> None:
    """It holds at once where the view is made anew."""
    ids = _captured(captured, "home", "home", "home")
    anew = core_in(captured.home, snapshots_shown=shown)
    ids += _captured(anew, "home")
    expected = ids[::-1][: int(shown)]
    assert set(_ids_of_snapshots(anew)) == set(expected)
    captured.projection.catch_up(anew=True)
    assert set(_ids_of_snapshots(anew)) == set(ids[2:])
    anew.projection.catch_up(anew=True)
    assert set(_ids_of_snapshots(anew)) == set(expected)
    assert len(_related(anew)) == max(0, 2 * len(expected) - 1)


def test_a_view_that_missed_many_captures_shows_the_last_ones(captured: Core) -> None:
    _captured(captured, "home", "home")
    before = captured.data_json.read_bytes()
    ids = _captured(captured, *["home"] * 5)
    now = captured.data_json.read_bytes()
    captured.data_json.write_bytes(before)
    assert Reading(captured.home).done == ["caught up"]
    core_in(captured.home, snapshots_shown="2").projection.catch_up(anew=True)
    assert set(_ids_of_snapshots(captured)) == set(ids[-2:])
    assert sorted(_related(captured)) == sorted(
        (one["type"], one["sourceId"], one["targetId"]) for one in json.loads(now)["relations"]
    )


def test_snapshots_and_relations_of_others_are_never_taken_out(captured: Core) -> None:
    """Another tool has snapshots of our instance too, and relations to ours."""
    [first] = _captured(captured, "home")
    home = Reading(captured.home).minions[0]["id"]
    theirs = [
        {"id": str(uuid4()), "minionTypeId": "openclaw-snapshot", "fields": {"instanceId": home}},
        {"id": "not a uuid", "fields": {"instanceId": home, "config": "{}"}},
        {"id": home.upper(), "fields": {"instanceId": home}},
        {"id": first.upper(), "fields": {"instanceId": home}},
    ]
    their_relation = {"id": "x", "type": "notes", "sourceId": first, "targetId": home}
    document = captured.read_view()
    document["minions"] += theirs
    document["relations"].append(their_relation)
    captured.data_json.write_text(json.dumps(document))
    ids = _captured(captured, "home", "home", "home")
    captured.projection.catch_up(anew=True)
    document = captured.read_view()
    assert [entry for entry in document["minions"] if entry in theirs] == theirs
    assert their_relation in document["relations"]
    entries = {entry["id"] for entry in document["minions"]}
    assert first not in entries
    assert entries >= set(ids[1:])


def test_a_snapshot_that_another_tool_gave_to_another_instance_is_not_lost(captured: Core) -> None:
    [ours] = _captured(captured, "home")
    document = captured.read_view()
    office = Reading(captured.home).minions[1]["id"]
    document["minions"][-1]["fields"]["instanceId"] = office
    captured.data_json.write_text(json.dumps(document))
    _captured(captured, "office")
    assert ours in _ids_of_snapshots(captured)
    captured.projection.catch_up(anew=True)
    [entry] = [one for one in captured.read_view()["minions"] if one["id"] == ours]
    assert entry["fields"]["instanceId"] != office


def test_what_is_shown_of_the_past_follows_from_the_instances_as_they_were(captured: Core) -> None:
    ids = _captured(captured, "home", "home", "home")
    home = UUID(captured.snapshots.of("home")[0].instance_id)
    shown = captured.showing.of([captured.log.instance(home, version=3)])
    assert [minion["id"] for minion in shown.minions] == [str(home), *ids[:2]]
    assert [one["type"] for one in shown.relations] == ["parent_of", "parent_of", "follows"]
