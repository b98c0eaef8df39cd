"""Every fault of the simulator in every dialect: the condition, the cause and the last step.

None is ever an exception or takes longer than the timeout, and none is a success but those
that leave the gateway reachable. A capture is kept out by what keeps a ping out; what strikes
single calls fails their sections and no others.
"""

import asyncio

import pytest

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.application.ports.gateway_link import Capture, Device, Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect, Step
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed

TIMEOUT = 0.6  # seconds
SLACK = 0.4  # seconds that a busy machine may add
OVERSIZED_TIMEOUT = 5.0  # seconds; 26 MB have to be made and sent

Found = tuple[Condition, Cause | None, Step]

_HTTP_REFUSED: Found = (Condition.REFUSED, Cause.HTTP_REFUSED, Step.UPGRADE)
_NOT_A_GATEWAY: Found = (Condition.DOWN, Cause.NOT_A_GATEWAY, Step.UPGRADE)
_TOKEN_REFUSED: Found = (Condition.REFUSED, Cause.TOKEN_MISMATCH, Step.UPGRADE)
_UNREADABLE: Found = (Condition.DOWN, Cause.MALFORMED_FRAME, Step.CHALLENGE)
_REACHED: Found = (Condition.OK, None, Step.ROUND_TRIP)  # it strikes later, or elsewhere


def _refused_by(cause: Cause) -> Found:
    return (Condition.REFUSED, cause, Step.AUTHENTICATE)


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
    Fault.REFUSE: _refused_by(Cause.DEVICE_KEY_REFUSED),
    Fault.RATE_LIMITED: _refused_by(Cause.RATE_LIMITED),
    Fault.STARTING: (Condition.STARTING, Cause.GATEWAY_STARTING, Step.AUTHENTICATE),
    Fault.CHALLENGE_WITHOUT_TIME: _UNREADABLE,
    Fault.INVALID_CONNECT: _refused_by(Cause.PROTOCOL_UNSUPPORTED),
    Fault.PROTOCOL_MISMATCH: _refused_by(Cause.PROTOCOL_UNSUPPORTED),
    Fault.ORIGIN_REFUSED: _refused_by(Cause.ORIGIN_REFUSED),
    Fault.DEVICE_REQUIRED: _refused_by(Cause.DEVICE_KEY_MISSING),
    Fault.DEVICE_ID_MISMATCH: _refused_by(Cause.DEVICE_KEY_REFUSED),
    Fault.SIGNATURE_EXPIRED: _refused_by(Cause.DEVICE_KEY_REFUSED),
    Fault.NONCE_MISMATCH: _refused_by(Cause.DEVICE_KEY_REFUSED),
    Fault.SIGNATURE_INVALID: _refused_by(Cause.DEVICE_KEY_REFUSED),
    Fault.TOKEN_MISSING: _refused_by(Cause.TOKEN_MISSING),
    Fault.DEVICE_TOKEN_MISMATCH: _refused_by(Cause.DEVICE_REVOKED),
    Fault.SCOPE_MISMATCH: _refused_by(Cause.SCOPE_MISSING),
    Fault.AUTH_CHANGED: (Condition.REFUSED, Cause.TOKEN_MISMATCH, Step.ROUND_TRIP),
    Fault.SERVICE_RESTART: (Condition.DOWN, Cause.CONNECTION_CLOSED, Step.ROUND_TRIP),
    Fault.NO_SCOPES: _REACHED,
    Fault.NOT_READY: (Condition.DEGRADED, Cause.NOT_READY, Step.ROUND_TRIP),
    Fault.BUSY: (Condition.DEGRADED, Cause.NOT_READY, Step.ROUND_TRIP),
    Fault.BUSY_AT_FIRST: _REACHED,
    Fault.HANG_IN_SECTION: _REACHED,
    Fault.CLOSE_IN_SECTION: _REACHED,
    Fault.ERROR_IN_SECTION: _REACHED,
    Fault.OVERSIZED_SECTION: _REACHED,
    Fault.DEEP_SECTION: _REACHED,
    Fault.GARBAGE_IN_SECTION: _REACHED,
    Fault.BINARY_SECTION: _REACHED,
    Fault.SECTION_FOR_ADMINS: _REACHED,
    Fault.ENDLESS_PAGES: _REACHED,
}
REACHABLE = {fault for fault, (condition, *_) in EXPECTED.items() if condition.reachable}

# Where a dialect has no such moment, the fault shows at another.
DIFFERENT: dict[tuple[Dialect, Fault], Found] = {
    (Dialect.OPENCLAW, Fault.REFUSE): _refused_by(Cause.TOKEN_MISMATCH),
    # The time is for a signature, and who shows no device makes none.
    (Dialect.OPENCLAW, Fault.CHALLENGE_WITHOUT_TIME): (
        Condition.DOWN,
        Cause.TIMEOUT,
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
    return PemDeviceKeys().generate(KeyKind.RSA)


@pytest.fixture(scope="module")
def device() -> Device:
    pair = PemDeviceKeys().generate(KeyKind.ED25519)
    return Device(pair.private_pem, pair.public_pem, "linux")


def test_no_fault_is_missing_from_the_table() -> None:
    assert set(EXPECTED) == set(Fault)


# The protocol is of the openclaw dialect; where a fault of protocol 3 differs, it stands here.
PLAYED = [
    (dialect, protocol, fault)
    for fault in Fault
    for dialect in Dialect
    for protocol in ((4, 3) if dialect is Dialect.OPENCLAW else (4,))
    if dialect in fault.dialects
]
OF_PROTOCOL_3 = {Fault.SCOPE_MISMATCH: _refused_by(Cause.DEVICE_REVOKED)}


def expected(dialect: Dialect, protocol: int, fault: Fault) -> Found:
    found = DIFFERENT.get((dialect, fault), EXPECTED[fault])
    return OF_PROTOCOL_3.get(fault, found) if protocol == 3 else found


@pytest.mark.parametrize(("dialect", "protocol", "fault"), PLAYED)
async def test_a_fault_is_what_the_table_says(
    dialect: Dialect, protocol: int, fault: Fault, key: KeyPair
) -> None:
    """With the right credentials, so that nothing but the fault can be the reason."""
    challenged = dialect is Dialect.CHALLENGE
    timeout = OVERSIZED_TIMEOUT if fault is Fault.OVERSIZED_FRAME else TIMEOUT
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    async with GatewaySimulator(
        dialect,
        token="right",
        public_key=key.public_pem if challenged else None,
        faults=[fault],
        protocol=protocol,
    ) as gateway:
        target = Target(
            gateway.url, token="right", private_key=key.private_pem if challenged else None
        )
        async with asyncio.timeout(timeout + SLACK):
            outcome = await link.ping(target, timeout=timeout)

    *before, last = outcome.steps
    found = (outcome.condition, outcome.cause, last.step)
    assert found == expected(dialect, protocol, fault)
    assert all(step.ok for step in before)
    assert last.ok is outcome.condition.reachable is (fault in REACHABLE)
    assert (outcome.latency_ms is not None) is (fault in REACHABLE)
    assert outcome.detail or outcome.condition is Condition.OK
    assert "right" not in str(outcome.detail)


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in REACHABLE])
async def test_a_fault_is_no_success_for_a_stranger_either(fault: Fault) -> None:
    """Without any credentials a gateway must not look like one that needs none."""
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    for dialect in fault.dialects:
        async with GatewaySimulator(dialect, faults=[fault]) as gateway:
            async with asyncio.timeout(OVERSIZED_TIMEOUT):
                outcome = await link.ping(Target(gateway.url), timeout=TIMEOUT)
        assert not outcome.condition.reachable


# What is different for a device: it has a signature to make, and a pairing to lose.
FOR_A_DEVICE = {
    Fault.CHALLENGE_WITHOUT_TIME: _UNREADABLE,
    Fault.AUTH_CHANGED: (Condition.REFUSED, Cause.DEVICE_REVOKED, Step.ROUND_TRIP),
}


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in REACHABLE])
async def test_a_fault_pairs_nobody_and_is_told_to_a_device_too(
    fault: Fault, device: Device
) -> None:
    timeout = OVERSIZED_TIMEOUT if fault is Fault.OVERSIZED_FRAME else TIMEOUT
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", faults=[fault]) as gateway:
        target = Target(gateway.url, token="right", device=device)
        async with asyncio.timeout(timeout + SLACK):
            outcome = await link.pair(target, ["operator.read"], timeout=timeout)
    found = (outcome.condition, outcome.cause, outcome.steps[-1].step)
    assert found == FOR_A_DEVICE.get(fault, expected(Dialect.OPENCLAW, 4, fault))
    assert outcome.device_token is None


# Captures -------------------------------------------------------------------------------------

ALL_CLOSED = dict.fromkeys(Section, SectionCause.CONNECTION_CLOSED)


def models(cause: SectionCause) -> dict[Section, SectionCause]:
    """Fail the section that is struck."""
    return {Section.MODELS: cause}


# What fails of a capture where one comes about. What was asked for before the struck section is
# heard, and of the others as much as the fault leaves.
CAPTURED: dict[Fault, dict[Section, SectionCause]] = {
    Fault.SERVICE_RESTART: ALL_CLOSED,
    Fault.NO_SCOPES: dict.fromkeys(Section, SectionCause.SCOPE_MISSING),
    Fault.NOT_READY: {},
    Fault.BUSY: dict.fromkeys(Section, SectionCause.CALL_FAILED),
    Fault.BUSY_AT_FIRST: {},
    Fault.HANG_IN_SECTION: models(SectionCause.TIMEOUT),
    Fault.CLOSE_IN_SECTION: ALL_CLOSED,
    Fault.ERROR_IN_SECTION: models(SectionCause.CALL_FAILED),
    Fault.OVERSIZED_SECTION: ALL_CLOSED | models(SectionCause.TOO_LARGE),
    Fault.DEEP_SECTION: models(SectionCause.MALFORMED_ANSWER),
    Fault.GARBAGE_IN_SECTION: models(SectionCause.MALFORMED_ANSWER),
    Fault.BINARY_SECTION: models(SectionCause.MALFORMED_ANSWER),
    Fault.SECTION_FOR_ADMINS: models(SectionCause.SCOPE_MISSING),
    Fault.ENDLESS_PAGES: {Section.SESSIONS: SectionCause.TOO_LARGE},
}
HEARD_BEFORE = {Section.AGENTS, Section.CHANNELS}
ENDING = {Fault.CLOSE_IN_SECTION, Fault.OVERSIZED_SECTION}
OFFERED = {
    Dialect.OPENCLAW: set(Section),
    Dialect.CHALLENGE: HEARD_BEFORE | {Section.MODELS, Section.PRESENCE},
}


def test_no_fault_that_lets_a_capture_through_is_missing() -> None:
    assert set(CAPTURED) == REACHABLE | {Fault.SERVICE_RESTART}


def failures(dialect: Dialect, fault: Fault) -> dict[Section, SectionCause]:
    spared = HEARD_BEFORE if fault in ENDING else set()
    not_offered = dict.fromkeys(set(Section) - OFFERED[dialect], SectionCause.NOT_OFFERED)
    struck = {one: why for one, why in CAPTURED[fault].items() if one not in spared}
    return struck | not_offered


@pytest.mark.parametrize(("dialect", "protocol", "fault"), PLAYED)
async def test_a_capture_is_kept_out_or_fails_where_it_is_struck(
    dialect: Dialect, protocol: int, fault: Fault, key: KeyPair, device: Device
) -> None:
    """As the paired device that a gateway of protocol 3 wants to see for anything but a ping."""
    challenged = dialect is Dialect.CHALLENGE
    oversized = fault in (Fault.OVERSIZED_FRAME, Fault.OVERSIZED_SECTION)
    timeout = OVERSIZED_TIMEOUT if oversized else TIMEOUT
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    decided: list[Section] = []
    async with GatewaySimulator(
        dialect,
        token="right",
        public_key=key.public_pem if challenged else None,
        faults=[fault],
        protocol=protocol,
    ) as gateway:
        target = Target(
            gateway.url, token="right", private_key=key.private_pem if challenged else None
        )
        if protocol == 3 and fault in CAPTURED:
            shown = target._replace(device=device)
            paired = await link.pair(shown, ["operator.read"], timeout=timeout)
            target = shown._replace(device_token=paired.device_token)
        # Nothing takes longer than getting there, and the two rounds in which eight are asked.
        async with asyncio.timeout(3 * timeout + SLACK):
            found = await link.capture(
                target, tuple(Section), timeout=timeout, heard=decided.append
            )

    if fault not in CAPTURED:
        assert not isinstance(found, Capture)
        condition, cause, step = expected(dialect, protocol, fault)
        is_told_later = fault is Fault.AUTH_CHANGED
        assert (found.condition, found.cause) == (condition, cause)
        assert found.steps[-1].step is (Step.AUTHENTICATE if is_told_later else step)
        assert decided == []
        return
    assert isinstance(found, Capture)
    assert list(found.answers) == list(Section)
    assert sorted(decided) == sorted(Section)
    failed = {s: one for s, one in found.answers.items() if isinstance(one, SectionFailed)}
    causes = {section: one.cause for section, one in failed.items()}
    assert causes == failures(dialect, fault)
    assert all(one.detail and "right" not in one.detail for one in failed.values())
    missing = {one.scope for one in failed.values() if one.cause is SectionCause.SCOPE_MISSING}
    assert missing <= {"operator.read", "operator.admin"}
