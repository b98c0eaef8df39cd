"""Captures of real OpenClaw gateways: every section, by the methods of each version.

Opt-in, since it installs some 1.5 GB: ``make test-gateway`` runs it. The same tests run on a
gateway of protocol 4 and on one of protocol 3.
"""

import asyncio
from typing import Any

import pytest

from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.installation import Installation
from end_to_end.openclaw_gateway.process import RunningGateway
from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.application.ports.gateway_link import Capture, Device, Target
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(1200),  # seconds, in which a gateway may have to be installed
]

AMPLE = 60.0  # seconds; the first call of a method can take several beside other work


def capture(target: Target) -> Capture:
    """Ask for everything."""
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    found = asyncio.run(link.capture(target, tuple(Section), timeout=AMPLE, heard=lambda _: None))
    assert isinstance(found, Capture), found
    return found


def values(captured: Capture) -> dict[Section, Any]:
    """Give what was heard, which is everything."""
    answers = captured.answers.items()
    heard = {section: one.value for section, one in answers if isinstance(one, SectionHeard)}
    assert set(heard) == set(Section), captured.answers
    return heard


@pytest.fixture
def paired(gateway: RunningGateway) -> Target:
    """Pair a device that may read, over loopback, where nobody has to approve it."""
    pair = PemDeviceKeys().generate(KeyKind.ED25519)
    target = Target(
        gateway.url, token=gateway.token, device=Device(pair.private_pem, pair.public_pem, "linux")
    )
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    outcome = asyncio.run(link.pair(target, ["operator.read"], timeout=AMPLE))
    assert outcome.device_token, outcome
    return Target(gateway.url, device=target.device, device_token=outcome.device_token)


def test_the_token_alone_captures_what_its_scopes_allow(
    gateway: RunningGateway, installation: Installation, administrator: Administrator
) -> None:
    """Everything in 2026.9.6; 2026.3.28 lets nobody without a device keep a scope, and says so."""
    before = administrator.devices()

    captured = capture(Target(gateway.url, token=gateway.token))

    assert (captured.version, captured.protocol) == (installation.version, installation.protocol)
    assert administrator.devices() == before
    if installation.protocol == 4:
        assert captured.gateway_id
        values(captured)
        return
    for answer in captured.answers.values():
        assert isinstance(answer, SectionFailed)
        assert (answer.cause, answer.scope) == (SectionCause.SCOPE_MISSING, "operator.read")


def test_a_paired_device_captures_every_section(paired: Target, installation: Installation) -> None:
    """In the shapes in which the simulator answers too."""
    captured = capture(paired)

    heard = values(captured)
    assert captured.gateway_id
    assert captured.device_token == paired.device_token
    assert [agent["id"] for agent in heard[Section.AGENTS]["agents"]] == ["main"]
    assert isinstance(heard[Section.CHANNELS]["channels"], dict)
    assert isinstance(heard[Section.MODELS]["models"], list)
    assert heard[Section.CONFIG]["config"]["gateway"]["controlUi"] == {"enabled": False}
    assert heard[Section.SESSIONS]["sessions"] == []
    assert isinstance(heard[Section.CRON]["jobs"], list)
    assert heard[Section.SKILLS]["skills"]
    assert heard[Section.NODES]["nodes"] == []
    assert heard[Section.STATUS]["runtimeVersion"] == installation.version
    assert any(one["mode"] == "gateway" for one in heard[Section.PRESENCE])


def test_a_disabled_job_is_captured_too(paired: Target, administrator: Administrator) -> None:
    """It is set up, though the gateway leaves it out unless it is asked for."""
    job = administrator.ask(
        "cron.add",
        name="disabled",
        enabled=False,
        schedule={"kind": "every", "everyMs": 3_600_000},
        sessionTarget="main",
        wakeMode="now",
        payload={"kind": "systemEvent", "text": "nothing"},
    )
    try:
        jobs = values(capture(paired))[Section.CRON]["jobs"]
    finally:
        administrator.ask("cron.remove", id=job["id"])
    assert job["id"] in {one["id"] for one in jobs}
