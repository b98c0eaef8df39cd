"""Whose gateways are contacted where secrets are lost, and what a fault at one of them costs."""

import asyncio
from pathlib import Path
from typing import NoReturn
from uuid import UUID

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.errors import NothingSelected, SecretMissing, StoreDamaged, StoreFull
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.secret import references_in


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return core_in(tmp_path / "home")


def _register(core: Core, name: str, *tags: str) -> UUID:
    given = GivenCredentials(token=f"token-of-{name}")
    return UUID(core.instances.register(name, f"ws://{name}", given, tags)["id"])


def _lose_secrets(core: Core, id_: UUID) -> None:
    references = references_in(core.log.instance(id_).credentials)
    core.secrets.erase([reference["ref"] for reference in references.values()])


def test_lost_secrets_of_one_instance_keep_nobody_from_the_others(core: Core) -> None:
    ids = [_register(core, name) for name in ("a", "B", "c")]
    _lose_secrets(core, ids[1])
    probes, lost = core.probes.choose_all()
    assert [probe.name for probe in probes] == ["a", "c"]
    assert [probe.target.token for probe in probes] == ["token-of-a", "token-of-c"]
    assert list(lost) == ["B"]
    assert isinstance(lost["B"], SecretMissing)


def test_those_with_some_labels_are_chosen_by_name_whatever_was_removed(core: Core) -> None:
    for name in ("b", "A", "gone"):
        _register(core, name, "env=prod", "web")
    _register(core, "test", "env=test")
    core.instances.remove("gone")
    probes, lost = core.probes.choose_labelled(LabelSelector.parse("env=prod,web"))
    assert [probe.name for probe in probes] == ["A", "b"]
    assert not lost


def test_labels_that_only_lost_ones_have_are_no_mistake(core: Core) -> None:
    _lose_secrets(core, _register(core, "a", "env=prod"))
    probes, lost = core.probes.choose_labelled(LabelSelector.parse("env"))
    assert (probes, list(lost)) == ([], ["a"])


def test_labels_that_nobody_has_are_told(core: Core) -> None:
    _register(core, "a", "env=prod")
    core.instances.remove("a")
    with pytest.raises(NothingSelected, match=r"^no instance has the labels env=prod$"):
        core.probes.choose_labelled(LabelSelector.parse("env==prod"))


def test_an_instance_that_was_named_cannot_be_left_out(core: Core) -> None:
    _register(core, "a")
    _lose_secrets(core, _register(core, "b"))
    with pytest.raises(SecretMissing, match="has no token of 'b'"):
        core.probes.choose(["a", "b"])


def test_a_secret_store_that_is_none_is_the_fault_of_no_instance(core: Core) -> None:
    _register(core, "a")
    (core.home / "secrets.db").write_bytes(b"x" * 4096)
    with pytest.raises(StoreDamaged):
        core.probes.choose_all()


def _fault_at(url: str, core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this program be at fault as soon as one gateway is contacted."""
    ping = core.gateways.ping

    async def faulty_ping(target: Target, *, timeout: float) -> PingOutcome:
        if target.url == url:
            raise ZeroDivisionError
        return await ping(target, timeout=timeout)

    monkeypatch.setattr(core.gateways, "ping", faulty_ping)


def test_a_fault_at_one_gateway_is_raised_once_the_others_are_through(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        _register(core, name)
        core.gateways.answers[f"ws://{name}"] = REACHED
    _fault_at("ws://a", core, monkeypatch)
    findings: list[Finding] = []
    probes, _ = core.probes.choose_all()
    with pytest.raises(ZeroDivisionError) as fault:
        asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=1, found=findings.append))
    assert fault.value.__notes__ == ["at the gateway of a"]
    assert [finding.probe.name for finding in findings] == ["b", "c"]


def test_an_interruption_stops_all_visits(core: Core) -> None:
    _register(core, "a")
    _register(core, "silent")
    core.gateways.silent.add("ws://silent")
    probes, _ = core.probes.choose_all()
    findings: list[Finding] = []

    async def interrupted() -> None:
        one_found = asyncio.Event()

        def found(finding: Finding) -> None:
            findings.append(finding)
            one_found.set()

        reaching = asyncio.create_task(
            core.pinging.reach(probes, timeout=3600, concurrency=2, found=found)
        )
        await one_found.wait()
        reaching.cancel()
        await reaching

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(interrupted())
    assert [finding.probe.name for finding in findings] == ["a"]


def _found(core: Core) -> list[Finding]:
    findings: list[Finding] = []
    probes, _ = core.probes.choose_all()
    asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=9, found=findings.append))
    return findings


def _events(core: Core, id_: UUID) -> list[str]:
    return [type(fact).__name__ for _, fact in core.log.history(id_, upto=core.log.head())]


def test_what_others_did_since_somebody_was_chosen_stands_before_the_ping(core: Core) -> None:
    ids = [_register(core, name) for name in ("a", "b", "c")]
    findings = _found(core)
    core.instances.rename("b", "B2")
    core.instances.remove("c")
    core.pinging.record(findings)
    assert [_events(core, id_) for id_ in ids] == [
        ["Registered", "PingFailed"],
        ["Registered", "Renamed", "PingFailed"],
        ["Registered", "SoftDeleted"],
    ]


def test_findings_that_could_not_be_recorded_can_be_recorded_later(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided about an instance in vain is not taken for what the log says of it."""
    id_ = _register(core, "a")
    findings = _found(core)

    def full(*_: object, **__: object) -> NoReturn:
        raise StoreFull("events.db", "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(core.log.recorder, "insert_events", full)
        with pytest.raises(StoreFull):
            core.pinging.record(findings)
    core.pinging.record(findings)
    core.pinging.record(findings)
    assert _events(core, id_) == ["Registered", "PingFailed", "PingFailed"]
