"""Pairing and trusting, on a real log, view and secret store."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.domain.caution import Caution
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InstanceNotPaired, InstanceRemoved
from openclaw_manager.domain.ping import Certificate, PingOutcome
from openclaw_manager.domain.trust import TlsFingerprint, Trust

URL = "wss://gateway.example.com"
DEVICE = "d" * 64
TAKEN_IN = REACHED._replace(
    device_id=DEVICE, scopes=("operator.read",), device_token="device-token-1"
)
PENDING = PingOutcome(Condition.REFUSED, Cause.PAIRING_REQUIRED, "not paired", request_id="r-1")
CERTIFICATE = Certificate(
    TlsFingerprint("sha256:" + "ab" * 32), datetime(2036, 11, 23, 12, tzinfo=UTC)
)


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    core.instances.register("home", URL, GivenCredentials(token="tok-1"))
    return core


def _apply(core: Core, *answers: PingOutcome, wait: float = 0) -> tuple[PingOutcome, list[str]]:
    core.gateways.pairings = list(answers)
    applicant = core.pairing.choose("home")
    told: list[str] = []
    outcome = asyncio.run(
        core.pairing.apply(
            applicant,
            ["operator.read"],
            timeout=5,
            wait=wait,
            pending=lambda pending: told.append(pending.request_id or ""),
        )
    )
    if outcome.device_token:
        core.pairing.record(applicant, outcome)
    return outcome, told


def _ping(core: Core) -> Finding:
    findings: list[Finding] = []
    probes = core.probes.choose(["home"])
    asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=1, found=findings.append))
    core.pinging.record(findings)
    return findings[0]


def _fields(core: Core) -> Any:
    return core.read_view()["minions"][0]["fields"]


def test_an_instance_that_was_never_paired_comes_without_a_device(core: Core) -> None:
    """A device that nobody asked for would start a pairing, and a ping changes nothing."""
    _ping(core)
    assert core.gateways.seen[-1].device is None


def test_a_paired_instance_comes_as_its_device_with_the_token_that_it_was_given(
    core: Core,
) -> None:
    _apply(core, TAKEN_IN)
    _ping(core)
    target = core.gateways.seen[-1]
    assert target.device == core.gateways.seen[0].device
    assert target.device_token == "device-token-1"
    assert _fields(core)["deviceId"] == DEVICE
    assert _fields(core)["scopes"] == ["operator.read"]


def test_the_device_of_a_home_is_the_same_in_every_process(core: Core) -> None:
    _apply(core, TAKEN_IN)
    another = core_in(core.home)
    _ping(another)
    assert another.gateways.seen[-1].device == core.gateways.seen[-1].device


def test_a_device_says_for_ever_that_it_runs_on_what_it_was_paired_on(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway asks for the pairing to be approved again when that changes."""
    _apply(core, TAKEN_IN)
    monkeypatch.setattr(core.probes._targets, "_platform", "another")
    _ping(core)
    device = core.gateways.seen[-1].device
    assert device is not None
    assert device.platform != "another"


def test_an_ed25519_key_that_an_instance_brought_is_its_device(core: Core) -> None:
    key = core.keys.admit("-----BEGIN PRIVATE KEY-----\ned25519\n-----END PRIVATE KEY-----\n")
    core.instances.update("home", given=GivenCredentials(private_key=key.private_pem))
    _apply(core, TAKEN_IN)
    device = core.gateways.seen[-1].device
    assert device is not None
    assert device.private_key == key.private_pem


def test_a_request_that_waits_for_a_person_is_told_once_and_recorded_as_nothing(
    core: Core,
) -> None:
    outcome, told = _apply(core, PENDING)
    assert (outcome.cause, told) == (Cause.PAIRING_REQUIRED, ["r-1"])
    assert [entry.event for entry in core.history.of("home")] == ["Registered"]


def test_waiting_ends_with_the_approval(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openclaw_manager.application.pairing._BETWEEN_TRIES", 0.0)
    outcome, told = _apply(core, PENDING, PENDING, TAKEN_IN, wait=60)
    assert (outcome.condition, told) == (Condition.OK, ["r-1"])


def test_a_refusal_is_not_tried_again(core: Core) -> None:
    refused = PingOutcome(Condition.REFUSED, Cause.TOKEN_MISMATCH, "no")
    assert _apply(core, refused, wait=60) == (refused, [])


def test_pairing_again_leaves_only_the_newest_device_token(core: Core) -> None:
    _apply(core, TAKEN_IN)
    _apply(core, TAKEN_IN._replace(device_token="device-token-2"))
    kept = b"".join(path.read_bytes() for path in core.home.iterdir())
    assert b"device-token-2" in kept
    assert b"device-token-1" not in kept


def test_an_unpaired_instance_comes_without_a_device_again(core: Core) -> None:
    _apply(core, TAKEN_IN)
    core.pairing.undo("home")
    _ping(core)
    assert core.gateways.seen[-1].device is None
    assert core.gateways.seen[-1].device_token is None
    assert "deviceId" not in _fields(core)
    with pytest.raises(InstanceNotPaired, match="is not paired"):
        core.pairing.undo("home")


def test_a_removed_instance_is_neither_paired_nor_trusted(core: Core) -> None:
    core.instances.remove("home")
    with pytest.raises(InstanceRemoved):
        core.pairing.choose("home")
    with pytest.raises(InstanceRemoved):
        core.trusting.choose("home")


def test_the_first_gateway_that_says_who_it_is_is_expected_from_then_on(core: Core) -> None:
    core.gateways.answers[URL] = REACHED._replace(gateway_id="a" * 64)
    assert _ping(core).cautions == []
    core.gateways.answers[URL] = REACHED._replace(gateway_id="b" * 64)
    assert _ping(core).cautions == [Caution.GATEWAY_REPLACED]
    assert _ping(core).cautions == [Caution.GATEWAY_REPLACED], "nothing but trust ends that"
    core.trusting.trust(core.trusting.choose("home"), None, "b" * 64)
    assert _ping(core).cautions == []
    assert _fields(core)["gatewayId"] == "b" * 64


def test_two_instances_of_one_gateway_are_told_when_that_is_found_out(core: Core) -> None:
    core.instances.register("lab", "wss://lab.example.com", GivenCredentials())
    for url in (URL, "wss://lab.example.com"):
        core.gateways.answers[url] = REACHED._replace(gateway_id="a" * 64)
    findings: list[Finding] = []
    for name, twins in (("home", []), ("lab", [("lab", "home")]), ("lab", [])):
        findings.clear()
        probes = core.probes.choose([name])
        asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=1, found=findings.append))
        core.pinging.record(findings)
        assert core.pinging.twins(findings) == twins


def test_looking_shows_what_the_gateway_presents_and_records_nothing(core: Core) -> None:
    core.gateways.certificates[URL] = CERTIFICATE
    core.gateways.answers[URL] = REACHED._replace(gateway_id="a" * 64)
    head = core.log.head()
    presented = asyncio.run(core.trusting.look(core.trusting.choose("home"), timeout=5))
    assert (presented.certificate, presented.gateway_id) == (CERTIFICATE, "a" * 64)
    assert core.log.head() == head


def test_a_trusted_certificate_is_demanded_from_then_on(core: Core) -> None:
    core.trusting.trust(core.trusting.choose("home"), CERTIFICATE.fingerprint, None)
    _ping(core)
    assert core.gateways.seen[-1].trust == Trust(None, CERTIFICATE.fingerprint)
    assert _fields(core)["tlsFingerprint"] == CERTIFICATE.fingerprint


@pytest.mark.parametrize(("days", "warned"), [(13, True), (-1, True), (15, False)])
def test_a_certificate_is_warned_of_two_weeks_before_it_ends(
    core: Core, days: int, warned: bool
) -> None:
    ends = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=days)
    certificate = CERTIFICATE._replace(expires_at=ends)
    core.gateways.answers[URL] = REACHED._replace(certificate=certificate)
    assert (Caution.CERTIFICATE_EXPIRES in _ping(core).cautions) is warned


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("ws://192.168.1.10:18789", True),
        ("ws://gateway.example.com", True),
        ("ws://127.0.0.1:18789", False),
        ("ws://localhost:18789", False),
        ("ws://[::1]:18789", False),
        ("wss://gateway.example.com", False),
    ],
)
def test_a_token_that_others_on_the_way_can_read_is_warned_of(
    core: Core, url: str, warned: bool
) -> None:
    core.instances.update("home", url=url)
    assert (Caution.TOKEN_IN_PLAIN in _ping(core).cautions) is warned


def test_dropping_a_key_that_was_never_there_leaves_the_pairing(core: Core) -> None:
    _apply(core, TAKEN_IN)
    core.instances.update("home", given=GivenCredentials(drop_key=True))
    assert core.probes.choose(["home"])[0].target.device_token == "device-token-1"


def test_another_key_ends_the_pairing_with_the_one_before(core: Core) -> None:
    _apply(core, TAKEN_IN)
    key = "-----BEGIN PRIVATE KEY-----\nrsa\n-----END PRIVATE KEY-----\n"
    core.instances.update("home", given=GivenCredentials(private_key=key))
    assert [entry.event for entry in core.history.of("home", limit=1)] == ["Unpaired"]
    assert "scopes" not in _fields(core)


def test_a_device_stays_the_same_at_another_url(core: Core) -> None:
    _apply(core, TAKEN_IN)
    core.instances.update("home", url="wss://elsewhere.example.com")
    assert _fields(core)["deviceId"] == DEVICE
