"""Whose gateways are contacted where secrets are lost, and what a fault at one of them costs."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.errors import SecretMissing, StoreDamaged
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.secret import references_in


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return core_in(tmp_path / "home")


def _register(core: Core, name: str) -> UUID:
    given = GivenCredentials(token=f"token-of-{name}")
    return UUID(core.instances.register(name, f"ws://{name}", given)["id"])


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
