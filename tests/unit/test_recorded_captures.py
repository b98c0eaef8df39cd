"""What real gateways answered, replayed: each recorded answer is the section that it serves."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.adapters.gateway.calls import calls_of
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.inquiries import INQUIRIES
from openclaw_manager.adapters.gateway.interview import Interview
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import SectionHeard

RECORDED = Path(__file__).parents[1] / "data" / "gateway-frames"
VERSIONS = ("2026.9.6", "2026.3.28")
CHALLENGE = {"type": "event", "event": "connect.challenge", "payload": {"nonce": "n", "ts": 1}}


def recorded(version: str, name: str) -> Any:
    return json.loads((RECORDED / version / "rpc" / f"{name}.json").read_text())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_section_is_what_the_gateway_answered(version: str) -> None:
    inquiries = INQUIRIES[Dialect.OPENCLAW]
    interview = Interview(
        calls_of(Dialect.OPENCLAW), timeout=30, plain=lambda text: text, heard=lambda _: None
    )
    for section, inquiry in inquiries.items():
        interview.ask(section, inquiry)
    while not interview.over:
        for call in map(json.loads, interview.calls(0)):
            answer = recorded(version, call["method"])["response"]
            interview.hear(json.dumps({**answer, "id": call["id"]}), 0)
    assert interview.answers == {
        section: SectionHeard(recorded(version, inquiry.method)["response"]["payload"])
        for section, inquiry in inquiries.items()
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_hello_offers_every_method_that_serves_a_section(version: str) -> None:
    talk = OpenClawConversation(CHALLENGE, Identity(token="t"), Client("openclaw-manager/1"))
    talk.introduce()
    hello = {"type": "res", "id": "1", "ok": True, "payload": recorded(version, "_hello_read")}
    talk.hear(json.dumps(hello))
    assert all(talk.offers(inquiry.method) for inquiry in INQUIRIES[Dialect.OPENCLAW].values())
    assert not talk.offers("nonexistent.method")
