"""Every fault of the simulator in every dialect: the condition, the cause and the failed step.

None is ever a success, an exception, or longer than the timeout.
"""

import asyncio

import pytest

from openclaw_manager.adapters.device_keys import RsaDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, Step

TIMEOUT = 0.6  # seconds
SLACK = 0.4  # seconds that a busy machine may add
OVERSIZED_TIMEOUT = 5.0  # seconds; 26 MB have to be made and sent

Found = tuple[Condition, Cause, Step]

_HTTP_REFUSED: Found = (Condition.REFUSED, Cause.HTTP_REFUSED, Step.UPGRADE)
_NOT_A_GATEWAY: Found = (Condition.DOWN, Cause.NOT_A_GATEWAY, Step.UPGRADE)
_TOKEN_REFUSED: Found = (Condition.REFUSED, Cause.TOKEN_MISMATCH, Step.UPGRADE)
_UNREADABLE: Found = (Condition.DOWN, Cause.MALFORMED_FRAME, Step.CHALLENGE)

EXPECTED: dict[Fault, Found] = {
    Fault.PLAIN_TCP: _NOT_A_GATEWAY,
    Fault.HTTP_401: _TOKEN_REFUSED,
    Fault.HTTP_403: _TOKEN_REFUSED,
    Fault.HTTP_404: _HTTP_REFUSED,
    Fault.HTTP_500: _HTTP_REFUSED,
    Fault.SILENT: (Condition.DOWN, Cause.TIMEOUT, Step.CHALLENGE),
    Fault.DROP_AFTER_UPGRADE: (Condition.DOWN, Cause.CONNECTION_CLOSED, Step.CHALLENGE),
    Fault.GARBAGE_TEXT: _UNREADABLE,
    Fault.BINARY_FRAME: _UNREADABLE,
    Fault.JSON_ARRAY: _UNREADABLE,
    Fault.OVERSIZED_FRAME: _UNREADABLE,
    Fault.CHALLENGE_WITHOUT_PAYLOAD: _UNREADABLE,
    Fault.UNKNOWN_FIRST_FRAME: (Condition.DOWN, Cause.NOT_A_GATEWAY, Step.CHALLENGE),
    Fault.HELLO_WITHOUT_CHALLENGE: (Condition.REFUSED, Cause.CHALLENGE_MISSING, Step.CHALLENGE),
    Fault.DROP_AFTER_CHALLENGE: (Condition.DOWN, Cause.CONNECTION_CLOSED, Step.AUTHENTICATE),
    Fault.CLOSE_BEFORE_HELLO: (Condition.DOWN, Cause.CONNECTION_CLOSED, Step.AUTHENTICATE),
    Fault.HANG_AFTER_CONNECT: (Condition.DOWN, Cause.TIMEOUT, Step.AUTHENTICATE),
    Fault.SLOW_ANSWER: (Condition.DOWN, Cause.TIMEOUT, Step.AUTHENTICATE),
    Fault.REFUSE: (Condition.REFUSED, Cause.DEVICE_KEY_REFUSED, Step.AUTHENTICATE),
    Fault.RATE_LIMITED: (Condition.REFUSED, Cause.RATE_LIMITED, Step.AUTHENTICATE),
    Fault.STARTING: (Condition.STARTING, Cause.GATEWAY_STARTING, Step.AUTHENTICATE),
}

# Where a dialect has no such moment, the fault shows at another.
DIFFERENT: dict[tuple[Dialect, Fault], Found] = {
    (Dialect.OPENCLAW, Fault.REFUSE): (
        Condition.REFUSED,
        Cause.TOKEN_MISMATCH,
        Step.AUTHENTICATE,
    ),
    (Dialect.BEARER, Fault.REFUSE): _TOKEN_REFUSED,
    (Dialect.BEARER, Fault.RATE_LIMITED): (Condition.REFUSED, Cause.RATE_LIMITED, Step.UPGRADE),
    (Dialect.BEARER, Fault.STARTING): _HTTP_REFUSED,  # 503, as servers of many kinds answer
    (Dialect.BEARER, Fault.CLOSE_BEFORE_HELLO): (
        Condition.DOWN,
        Cause.CONNECTION_CLOSED,
        Step.CHALLENGE,
    ),
    (Dialect.BEARER, Fault.HANG_AFTER_CONNECT): (Condition.DOWN, Cause.TIMEOUT, Step.CHALLENGE),
    (Dialect.BEARER, Fault.SLOW_ANSWER): (Condition.DOWN, Cause.TIMEOUT, Step.UPGRADE),
}


@pytest.fixture(scope="module")
def key() -> KeyPair:
    return RsaDeviceKeys().generate()


def test_no_fault_is_missing_from_the_table() -> None:
    assert set(EXPECTED) == set(Fault)


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("fault", Fault)
async def test_a_fault_is_what_the_table_says(dialect: Dialect, fault: Fault, key: KeyPair) -> None:
    """With the right credentials, so that nothing but the fault can be the reason."""
    challenged = dialect is Dialect.CHALLENGE
    timeout = OVERSIZED_TIMEOUT if fault is Fault.OVERSIZED_FRAME else TIMEOUT
    link = WebSocketGatewayLink(RsaDeviceKeys(), user_agent="openclaw-manager/test")
    async with GatewaySimulator(
        dialect,
        token="right",
        public_key=key.public_pem if challenged else None,
        faults=[fault],
    ) as gateway:
        target = Target(
            gateway.url, token="right", private_key=key.private_pem if challenged else None
        )
        async with asyncio.timeout(timeout + SLACK):
            outcome = await link.ping(target, timeout=timeout)

    *before, last = outcome.steps
    assert (outcome.condition, outcome.cause, last.step) == DIFFERENT.get(
        (dialect, fault), EXPECTED[fault]
    )
    assert not last.ok
    assert all(step.ok for step in before)
    assert not outcome.condition.reachable
    assert outcome.latency_ms is None
    assert outcome.detail
    assert "right" not in outcome.detail


@pytest.mark.parametrize("fault", Fault)
async def test_a_fault_is_no_success_for_a_stranger_either(fault: Fault) -> None:
    """Without any credentials a gateway must not look like one that needs none."""
    link = WebSocketGatewayLink(RsaDeviceKeys(), user_agent="openclaw-manager/test")
    for dialect in Dialect:
        async with GatewaySimulator(dialect, faults=[fault]) as gateway:
            async with asyncio.timeout(OVERSIZED_TIMEOUT):
                outcome = await link.ping(Target(gateway.url), timeout=TIMEOUT)
        assert not outcome.condition.reachable
