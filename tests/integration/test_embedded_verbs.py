"""Every verb of the public package, on both managers, against simulated gateways."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager import (
    AmbiguousInstance,
    ArchiveRefused,
    Cause,
    CheckpointRefused,
    Condition,
    FileRefused,
    InstanceNotFound,
    InstanceNotPaired,
    InstanceRemoved,
    InstanceStillPresent,
    InvalidMoment,
    InvalidReason,
    InvalidSetting,
    KeyKind,
    LogExists,
    Manager,
    ManagerClosed,
    NameTaken,
    NothingSelected,
    OpenClawManagerError,
    SecretMissing,
    Section,
    Status,
    UnknownEvent,
    UnknownSection,
)
from openclaw_manager.simulation import Holdings, RunningGateway
from waiting import Waiting

NOBODY = "ws://127.0.0.1:1"
Open = Callable[..., Any]


@pytest.fixture(params=["threads", "tasks"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Open managers of one kind or the other, by default on one home; typed as neither."""
    managers: list[Any] = []

    def open_(home: Path | None = None, **arguments: Any) -> Any:
        kind: Any = Manager.open if request.param == "threads" else Waiting
        managers.append(kind(home or tmp_path / "home", **arguments))
        return managers[-1]

    yield open_
    for manager in managers:
        manager.end() if isinstance(manager, Waiting) else manager.close()


@pytest.fixture
def manager(opened: Open) -> Any:
    return opened()


@pytest.fixture
def gateway() -> Iterator[RunningGateway]:
    with RunningGateway("openclaw", token="secret") as running:
        yield running


def test_what_is_registered_can_be_listed_and_got_by_name_id_and_beginning(manager: Any) -> None:
    made = manager.register("Home", url=NOBODY, token="secret", tags=["env=prod"])

    assert manager.list() == (made,)
    assert [manager.get(one) for one in ("home", made.id, made.id[:4])] == [made] * 3
    assert (made.name, made.url, made.status) == ("Home", NOBODY, Status.REGISTERED)
    assert "secret" not in repr(made)
    assert made.token.startswith("sha256:")


def test_nothing_is_made_before_something_is_recorded(manager: Any, tmp_path: Path) -> None:
    assert manager.list() == ()
    assert not (tmp_path / "home").exists()


def test_a_name_that_is_taken_is_refused(manager: Any) -> None:
    manager.register("home", url=NOBODY)

    with pytest.raises(NameTaken, match="the name 'home' is taken"):
        manager.register("HOME", url=NOBODY)


_REFUSED: dict[str, Callable[[Any], object]] = {
    "url": lambda manager: manager.register("x", url="http://nowhere"),
    "token": lambda manager: manager.register("x", url=NOBODY, token="two\nlines"),
    "pin": lambda manager: manager.register("x", url=NOBODY, tls_fingerprint="sha256:1"),
    "authorities": lambda manager: manager.register("x", url=NOBODY, tls_authorities="no PEM"),
    "key": lambda manager: manager.register("x", url=NOBODY, private_key="no PEM"),
    "selector": lambda manager: manager.get("nobody"),
    "target": lambda manager: manager.ping("nobody"),
    "timeout": lambda manager: manager.ping("home", timeout=0),
    "concurrency": lambda manager: manager.ping_all(concurrency=0),
    "labels": lambda manager: manager.list(labels="="),
}


@pytest.mark.parametrize("wrong", _REFUSED)
def test_what_cannot_be_taken_is_an_error_of_the_one_tree(manager: Any, wrong: str) -> None:
    manager.register("home", url=NOBODY)

    with pytest.raises(OpenClawManagerError):
        _REFUSED[wrong](manager)

    assert [entry.event for entry in manager.events()] == ["Registered"]


def test_what_a_person_should_know_is_logged_and_nothing_handles_it(
    manager: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    manager.register("home", url=NOBODY)
    (tmp_path / "home" / "data.json").write_text("{")

    assert [one.name for one in manager.list()] == ["home"]
    assert "made anew from the log" in caplog.text
    assert logging.getLogger("openclaw_manager").handlers == []


def test_instances_are_selected_by_their_labels(manager: Any) -> None:
    manager.register("one", url=NOBODY, tags=["env=prod"])
    manager.register("two", url=NOBODY, tags=["env=test"])

    assert [one.name for one in manager.list(labels="env=prod")] == ["one"]
    assert [one.name for one in manager.ping_all(labels="env!=prod")] == ["two"]
    assert [one.name for one in manager.ping_all(["two", "one"])] == ["two", "one"]
    with pytest.raises(NothingSelected):
        manager.ping_all(labels="env=none")


def test_an_instance_is_changed_renamed_removed_restored_and_purged(manager: Any) -> None:
    manager.register("home", url=NOBODY, token="secret", tags=["old"])

    changed = manager.update("home", url="ws://127.0.0.1:2", tags=["new"], untag=["old"])
    assert (changed.url, changed.tags) == ("ws://127.0.0.1:2", ("new",))
    assert manager.update("home", drop_token=True).token is None
    pin = f"sha256:{'a' * 64}"
    assert manager.update("home", tls_fingerprint=pin).tls_fingerprint == pin
    assert manager.update("home", system_trust=True).tls_fingerprint is None
    assert manager.rename("home", "house").name == "house"
    with pytest.raises(InstanceStillPresent):
        manager.purge("house")
    assert manager.remove("house", reason="moved").removed
    assert manager.list() == ()
    assert len(manager.list(removed=True)) == 1
    with pytest.raises(InstanceRemoved):
        manager.ping("house")
    assert manager.purge("house").removed
    assert not manager.restore("house", name="villa").removed
    assert manager.history("villa", limit=2)[-1].event == "Renamed"
    assert [one.reason for one in manager.history("villa") if one.event == "SoftDeleted"] == [
        "moved"
    ]


def test_an_ambiguous_selector_names_the_candidates(manager: Any) -> None:
    for _ in range(2):
        manager.register("home", url=NOBODY)
        manager.remove("home")

    with pytest.raises(AmbiguousInstance) as refused:
        manager.get("home")

    assert len(refused.value.candidates) == 2


def test_a_ping_tells_what_was_found_and_records_it(manager: Any, gateway: RunningGateway) -> None:
    manager.register("home", url=gateway.url, token="secret")

    found = manager.ping("home", reason="a look")

    assert (found.condition, found.status, found.cause) == (Condition.OK, Status.REACHABLE, None)
    assert found.reachable
    assert found.latency_ms > 0
    assert (found.version, found.dialect, found.protocol) == ("2026.9.6", "openclaw", 4)
    assert [step.step for step in found.steps][-1] == "round-trip"
    assert "secret" not in repr(found)
    instance = manager.get("home")
    assert (instance.status, instance.version) == ("reachable", "2026.9.6")
    [entry] = manager.events(kinds=["Pinged"])
    assert (entry.instance, entry.reason) == ("home", "a look")


def test_a_gateway_that_is_down_or_refuses_is_a_result_and_no_error(
    manager: Any, gateway: RunningGateway
) -> None:
    manager.register("down", url=NOBODY)
    manager.register("refused", url=gateway.url, token="wrong")

    down, refused = manager.ping_all()

    assert (down.condition, down.cause) == ("down", Cause.CONNECTION_REFUSED)
    assert (refused.condition, refused.cause) == ("refused", Cause.TOKEN_MISMATCH)
    assert manager.ping("down").detail == "Connection refused"


def test_an_instance_whose_secret_is_lost_keeps_nobody_from_pinging_the_others(
    manager: Any, tmp_path: Path
) -> None:
    manager.register("lost", url=NOBODY, token="secret")
    manager.register("there", url=NOBODY)
    (tmp_path / "home" / "secrets.db").unlink()

    found = manager.ping_all()

    assert [one.name for one in found] == ["there"]
    assert (len(found), found[0].name, found[:1][0].name) == (1, "there", "there")
    assert isinstance(found.lost["lost"], SecretMissing)
    with pytest.raises(SecretMissing):
        manager.ping("lost")


def test_a_reason_that_cannot_be_recorded_is_refused_before_a_gateway_is_visited(
    manager: Any, gateway: RunningGateway
) -> None:
    manager.register("home", url=gateway.url)

    with pytest.raises(InvalidReason):
        manager.ping("home", reason="two\nlines")

    assert gateway.connections == 0


@pytest.fixture
def captured(manager: Any, gateway: RunningGateway) -> Any:
    """Lend a manager with a gateway that is paired and was captured twice."""
    manager.register("home", url=gateway.url, token="secret")
    assert manager.pair("home").paired
    gateway.hold(Holdings(config={"model": "small"}))
    assert manager.capture("home").snapshot is not None
    gateway.hold(Holdings(config={"model": "large"}))
    assert [one.cause for one in manager.capture_all()] == [None]
    return manager


def test_captures_are_kept_read_and_compared(captured: Any) -> None:
    newest, oldest = captured.snapshots("home")

    assert captured.snapshot("home~1") == oldest
    assert captured.snapshot(newest.id[:8]) == newest
    comparison = captured.diff("home~1", "home", sections=["config"])
    assert [(one.old, one.new) for one in comparison.changes] == [("small", "large")]
    held = captured.contents("home", sections=["config"])
    assert list(held.contents) == [Section.CONFIG]
    assert held.snapshot == newest
    assert captured.config("home").configuration == {"model": "large"}
    [change] = captured.config_diff("home", {"model": "huge"}).changes
    assert (change.op, change.new) == ("replace", "huge")
    with pytest.raises(UnknownSection, match="there are agents"):
        captured.capture("home", sections=["nonsense"])


def test_drift_is_told_of_others(captured: Any) -> None:
    captured.register("never", url=NOBODY)

    drifts = {one.instance: one for one in captured.drift("home~1", min_version="2026.1.1")}

    assert drifts["home"].differing == (Section.CONFIG,)
    assert drifts["never"].view is None
    assert [one.drifts for one in captured.drift("home", ["home"])] == [False]


def test_a_capture_of_what_is_down_says_why_there_is_no_snapshot(manager: Any) -> None:
    manager.register("down", url=NOBODY)

    found = manager.capture("down")

    assert (found.snapshot, found.cause) == (None, Cause.CONNECTION_REFUSED)
    assert found.name == "down"


def test_a_pairing_that_somebody_has_to_approve_says_what(manager: Any) -> None:
    with RunningGateway("openclaw", token="secret", pairing="ask") as gateway:
        manager.register("home", url=gateway.url, token="secret")

        asked = manager.pair("home", scopes=["operator.read"])
        assert (asked.paired, asked.cause) == (False, Cause.PAIRING_REQUIRED)
        assert [one.request_id for one in gateway.pending] == [asked.request_id]
        gateway.approve(asked.request_id)
        paired = manager.pair("home")

        assert paired.instance.device_id == manager.device().id
        assert manager.unpair("home").device_id == manager.device().id
        with pytest.raises(InstanceNotPaired):
            manager.unpair("home")


def test_what_a_gateway_presents_can_be_pinned(manager: Any) -> None:
    with RunningGateway("openclaw", token="secret", tls=True) as gateway:
        manager.register("home", url=gateway.url, token="secret")
        assert manager.ping("home").cause is Cause.TLS_UNTRUSTED

        seen = manager.presented("home")
        assert (seen.fingerprint, seen.pinned_fingerprint) == (gateway.tls_fingerprint, None)
        pinned = manager.trust("home", fingerprint=seen.fingerprint, gateway_id=seen.gateway_id)

        assert pinned.tls_fingerprint == gateway.tls_fingerprint
        assert manager.ping("home").reachable


def test_events_are_told_after_a_position_and_narrowed_down(manager: Any) -> None:
    manager.register("one", url=NOBODY)
    middle = manager.position()
    manager.register("two", url=NOBODY)
    manager.rename("one", "uno")

    assert [one.event for one in manager.events(after=middle)] == ["Registered", "Renamed"]
    assert [one.event for one in manager.events(instances=["uno"])] == ["Registered", "Renamed"]
    assert [one.instance for one in manager.events(kinds=["registered"])] == ["uno", "two"]
    assert list(manager.events(actor="nobody")) == []
    assert list(manager.events(after=manager.position())) == []
    with pytest.raises(InvalidMoment):
        list(manager.events(after=999))
    with pytest.raises(UnknownEvent):
        list(manager.events(kinds=["nonsense"]))


def test_whoever_follows_gets_all_that_happens_once(manager: Any) -> None:
    manager.register("one", url=NOBODY)
    following = manager.events(follow=True)

    assert next(following).event == "Registered"
    manager.rename("one", "uno")
    manager.rename("uno", "eins")

    assert [next(following).data["name"] for _ in range(2)] == ["uno", "eins"]


def test_everything_is_shown_as_it_was(manager: Any) -> None:
    manager.register("one", url=NOBODY)
    then = manager.position()
    at = manager.get("one").registered_at
    manager.rename("one", "uno")

    assert [one.name for one in manager.list(at=then)] == ["one"]
    assert manager.get("one", at=then).name == "one"
    assert json.loads(manager.replay(then))["minions"][0]["title"] == "one"
    assert len(manager.list(at=at.replace(year=at.year - 1))) == 0
    with pytest.raises(InvalidMoment):
        manager.list(at=999)


def test_the_log_is_proved_and_vouched_for(manager: Any, opened: Open, tmp_path: Path) -> None:
    manager.register("one", url=NOBODY)

    checkpoint = manager.checkpoint()
    text = json.dumps(checkpoint.document()).encode()

    assert manager.verify().ok
    assert manager.verify(text).ok
    assert manager.verify(text, key=manager.device().public_key).ok
    with pytest.raises(CheckpointRefused):
        opened(tmp_path / "other").verify(text)
    with pytest.raises(CheckpointRefused):
        manager.verify(b"nonsense")


def test_a_log_is_carried_elsewhere_with_its_secrets(
    manager: Any, opened: Open, tmp_path: Path
) -> None:
    made = manager.register("one", url=NOBODY, token="secret")
    lines = list(manager.export(passphrase="open sesame"))
    other = opened(tmp_path / "other")

    with pytest.raises(ArchiveRefused):
        other.import_(lines[1:])
    imported = other.import_(lines, passphrase="open sesame")

    assert (imported.events, imported.secrets) == (2, 1)
    assert other.list() == (made,)
    with pytest.raises(LogExists):
        other.import_(lines)


def test_instances_of_another_tool_are_adopted(manager: Any, tmp_path: Path) -> None:
    data = Path(__file__).parents[1] / "data" / "minion.json"
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps({"minions": [json.loads(data.read_text())], "relations": []}))

    assert [one.outcome for one in manager.adopt(file, dry_run=True)] == ["adopted"]
    assert manager.list() == ()
    assert [one.outcome for one in manager.adopt(file)] == ["adopted"]
    assert len(manager.list(removed=True)) == 1
    with pytest.raises(FileRefused):
        manager.adopt(tmp_path / "missing.json")


def test_the_doctor_looks_at_the_home_and_the_gateways_and_mends(
    manager: Any, gateway: RunningGateway, tmp_path: Path
) -> None:
    manager.register("home", url=gateway.url, token="secret")
    (tmp_path / "home").chmod(0o755)

    ill, mended = manager.doctor("home"), manager.doctor(fix=True)

    assert not ill.ok or any(one.verdict == "warning" for one in ill.checks)
    assert mended.fixed
    assert mended.ok
    assert {one.subject for one in mended.checks} == {"manager", "home"}
    with pytest.raises(InstanceNotFound):
        manager.doctor("nobody")


def test_settings_say_where_they_came_from(opened: Open, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text('concurrency = 3\ntimeout = "2s"\n')

    settings = opened(
        home, timeout=5, environment={"OPENCLAW_MANAGER_LOCK_TIMEOUT": "7s"}
    ).settings()

    assert (settings["timeout"].value, settings["timeout"].origin) == (5.0, "argument timeout")
    assert (settings["concurrency"].value, settings["concurrency"].origin) == (3, "config.toml")
    assert settings["lock_timeout"].value == 7.0
    assert settings["home"].origin == "argument home"


def test_a_setting_that_cannot_be_taken_is_refused(opened: Open) -> None:
    with pytest.raises(InvalidSetting, match="timeout from argument timeout"):
        opened(timeout=-1).list()


def test_the_device_of_the_home_lasts_until_it_is_replaced(manager: Any) -> None:
    first = manager.device()

    assert manager.device() == first
    assert manager.replace_device() != first


@pytest.mark.parametrize("kind", KeyKind)
def test_keys_that_are_made_can_be_registered(manager: Any, kind: KeyKind) -> None:
    pair = manager.generate_key(kind)

    made = manager.register("one", url=NOBODY, private_key=pair.private_pem)

    assert made.public_key == pair.public_pem
    assert "PRIVATE" not in repr(pair)


def test_after_the_end_everything_is_refused(opened: Open) -> None:
    manager = opened()
    manager.register("one", url=NOBODY)
    manager.close()

    for refused in (manager.list, lambda: manager.ping("one"), lambda: list(manager.events())):
        with pytest.raises(ManagerClosed):
            refused()
