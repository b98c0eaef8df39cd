"""How snapshots differ, and who has drifted from whom."""

from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from captures import capture, find, let_hold, recorded_answers, register
from openclaw_manager.application.comparing import SET_UP, Comparison
from openclaw_manager.application.snapshot_view import SnapshotView
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.patch import apply
from openclaw_manager.domain.errors import InstanceRemoved, InvalidVersion
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed

AGENTS: Json = {"agents": [{"id": "main", "model": "one"}, {"id": "other"}]}
CRON: Json = {"jobs": []}


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", "office")
    return core


def _view(view: SnapshotView | None) -> SnapshotView:
    assert view is not None
    return view


def _captured(core: Core, name: str, sections: dict[Section, Json]) -> SnapshotView:
    return _view(capture(core, name, sections))


def _changes(comparison: Comparison) -> list[tuple[str, str, Json, Json]]:
    return [(one.op, one.place, one.old, one.new) for one in comparison.changes]


@pytest.mark.parametrize("version", ["2026.9.6", "2026.3.28"])
def test_a_gateway_about_which_nothing_changed_has_no_changes(core: Core, version: str) -> None:
    answers: Any = recorded_answers(version)
    a = _captured(core, "home", answers)
    answers[Section.CHANNELS]["ts"] += 1
    answers[Section.NODES]["ts"] += 1
    b = _captured(core, "home", answers)
    assert core.comparing.diff(a, b) == Comparison(a, b, [], {})


def test_one_change_is_one_change_between_moments_and_between_instances(core: Core) -> None:
    a = _captured(core, "home", {Section.AGENTS: AGENTS, Section.CRON: CRON})
    changed: Json = {"agents": [{"id": "other"}, {"id": "main", "model": "two"}]}
    for name in ("home", "office"):
        b = _captured(core, name, {Section.AGENTS: changed, Section.CRON: CRON})
        comparison = core.comparing.diff(a, b)
        assert _changes(comparison) == [
            ("replace", "agents.agents[id=main].model", "one", "two"),
            ("reorder", "agents.agents", None, [1, 0]),
        ]
        contents: Json = {key.value: one for key, one in core.snapshots.contents(a).items()}
        assert apply(comparison.changes, contents) == {
            key.value: one for key, one in core.snapshots.contents(b).items()
        }


def test_what_one_side_lacks_is_not_compared_and_said_so(core: Core) -> None:
    let_hold(
        core,
        "home",
        {Section.AGENTS: AGENTS, Section.CRON: CRON},
        {Section.CONFIG: SectionFailed(SectionCause.TIMEOUT, "nothing after 5 s")},
    )
    [a] = core.capturing.record(find(core, "home"))
    let_hold(core, "home", {Section.AGENTS: {"agents": []}, Section.CONFIG: {}})
    asked = [Section.AGENTS, Section.CONFIG]
    [b] = core.capturing.record(find(core, "home", sections=asked))
    comparison = core.comparing.diff(_view(a), _view(b))
    assert {change.path.split("/")[1] for change in comparison.changes} == {"agents"}
    assert comparison.not_compared[Section.CONFIG] == (
        "missing in the first: timeout: nothing after 5 s"
    )
    assert comparison.not_compared[Section.CRON] == "missing in the second: it was not asked for"
    assert comparison.not_compared[Section.NODES] == (
        "missing in the first: not-offered; missing in the second: it was not asked for"
    )
    assert Section.AGENTS not in comparison.not_compared


def test_what_both_lack_is_said_once(core: Core) -> None:
    a = _captured(core, "home", {Section.AGENTS: AGENTS})
    comparison = core.comparing.diff(a, a)
    assert comparison.not_compared[Section.CRON] == "missing in both: not-offered"


def test_sections_can_be_chosen(core: Core) -> None:
    a = _captured(core, "home", {Section.AGENTS: AGENTS, Section.CRON: CRON})
    b = _captured(core, "home", {Section.AGENTS: {}, Section.CRON: {}})
    comparison = core.comparing.diff(a, b, [Section.CRON])
    assert _changes(comparison) == [("remove", "cron.jobs", [], None)]
    assert comparison.not_compared == {}


# Drift


def test_who_drifted_in_which_sections(core: Core) -> None:
    register(core, "never", "same")
    baseline = _captured(core, "home", {Section.AGENTS: AGENTS, Section.CRON: CRON})
    _captured(core, "same", {Section.AGENTS: AGENTS, Section.CRON: CRON, Section.STATUS: {"x": 1}})
    _captured(core, "office", {Section.AGENTS: {}, Section.CRON: CRON})
    never, office, same = core.comparing.drift(baseline)
    assert (never.instance, never.view, never.drifts) == ("never", None, True)
    assert (office.instance, office.differing, office.drifts) == ("office", (Section.AGENTS,), True)
    assert (same.instance, same.differing, same.drifts) == ("same", (), False)
    assert office.not_compared[Section.CONFIG] == "missing in both: not-offered"
    assert office.not_compared.keys() <= set(SET_UP)


def test_an_instance_may_drift_from_what_it_was(core: Core) -> None:
    baseline = _captured(core, "home", {Section.AGENTS: AGENTS})
    _captured(core, "home", {Section.AGENTS: {}})
    core.instances.remove("office")
    [drift] = core.comparing.drift(baseline)
    assert (drift.instance, drift.differing) == ("home", (Section.AGENTS,))


def test_those_who_are_named_are_compared_in_their_order_and_once(core: Core) -> None:
    baseline = _captured(core, "home", {Section.AGENTS: AGENTS})
    drifts = core.comparing.drift(baseline, ["office", "home", "OFFICE"])
    assert [(drift.instance, drift.drifts) for drift in drifts] == [
        ("office", True),
        ("home", False),
    ]
    core.instances.remove("office")
    with pytest.raises(InstanceRemoved):
        core.comparing.drift(baseline, ["office"])


@pytest.mark.parametrize(
    ("version", "least", "too_old"),
    [("2026.9.6", "2026.9.6", False), ("2026.9.5", "2026.9.6", True), (None, "2026.9.6", True)],
)
def test_gateways_below_a_version_drift(
    core: Core, version: str | None, least: str, too_old: bool
) -> None:
    baseline = _captured(core, "home", {Section.AGENTS: AGENTS})
    let_hold(core, "office", {Section.AGENTS: AGENTS}, version=version)
    capture(core, "office")
    [drift] = core.comparing.drift(baseline, min_version=least)
    assert (drift.version, drift.too_old, drift.drifts) == (version, too_old, too_old)


def test_what_is_no_version_is_refused(core: Core) -> None:
    baseline = _captured(core, "home", {Section.AGENTS: AGENTS})
    with pytest.raises(InvalidVersion) as refusal:
        core.comparing.drift(baseline, min_version="newest")
    assert str(refusal.value) == "'newest' is no version; one is like 2026.9.6"
