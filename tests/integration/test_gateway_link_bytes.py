"""Arbitrary bytes from the other side, at every stage: always an outcome, never in vain."""

import asyncio
import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, PingOutcome

TIMEOUT = 0.1  # seconds
SLACK = 0.8  # seconds that a busy machine may add
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

LINK = WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")
HEADS = st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 101 \r\n", b"\x15"])
# The first bytes of a frame decide most: opcodes, lengths, the mask bit.
FRAMES = st.lists(
    st.tuples(st.integers(0x80, 0x8F) | st.integers(0, 255), st.integers(0, 127), st.binary()).map(
        lambda parts: bytes(parts[:2]) + parts[2]
    ),
    max_size=4,
).map(b"".join)


async def ping(answer: bytes, *, upgrade: bool, within: float = TIMEOUT) -> PingOutcome:
    """Ping a server that answers with these bytes, after a good upgrade or instead of it.

    After that it says nothing more, and does not answer our close frame either.
    """

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if upgrade:
            writer.write(upgraded(request))
        writer.write(answer)
        await reader.read()  # until we are gone
        writer.transport.abort()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(within + SLACK):
            return await LINK.ping(Target(f"ws://127.0.0.1:{port}", token="t"), timeout=within)
    finally:
        server.close()


def upgraded(request: bytes) -> bytes:
    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


@settings(max_examples=30)
@given(st.builds(lambda head, rest: head + rest, HEADS, st.binary()))
def test_any_answer_to_the_upgrade_is_an_outcome(answer: bytes) -> None:
    outcome = asyncio.run(ping(answer, upgrade=False))
    assert not outcome.condition.reachable
    assert not outcome.steps[-1].ok


@settings(max_examples=30)
@given(FRAMES)
def test_any_frames_after_the_upgrade_are_an_outcome(frames: bytes) -> None:
    """Without the pong to our own ping nothing is a success, which four random bytes are not."""
    outcome = asyncio.run(ping(frames, upgrade=True))
    assert not outcome.condition.reachable
    assert outcome.cause is not None
    assert outcome.cause.condition is outcome.condition


def test_the_upgrade_of_these_tests_is_a_good_one() -> None:
    challenge = b'{"type":"connect.challenge","payload":{"nonce":"n","timestamp":1}}'
    hello = b'{"type":"hello-ok","payload":{}}'
    frames = bytes([0x81, len(challenge)]) + challenge + bytes([0x81, len(hello)]) + hello
    outcome = asyncio.run(ping(frames, upgrade=True))
    assert outcome.dialect is Dialect.CHALLENGE
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.TIMEOUT)  # no pong


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\x81\x02\xff\xfe", id="text that is not UTF-8"),
        pytest.param(b"\x81\x7f\x00\x00\x00\x00\x01\x90\x00\x01", id="one byte too many"),
        pytest.param(b"\x83\x00", id="an opcode that there is none of"),
        pytest.param(b"\x81\x80\x00\x00\x00\x00", id="a masked frame"),
    ],
)
def test_a_frame_that_breaks_the_protocol_is_malformed_without_waiting(frame: bytes) -> None:
    """The peer never closes TCP, as it should after our close frame."""
    outcome = asyncio.run(asyncio.wait_for(ping(frame, upgrade=True, within=60.0), 5.0))
    assert outcome.cause is Cause.MALFORMED_FRAME
