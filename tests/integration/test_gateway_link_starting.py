"""A gateway that is still starting is tried again within the timeout, and no other is."""

import asyncio
import time

import pytest
from websockets.asyncio.server import ServerConnection, serve

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, Step

AMPLE = 8.0  # seconds
SLACK = 0.4  # seconds that a busy machine may add

CHALLENGE = '{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}'


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")


async def test_a_gateway_that_starts_meanwhile_is_reached(link: WebSocketGatewayLink) -> None:
    """And what counts is the visit that succeeded: its steps, and its times."""
    async with GatewaySimulator(Dialect.OPENCLAW, token="t", starting_for=0.8) as simulator:
        outcome = await link.ping(Target(simulator.url, token="t"), timeout=AMPLE)
        assert simulator.connections == 3
    assert outcome.condition is Condition.OK
    assert [step.step for step in outcome.steps].count(Step.AUTHENTICATE) == 1
    assert outcome.connect_ms is not None
    assert outcome.connect_ms < 500


async def test_a_gateway_that_starts_for_longer_is_starting_and_costs_the_timeout_at_most(
    link: WebSocketGatewayLink,
) -> None:
    timeout = 1.2
    async with GatewaySimulator(Dialect.OPENCLAW, faults=[Fault.STARTING]) as simulator:
        async with asyncio.timeout(timeout + SLACK):
            outcome = await link.ping(Target(simulator.url), timeout=timeout)
        assert simulator.connections == 3
    assert (outcome.condition, outcome.cause) == (Condition.STARTING, Cause.GATEWAY_STARTING)


@pytest.mark.parametrize(
    ("retry_after", "soonest", "latest"),
    [("1", 0.1, 0.1), ("300", 0.3, 0.3), ("60000", 2.0, 2.0), ('"soon"', 0.5, 0.5)],
)
async def test_it_is_left_alone_for_as_long_as_it_asks_within_bounds(
    link: WebSocketGatewayLink, retry_after: str, soonest: float, latest: float
) -> None:
    visits: list[float] = []

    async def start(ws: ServerConnection) -> None:
        visits.append(time.monotonic())
        await ws.send(CHALLENGE)
        await ws.recv()
        error = f'{{"code":"UNAVAILABLE","retryable":true,"retryAfterMs":{retry_after}}}'
        code = error if len(visits) == 1 else '{"code":"NOT_PAIRED"}'
        await ws.send(f'{{"type":"res","id":"1","ok":false,"error":{code}}}')
        await ws.close(1013, "gateway starting")

    async with serve(start, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        outcome = await link.ping(Target(url), timeout=AMPLE)
    [first, second] = visits
    assert soonest <= second - first <= latest + SLACK
    assert outcome.cause is Cause.PAIRING_REQUIRED  # the last one counts


async def test_a_close_code_alone_says_that_it_is_starting_too(link: WebSocketGatewayLink) -> None:
    visits = 0

    async def start(ws: ServerConnection) -> None:
        nonlocal visits
        visits += 1
        await ws.close(1013 if visits == 1 else 4429)

    async with serve(start, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        outcome = await link.ping(Target(url), timeout=AMPLE)
    assert (visits, outcome.cause) == (2, Cause.RATE_LIMITED)


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.RATE_LIMITED, Fault.HTTP_500])
async def test_no_refusal_is_tried_again(link: WebSocketGatewayLink, fault: Fault) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="t", faults=[fault]) as simulator:
        outcome = await link.ping(Target(simulator.url, token="t"), timeout=AMPLE)
        assert simulator.connections == 1
    assert outcome.condition is Condition.REFUSED
