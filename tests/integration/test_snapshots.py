"""How people point at snapshots, and what they are told where there is none."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from assembly import Core, core_in
from captures import capture, find, let_hold, register
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.errors import (
    AmbiguousInstance,
    AmbiguousSnapshot,
    InstanceNotFound,
    InstanceRemoved,
    NeverCaptured,
    OpenClawManagerError,
    SectionNotCaptured,
    SectionNotOffered,
    SnapshotNotFound,
    StoreDamaged,
)
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.snapshot import Snapshot

AT = Provenance(datetime(2026, 11, 23, tzinfo=UTC), "ada@lovelace")


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", "never")
    for number in range(4):
        capture(core, "home", {Section.AGENTS: {"agents": [number]}})
    return core


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _find(core: Core, reference: str) -> SnapshotView:
    return core.snapshots.find(reference, _moment)


def _number(core: Core, reference: str) -> object:
    """Tell by its content which of the four it is."""
    agents = core.snapshots.content(_find(core, reference), Section.AGENTS)
    assert isinstance(agents, dict)
    assert isinstance(agents["agents"], list)
    return agents["agents"][0]


@pytest.mark.parametrize(
    ("reference", "number"),
    [("home", 3), ("HOME", 3), ("home~0", 3), ("home~1", 2), ("home~3", 0)],
)
def test_a_name_and_steps_back_from_the_latest(core: Core, reference: str, number: int) -> None:
    assert _number(core, reference) == number


def test_the_last_one_until_a_moment(core: Core) -> None:
    times = [view.captured_at for view in core.snapshots.of("home")][::-1]
    for number, at in enumerate(times):
        assert _number(core, f"home@{at:%Y-%m-%dT%H:%M:%S}") == number
    assert _number(core, "home@2030-01-01") == 3


def test_an_id_or_its_beginning_in_any_form(core: Core) -> None:
    id_ = core.snapshots.of("home")[1].id
    for reference in (id_, id_.upper(), id_.replace("-", ""), id_[:8], id_[:13]):
        assert _find(core, reference).id == id_


def test_an_instance_is_selected_as_everywhere(core: Core) -> None:
    id_ = core.snapshots.of("home")[0].instance_id
    assert _number(core, id_) == 3
    assert _number(core, f"{id_[:8]}~1") == 2


def test_a_name_may_look_like_more_than_a_name(core: Core) -> None:
    register(core, "home~1", "ops@home")
    capture(core, "home~1", {Section.AGENTS: {"agents": ["tilde"]}})
    capture(core, "ops@home", {Section.AGENTS: {"agents": ["at"]}})
    assert _number(core, "home~1") == "tilde"
    assert _number(core, "home~1~0") == "tilde"
    assert _number(core, "ops@home") == "at"
    assert _number(core, "ops@home@2030-01-01") == "at"


def _with_id(core: Core, id_: UUID) -> None:
    """Record one more snapshot of the same, under an id of our choice."""
    instance = core.log.instance(UUID(core.snapshots.of("home")[0].instance_id))
    last = core.log.snapshot(UUID(str(instance.last_snapshot)))
    [finding] = find(core, "home")
    assert finding.has_anything
    seen, previous = finding.answer, str(last.id)
    snapshot = Snapshot.capture(id_, instance.id, previous, seen, last.outline, "[]", AT)  # type: ignore[arg-type]
    instance.keep_snapshot(snapshot.id, AT)
    core.log.save(snapshot, instance)


ONE, TWO = (UUID(f"abcdef0{number}-0000-4000-8000-000000000000") for number in (1, 2))


def test_a_beginning_of_several_ids_could_be_any_of_them(core: Core) -> None:
    for id_ in (ONE, TWO):
        _with_id(core, id_)
    with pytest.raises(AmbiguousSnapshot) as refusal:
        _find(core, "abcd")
    assert [id_ for id_, _ in refusal.value.candidates] == [str(ONE), str(TWO)]
    assert str(refusal.value).startswith(f"'abcd' could be any of {ONE} (captured at 2026-11-23T")
    assert _find(core, "abcdef02").id == str(TWO)


def test_a_name_beats_the_beginning_of_an_id_and_a_whole_id_beats_a_name(core: Core) -> None:
    _with_id(core, ONE)
    register(core, "abcdef", str(ONE))
    capture(core, "abcdef", {Section.AGENTS: {"agents": ["named"]}})
    assert _number(core, "abcdef") == "named"
    assert _find(core, str(ONE)).id == str(ONE)


def test_a_beginning_of_the_ids_of_an_instance_and_a_snapshot_is_neither(core: Core) -> None:
    beginning = core.snapshots.of("home")[0].instance_id[:6]
    _with_id(core, UUID(f"{beginning}00-0000-4000-8000-000000000000"))
    with pytest.raises(AmbiguousSnapshot) as refusal:
        _find(core, beginning)
    assert refusal.value.candidates[-1] == (core.snapshots.of("home")[0].instance_id, "home")


@pytest.mark.parametrize(
    ("reference", "kind", "message"),
    [
        (
            "nobody",
            SnapshotNotFound,
            "there is no snapshot 'nobody': no id of a snapshot begins like this",
        ),
        ("nobody~1", InstanceNotFound, "there is no instance 'nobody'"),
        ("nobody@2030-01-01", InstanceNotFound, "there is no instance 'nobody'"),
        ("home~4", SnapshotNotFound, "there is no snapshot 'home~4': there are 4 of 'home' in all"),
        ("never", NeverCaptured, "the instance 'never' was never captured"),
        ("never~2", NeverCaptured, "the instance 'never' was never captured"),
        ("never@2030-01-01", NeverCaptured, "the instance 'never' was never captured"),
        ("", SnapshotNotFound, "there is no snapshot ''"),
        ("~1", SnapshotNotFound, "there is no snapshot '~1'"),
        ("@", SnapshotNotFound, "there is no snapshot '@'"),
        ("ffff", SnapshotNotFound, "there is no snapshot 'ffff'"),
        (
            "fff",
            SnapshotNotFound,
            "there is no snapshot 'fff': no instance is called so, and an id is known by four",
        ),
        ("\0", SnapshotNotFound, "there is no snapshot '\\x00'"),
        ("\ud83d", SnapshotNotFound, "there is no snapshot '\\ud83d'"),
    ],
)
def test_what_is_not_there_is_said(
    core: Core, reference: str, kind: type[OpenClawManagerError], message: str
) -> None:
    with pytest.raises(kind) as refusal:
        _find(core, reference)
    assert str(refusal.value).startswith(message)


def test_a_moment_before_the_first_says_when_the_first_was(core: Core) -> None:
    with pytest.raises(SnapshotNotFound) as refusal:
        _find(core, "home@2020-01-01")
    first = core.snapshots.of("home")[-1].captured_at
    assert str(refusal.value).endswith(
        f"the first of 'home' was captured at {first:%Y-%m-%dT%H:%M:%SZ}"
    )


def test_snapshots_of_a_removed_instance_need_it_restored(core: Core) -> None:
    id_ = core.snapshots.of("home")[0].id
    core.instances.remove("home")
    for reference in (id_, id_[:8], "home", "home~1", "home@2030-01-01"):
        with pytest.raises(InstanceRemoved):
            _find(core, reference)
    with pytest.raises(InstanceRemoved):
        core.snapshots.of("home")
    core.instances.restore("home")
    assert _find(core, id_).id == id_


def test_an_instance_is_called_by_its_name_of_now(core: Core) -> None:
    core.instances.rename("home", "house")
    assert _find(core, "house").instance == "house"
    assert core.snapshots.of("house")[-1].instance == "house"


def test_several_instances_that_could_be_meant_are_listed(core: Core) -> None:
    for _ in range(2):
        core.instances.remove("never")
        register(core, "never")
    core.instances.remove("never")
    with pytest.raises(AmbiguousInstance):
        _find(core, "never~1")


def test_a_section_that_is_not_there_says_why(core: Core) -> None:
    let_hold(core, "home", {Section.AGENTS: {}})
    [view] = core.capturing.record(find(core, "home", sections=[Section.AGENTS, Section.CRON]))
    assert view is not None
    for section, kind, problem in (
        (Section.CRON, SectionNotOffered, "not-offered"),
        (Section.STATUS, SectionNotCaptured, "it was not asked for"),
    ):
        with pytest.raises(SectionNotCaptured) as refusal:
            core.snapshots.content(view, section)
        assert type(refusal.value) is kind
        assert str(refusal.value) == f"the snapshot {view.id} of 'home' has no {section}: {problem}"


def _change(core: Core, statement: str) -> None:
    with closing(sqlite3.connect(core.home / "events.db")) as connection, connection:
        connection.execute(statement)


def test_a_content_that_was_changed_is_damage(core: Core) -> None:
    view = core.snapshots.of("home")[0]
    _change(
        core,
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '[3]', '[4]') AS BLOB) "
        "WHERE topic = 'content.stored'",
    )
    with pytest.raises(StoreDamaged) as refusal:
        core.snapshots.content(view, Section.AGENTS)
    hash_ = view.sections[Section.AGENTS].hash
    assert str(refusal.value) == f"the log: has another content where {hash_} was"


def test_a_snapshot_that_is_gone_is_damage(core: Core) -> None:
    _change(core, "DELETE FROM stored_events WHERE topic = 'snapshot.captured'")
    with pytest.raises(StoreDamaged):
        core.snapshots.of("home")
