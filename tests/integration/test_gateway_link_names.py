"""From names to addresses: slow, wrong and several of them."""

import asyncio
import socket
import time
from threading import Event
from typing import Any

import pytest

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, Step

AMPLE = 5.0  # seconds
SHORT = 0.3  # seconds

look_up = socket.getaddrinfo


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")


async def test_a_name_is_resolved(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        url = simulator.url.replace("127.0.0.1", "localhost")
        outcome = await link.ping(Target(url), timeout=AMPLE)
    assert outcome.condition is Condition.OK


@pytest.mark.parametrize("host", ["gateway.test", "x" * 70, "a..b"])
async def test_a_name_that_nobody_knows_is_not_resolved(
    link: WebSocketGatewayLink, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(name: str, *rest: Any, **options: Any) -> Any:
        if name == "gateway.test":  # a reserved name; no name server need be asked
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(name, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    outcome = await link.ping(Target(f"ws://{host}"), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.NAME_NOT_RESOLVED)
    assert [step.step for step in outcome.steps] == [Step.RESOLVE]


def test_a_dead_name_server_outlasts_neither_the_timeout_nor_the_loop(
    link: WebSocketGatewayLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving the loop included: its own pool of threads would be waited for."""
    answered = Event()

    def dead(host: str, port: int, *, flags: int = 0, **_: Any) -> Any:
        if flags & socket.AI_NUMERICHOST:
            return look_up(host, port, flags=flags)
        answered.wait(AMPLE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", dead)
    began = time.monotonic()
    outcome = asyncio.run(link.ping(Target("ws://gateway.test"), timeout=SHORT))
    took = time.monotonic() - began
    answered.set()
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.TIMEOUT, Step.RESOLVE)
    assert took < SHORT + 1


async def test_the_next_address_is_tried_when_one_refuses(
    link: WebSocketGatewayLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a name that has an IPv6 address on which the gateway does not listen."""

    def two(_: str, port: int, *rest: Any, **options: Any) -> Any:
        refusing = look_up("127.0.0.2", port, *rest, **options)
        return refusing + look_up("127.0.0.1", port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", two)
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url), timeout=AMPLE)
    assert outcome.condition is Condition.OK
