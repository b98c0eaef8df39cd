"""What a gateway is asked, in which order it may answer, and what is not asked at all."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Event

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.gateway import connection
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect

AMPLE = 20.0  # seconds
SHORT = 0.5
KEY = b"the public key of this gateway.."
GATEWAY_ID = sha256(KEY).hexdigest()
_CHALLENGE = {"type": "event", "event": "connect.challenge", "payload": {"nonce": "n", "ts": 1}}
_HELLO = {
    "type": "hello-ok",
    "protocol": 4,
    "features": {"methods": ["health", "gateway.identity.get"]},
    "auth": {"scopes": ["operator.read"]},
}
_ANSWERS = {
    "health": {"ok": True},
    "gateway.identity.get": {
        "deviceId": GATEWAY_ID,
        "publicKey": urlsafe_b64encode(KEY).rstrip(b"=").decode(),
    },
}

LINK = WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")


class NoticingConnection(ServerConnection):
    """Counts the pings of the client."""

    pings = 0
    pinged: asyncio.Event

    def process_event(self, event: Event) -> None:
        if isinstance(event, Request):
            self.pinged = asyncio.Event()
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings += 1
            self.pinged.set()
        super().process_event(event)


@asynccontextmanager
async def gateway(talk: Callable[[NoticingConnection], Awaitable[None]]) -> AsyncIterator[str]:
    """Hold such a conversation with whoever comes; gives the URL."""

    async def hold(ws: ServerConnection) -> None:
        assert isinstance(ws, NoticingConnection)
        await talk(ws)

    async with serve(hold, "127.0.0.1", 0, create_connection=NoticingConnection) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _admit(ws: ServerConnection) -> None:
    await ws.send(json.dumps(_CHALLENGE))
    connect = json.loads(await ws.recv())
    await ws.send(json.dumps({"type": "res", "id": connect["id"], "ok": True, "payload": _HELLO}))


async def _questions(ws: ServerConnection) -> dict[str, str]:
    """Wait for both questions; their answers, by method."""
    asked = [json.loads(await ws.recv()) for _ in _ANSWERS]
    return {
        one["method"]: json.dumps(
            {"type": "res", "id": one["id"], "ok": True, "payload": _ANSWERS[one["method"]]}
        )
        for one in asked
    }


@pytest.mark.parametrize("order", [list(_ANSWERS), list(reversed(_ANSWERS))], ids="-".join)
async def test_both_questions_are_asked_at_once_and_answered_in_any_order(order: list[str]) -> None:
    async def talk(ws: NoticingConnection) -> None:
        await _admit(ws)
        answers = await _questions(ws)
        for method in order:
            await ws.send('{"type":"event","event":"tick"}')
            await ws.send(answers[method])
        await ws.wait_closed()

    async with gateway(talk) as url:
        outcome = await LINK.ping(Target(url), timeout=AMPLE)
    assert (outcome.condition, outcome.gateway_id) == (Condition.OK, GATEWAY_ID)


@pytest.mark.parametrize("leaves", [True, False])
@pytest.mark.parametrize(
    ("answered", "fault", "gateway_id"),
    [
        ("health", None, None),
        ("gateway.identity.get", "when asked how it is|how it is within", GATEWAY_ID),
    ],
)
async def test_what_was_answered_counts_where_the_other_answer_never_comes(
    answered: str, fault: str | None, gateway_id: str | None, leaves: bool
) -> None:
    async def talk(ws: NoticingConnection) -> None:
        await _admit(ws)
        await ws.send((await _questions(ws))[answered])
        if not leaves:
            await ws.wait_closed()

    async with gateway(talk) as url:
        outcome = await LINK.ping(Target(url), timeout=AMPLE if leaves else SHORT)
    assert outcome.gateway_id == gateway_id
    assert outcome.latency_ms is not None
    if fault is None:
        assert (outcome.condition, outcome.cause) == (Condition.OK, None)
    else:
        assert (outcome.condition, outcome.cause) == (Condition.DEGRADED, Cause.NOT_READY)
        assert any(clause in str(outcome.detail) for clause in fault.split("|"))


@pytest.mark.parametrize(("last_spoken", "pings"), [(Dialect.OPENCLAW, 1), (None, 2)])
async def test_a_gateway_that_challenged_before_is_not_asked_whether_it_will(
    last_spoken: Dialect | None, pings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_AT_ONCE", AMPLE)  # however busy this machine is
    counted: list[int] = []

    async def talk(ws: NoticingConnection) -> None:
        await _admit(ws)
        for answer in (await _questions(ws)).values():
            await ws.send(answer)
        await ws.wait_closed()
        counted.append(ws.pings)

    async with gateway(talk) as url:
        outcome = await LINK.ping(Target(url, dialect=last_spoken), timeout=AMPLE)
        assert outcome.condition is Condition.OK
    assert counted == [pings]


async def test_one_that_takes_its_time_with_the_challenge_is_asked_after_all() -> None:
    async def talk(ws: NoticingConnection) -> None:
        await ws.pinged.wait()
        await _admit(ws)
        for answer in (await _questions(ws)).values():
            await ws.send(answer)
        await ws.wait_closed()

    async with gateway(talk) as url:
        outcome = await LINK.ping(Target(url, dialect=Dialect.OPENCLAW), timeout=AMPLE)
    assert (outcome.condition, outcome.gateway_id) == (Condition.OK, GATEWAY_ID)
