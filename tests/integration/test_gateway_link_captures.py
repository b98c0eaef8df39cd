"""Captures over real sockets: what the driver makes of gateways of every temper."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator, Holdings
from openclaw_manager.application.ports.gateway_link import Capture, Device, Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect, PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard

AMPLE = 5.0  # seconds; for what is expected to be over at once
SHORT = 0.4  # seconds; for what is expected to run into the timeout
SLACK = 0.4  # seconds that a busy machine may add
LARGEST = 26_214_400  # bytes

CHALLENGE = '{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}'
TICK = '{"type":"event","event":"tick","payload":{"ts":1},"seq":1}'

Handler = Callable[[ServerConnection], Awaitable[None]]


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")


@asynccontextmanager
async def gateway(handler: Handler) -> AsyncIterator[str]:
    """Run an OpenClaw gateway that lets everybody in, and then does what it is told to."""

    async def admit(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        connect = json.loads(await ws.recv())
        hello = {"type": "hello-ok", "protocol": 4, "server": {"version": "9"}}
        await ws.send(answer(connect, hello))
        await handler(ws)

    async with serve(admit, "127.0.0.1", 0, max_size=None) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answer(call: dict[str, Any], payload: object) -> str:
    return json.dumps({"type": "res", "id": call["id"], "ok": True, "payload": payload})


async def capture(
    link: WebSocketGatewayLink, target: Target, *sections: Section, timeout: float = AMPLE
) -> Capture:
    found = await link.capture(
        target, sections or tuple(Section), timeout=timeout, heard=lambda _: None
    )
    assert isinstance(found, Capture), found
    return found


def causes(captured: Capture) -> dict[Section, SectionCause]:
    failed = {s: one for s, one in captured.answers.items() if isinstance(one, SectionFailed)}
    return {section: one.cause for section, one in failed.items()}


async def test_a_gateway_tells_all_that_it_holds(link: WebSocketGatewayLink) -> None:
    decided: list[Section] = []
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        captured = await link.capture(
            Target(simulator.url, token="right"),
            tuple(Section),
            timeout=AMPLE,
            heard=decided.append,
        )
        assert isinstance(captured, Capture)
        assert captured.gateway_id == simulator.gateway_id
        assert simulator.connections == 1
    assert (captured.version, captured.dialect, captured.protocol) == (
        *("2026.9.6", Dialect.OPENCLAW, 4),
    )
    assert list(captured.answers) == list(Section)
    assert causes(captured) == {}
    assert sorted(decided) == sorted(Section)
    assert "right" not in repr(captured)


async def test_only_what_is_wanted_is_asked_for(link: WebSocketGatewayLink) -> None:
    asked: list[str] = []

    async def note(ws: ServerConnection) -> None:
        async for message in ws:
            call = json.loads(message)
            asked.append(call["method"])
            await ws.send(answer(call, {}))

    async with gateway(note) as url:
        wanted = (Section.STATUS, Section.AGENTS, Section.STATUS)
        captured = await capture(link, Target(url, token="right"), *wanted)
    assert asked == ["status", "agents.list"]
    assert list(captured.answers) == [Section.STATUS, Section.AGENTS]


async def test_a_capture_changes_nothing_on_the_gateway(link: WebSocketGatewayLink) -> None:
    """A device that was never paired is not shown, so that none is."""
    pair = PemDeviceKeys().generate(KeyKind.ED25519)
    device = Device(pair.private_pem, pair.public_pem, "linux")
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        await capture(link, Target(simulator.url, token="right", device=device))
        assert (simulator.paired, simulator.pending) == ((), ())


async def test_a_paired_device_captures_a_gateway_of_protocol_3(link: WebSocketGatewayLink) -> None:
    pair = PemDeviceKeys().generate(KeyKind.ED25519)
    device = Device(pair.private_pem, pair.public_pem, "linux")
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", protocol=3) as simulator:
        target = Target(simulator.url, token="right", device=device)
        paired = await link.pair(target, ["operator.read"], timeout=AMPLE)
        assert paired.device_token
        target = Target(simulator.url, device=device, device_token=paired.device_token)
        captured = await capture(link, target)
        assert captured.gateway_id == simulator.gateway_id
    assert (captured.version, captured.protocol, causes(captured)) == ("2026.3.28", 3, {})
    assert captured.device_token == paired.device_token


async def test_a_challenging_gateway_tells_what_its_dialect_can(link: WebSocketGatewayLink) -> None:
    key = PemDeviceKeys().generate(KeyKind.RSA)
    async with GatewaySimulator(
        Dialect.CHALLENGE, token="right", public_key=key.public_pem
    ) as simulator:
        target = Target(simulator.url, token="right", private_key=key.private_pem)
        captured = await capture(link, target)
    heard = {s for s, one in captured.answers.items() if isinstance(one, SectionHeard)}
    assert heard == {Section.AGENTS, Section.CHANNELS, Section.MODELS, Section.PRESENCE}
    assert set(causes(captured).values()) == {SectionCause.NOT_OFFERED}
    assert captured.device_token


async def test_a_bearer_gateway_offers_nothing(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER, token="right") as simulator:
        captured = await capture(link, Target(simulator.url, token="right"))
    assert causes(captured) == dict.fromkeys(Section, SectionCause.NOT_OFFERED)
    assert captured.version is None


async def test_methods_that_the_hello_does_not_name_are_not_called(
    link: WebSocketGatewayLink,
) -> None:
    """Who is no administrator is told of a missing scope where there is no such method."""

    async def admit(ws: ServerConnection) -> None:
        await ws.send(CHALLENGE)
        connect = json.loads(await ws.recv())
        features = {"methods": ["status"]}
        hello = {"type": "hello-ok", "protocol": 3, "features": features}
        await ws.send(answer(connect, hello))
        call = json.loads(await ws.recv())
        assert call["method"] == "status"
        await ws.send(answer(call, {}))
        await ws.wait_closed()

    async with serve(admit, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        captured = await capture(link, Target(url, token="right"))
    assert captured.answers[Section.STATUS] == SectionHeard({})
    assert causes(captured) == dict.fromkeys(
        set(Section) - {Section.STATUS}, SectionCause.NOT_OFFERED
    )


async def test_what_is_wrong_with_the_credentials_is_told_as_by_a_ping(
    link: WebSocketGatewayLink,
) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        found = await link.capture(
            Target(simulator.url, token="wrong"), tuple(Section), timeout=AMPLE, heard=print
        )
    assert isinstance(found, PingOutcome)
    assert (found.condition, found.cause) == (Condition.REFUSED, Cause.TOKEN_MISMATCH)


async def test_a_gateway_that_is_starting_is_waited_for(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", starting_for=0.3) as simulator:
        captured = await capture(link, Target(simulator.url, token="right"))
        assert simulator.connections > 1
    assert causes(captured) == {}


async def test_answers_come_in_any_order_with_events_between(link: WebSocketGatewayLink) -> None:
    async def reverse(ws: ServerConnection) -> None:
        calls = [json.loads(await ws.recv()) for _ in range(8)]
        for call in reversed(calls):
            await ws.send(TICK)
            await ws.send(answer(call, {"to": call["method"]}))
        async for message in ws:
            call = json.loads(message)
            await ws.send(answer(call, {"to": call["method"]}))

    async with gateway(reverse) as url:
        captured = await capture(link, Target(url, token="right"))
    assert captured.answers[Section.CONFIG] == SectionHeard({"to": "config.get"})
    assert captured.answers[Section.PRESENCE] == SectionHeard({"to": "system-presence"})


async def test_no_more_than_eight_calls_wait_for_an_answer(link: WebSocketGatewayLink) -> None:
    """A gateway that waits for a ninth before it answers waits for the timeout."""
    received: list[str | bytes] = []

    async def hoard(ws: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                received.append(await ws.recv())

    async with gateway(hoard) as url:
        captured = await capture(link, Target(url, token="right"), timeout=SHORT)
    assert len(received) == len(Section)  # the last two after the others were given up
    assert causes(captured) == dict.fromkeys(Section, SectionCause.TIMEOUT)


async def test_events_without_end_do_not_keep_a_capture_going(link: WebSocketGatewayLink) -> None:
    async def chatter(ws: ServerConnection) -> None:
        await ws.recv()
        with suppress(ConnectionClosed):
            while True:
                await ws.send(TICK)
                await asyncio.sleep(0)  # this server shares its loop with the client

    async with gateway(chatter) as url, asyncio.timeout(SHORT + SLACK):
        captured = await capture(link, Target(url, token="right"), Section.STATUS, timeout=SHORT)
    assert causes(captured) == {Section.STATUS: SectionCause.TIMEOUT}


async def test_what_came_before_the_end_is_kept(link: WebSocketGatewayLink) -> None:
    """All in one packet, so that the end is known before the first answer is read."""

    async def leave(ws: ServerConnection) -> None:
        calls = [json.loads(await ws.recv()) for _ in range(8)]
        for call in calls[:5]:
            await ws.send(answer(call, {}))
        ws.transport.close()

    async with gateway(leave) as url:
        captured = await capture(link, Target(url, token="right"))
    assert causes(captured) == dict.fromkeys(tuple(Section)[5:], SectionCause.CONNECTION_CLOSED)


@pytest.mark.parametrize("fragments", [1, 2])
async def test_an_answer_that_is_too_large_fails_alone_where_it_can_be_told(
    link: WebSocketGatewayLink, fragments: int
) -> None:
    """In one frame it can; in fragments it may have been the answer to any call in flight."""

    async def flood(ws: ServerConnection) -> None:
        calls = [json.loads(await ws.recv()) for _ in range(3)]
        text = answer(calls[1], "x" * LARGEST)
        size = -(-len(text) // fragments)
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        await ws.send(text if fragments == 1 else pieces)

    three = (Section.AGENTS, Section.CONFIG, Section.STATUS)
    async with gateway(flood) as url:
        captured = await capture(link, Target(url, token="right"), *three, timeout=20)
    others = SectionCause.CONNECTION_CLOSED if fragments == 1 else SectionCause.TOO_LARGE
    assert causes(captured) == dict.fromkeys(three, others) | {
        Section.CONFIG: SectionCause.TOO_LARGE
    }


async def test_an_answer_of_just_less_is_heard(link: WebSocketGatewayLink) -> None:
    async def fill(ws: ServerConnection) -> None:
        call = json.loads(await ws.recv())
        empty = len(answer(call, [""]))
        await ws.send(answer(call, ["x" * (LARGEST - empty)]))
        await ws.wait_closed()

    async with gateway(fill) as url:
        captured = await capture(link, Target(url, token="right"), Section.CONFIG, timeout=20)
    assert causes(captured) == {}


async def test_text_that_is_none_fails_what_is_in_flight(link: WebSocketGatewayLink) -> None:
    async def mumble(ws: ServerConnection) -> None:
        await ws.recv()
        await ws.send(b"\xff\xfe", text=True)
        await ws.wait_closed()

    async with gateway(mumble) as url:
        captured = await capture(link, Target(url, token="right"), Section.CONFIG)
    assert causes(captured) == {Section.CONFIG: SectionCause.MALFORMED_ANSWER}


async def test_a_gateway_that_repeats_what_it_was_shown_is_not_repeated(
    link: WebSocketGatewayLink,
) -> None:
    async def echo(ws: ServerConnection) -> None:
        call = json.loads(await ws.recv())
        error = {"code": "INVALID_REQUEST", "message": "not with\nthe-token!\x1b[31m"}
        await ws.send(json.dumps({"type": "res", "id": call["id"], "ok": False, "error": error}))
        await ws.wait_closed()

    async with gateway(echo) as url:
        captured = await capture(link, Target(url, token="the-token"), Section.CONFIG)
    failed = captured.answers[Section.CONFIG]
    assert isinstance(failed, SectionFailed)
    assert failed.detail == "not with …![31m (INVALID_REQUEST)"


async def test_who_gives_up_waiting_leaves_nothing_behind(link: WebSocketGatewayLink) -> None:
    gone = asyncio.Event()

    async def hang(ws: ServerConnection) -> None:
        await ws.wait_closed()
        gone.set()

    async with gateway(hang) as url:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SHORT):
                await capture(link, Target(url, token="right"))
        await asyncio.wait_for(gone.wait(), AMPLE)


async def test_pages_and_agents_are_captured_whole(link: WebSocketGatewayLink) -> None:
    held = Holdings(
        agents=[{"id": "main"}, {"id": "work"}],
        sessions=[{"key": f"agent:main:{number}"} for number in range(250)],
        cron=[{"id": str(number), "name": f"job-{number}"} for number in range(450)],
    )
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", holdings=held) as simulator:
        captured = await capture(link, Target(simulator.url, token="right"))
    assert causes(captured) == {}
    values: Any = {
        s: one.value for s, one in captured.answers.items() if isinstance(one, SectionHeard)
    }
    assert len(values[Section.SESSIONS]["sessions"]) == values[Section.SESSIONS]["count"] == 250
    assert len({job["id"] for job in values[Section.CRON]["jobs"]}) == 450
    assert set(values[Section.SKILLS]["byAgent"]) == {"main", "work"}
    assert set(values[Section.MODELS]["byAgent"]) == {"main", "work"}


def test_a_ping_loads_nothing_of_this() -> None:
    script = """
import asyncio, sys
from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.application.ports.gateway_link import Target
link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="a/1")
asyncio.run(link.ping(Target("ws://127.0.0.1:1"), timeout=5))
print([name for name in sys.modules if name.endswith(("capture", "interview", "canonical"))])
"""
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert run.stdout == "[]\n"
