"""The gateway link over real sockets, on the loopback interface."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.ports.device_keys import KeyPair
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step

AMPLE = 5.0  # seconds; for what is expected to be over at once
SHORT = 0.4  # seconds; for what is expected to run into the timeout
SLACK = 0.4  # seconds that a busy machine may add

OPENCLAW_CHALLENGE = (
    '{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1795448143496}}'
)
OPENCLAW_HELLO = (
    '{"type":"res","id":"1","ok":true,"payload":'
    '{"type":"hello-ok","protocol":4,"server":{"version":"2026.9.6"}}}'
)

Handler = Callable[[ServerConnection], Awaitable[None]]


@pytest.fixture(scope="module")
def key() -> KeyPair:
    return PemDeviceKeys().generate(KeyKind.RSA)


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/1.2.3")


@asynccontextmanager
async def gateway(handler: Handler) -> AsyncIterator[str]:
    """Run a WebSocket server that does what it is told; gives its URL."""
    async with serve(handler, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def listener(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Run a TCP server that knows nothing of HTTP; gives its port."""
    talks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        finally:
            writer.transport.abort()
            talks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def forever(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def until_left(ws: ServerConnection) -> None:
    await ws.wait_closed()


async def admit(ws: ServerConnection) -> None:
    """Greet as OpenClaw does, whoever it is."""
    await ws.send(OPENCLAW_CHALLENGE)
    await ws.recv()
    await ws.send(OPENCLAW_HELLO)


def steps_of(outcome: PingOutcome) -> list[Step]:
    return [step.step for step in outcome.steps]


CHALLENGED = [
    Step.RESOLVE,
    Step.CONNECT,
    Step.UPGRADE,
    Step.CHALLENGE,
    Step.AUTHENTICATE,
    Step.ROUND_TRIP,
]


async def test_an_openclaw_gateway_is_reached_with_its_token(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        outcome = await link.ping(Target(simulator.url, token="right"), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.OK, None)
    assert (outcome.dialect, outcome.protocol) == (Dialect.OPENCLAW, 4)
    assert outcome.version == "2026.9.6"
    assert steps_of(outcome) == CHALLENGED
    assert all(step.ok for step in outcome.steps)


async def test_an_openclaw_gateway_of_protocol_3_is_reached(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right", protocol=3) as simulator:
        outcome = await link.ping(Target(simulator.url, token="right"), timeout=AMPLE)
    assert (outcome.condition, outcome.protocol) == (Condition.OK, 3)


async def test_a_challenging_gateway_is_reached_with_its_key_and_then_its_device_token(
    link: WebSocketGatewayLink, key: KeyPair
) -> None:
    async with GatewaySimulator(
        Dialect.CHALLENGE, token="right", public_key=key.public_pem
    ) as simulator:
        target = Target(simulator.url, token="right", private_key=key.private_pem)
        first = await link.ping(target, timeout=AMPLE)
        assert first.device_token
        target = Target(
            simulator.url,
            token="right",
            private_key=key.private_pem,
            device_token=first.device_token,
        )
        second = await link.ping(target, timeout=AMPLE)
    for outcome in (first, second):
        assert (outcome.condition, outcome.dialect) == (Condition.OK, Dialect.CHALLENGE)
        assert outcome.version
        assert outcome.device_id
        assert steps_of(outcome) == CHALLENGED


@pytest.mark.parametrize("last_spoken", [None, Dialect.BEARER])
async def test_a_bearer_gateway_is_reached_with_its_token(
    link: WebSocketGatewayLink, last_spoken: Dialect | None
) -> None:
    """There is neither challenge nor authentication after the upgrade, so no such steps."""
    async with GatewaySimulator(Dialect.BEARER, token="right") as simulator:
        target = Target(simulator.url, token="right", dialect=last_spoken)
        outcome = await link.ping(target, timeout=AMPLE)
    assert (outcome.condition, outcome.dialect) == (Condition.OK, Dialect.BEARER)
    assert steps_of(outcome) == [Step.RESOLVE, Step.CONNECT, Step.UPGRADE, Step.ROUND_TRIP]


async def test_the_times_are_those_of_the_steps(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        outcome = await link.ping(Target(simulator.url, token="right"), timeout=AMPLE)
    assert outcome.connect_ms is not None
    assert outcome.latency_ms is not None
    *until_authenticated, round_trip = outcome.steps
    assert outcome.connect_ms >= sum(step.ms for step in until_authenticated)
    assert 0 < outcome.latency_ms <= round_trip.ms


@pytest.mark.parametrize("dialect", Dialect)
async def test_a_wrong_token_is_a_mismatch(link: WebSocketGatewayLink, dialect: Dialect) -> None:
    async with GatewaySimulator(dialect, token="right") as simulator:
        outcome = await link.ping(Target(simulator.url, token="wrong-one"), timeout=AMPLE)
    assert outcome.cause is Cause.TOKEN_MISMATCH
    assert "wrong-one" not in str(outcome)


@pytest.mark.parametrize("dialect", Dialect)
async def test_no_token_is_a_missing_one(link: WebSocketGatewayLink, dialect: Dialect) -> None:
    async with GatewaySimulator(dialect, token="right") as simulator:
        outcome = await link.ping(Target(simulator.url), timeout=AMPLE)
    assert outcome.cause is Cause.TOKEN_MISSING


async def test_the_key_of_another_is_refused(link: WebSocketGatewayLink, key: KeyPair) -> None:
    other = PemDeviceKeys().generate(KeyKind.RSA)
    async with GatewaySimulator(Dialect.CHALLENGE, public_key=key.public_pem) as simulator:
        target = Target(simulator.url, private_key=other.private_pem)
        outcome = await link.ping(target, timeout=AMPLE)
    assert outcome.cause is Cause.DEVICE_KEY_REFUSED


async def test_no_key_is_a_missing_one(link: WebSocketGatewayLink, key: KeyPair) -> None:
    async with GatewaySimulator(Dialect.CHALLENGE, public_key=key.public_pem) as simulator:
        outcome = await link.ping(Target(simulator.url), timeout=AMPLE)
    assert outcome.cause is Cause.DEVICE_KEY_MISSING


async def test_a_key_that_cannot_be_read_is_an_outcome(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.CHALLENGE) as simulator:
        outcome = await link.ping(Target(simulator.url, private_key="damaged"), timeout=AMPLE)
    assert outcome.cause is Cause.DEVICE_KEY_REFUSED
    assert outcome.steps[-1].step is Step.AUTHENTICATE


async def test_a_gateway_that_does_not_challenge_a_device_key_is_an_impostor(
    link: WebSocketGatewayLink, key: KeyPair
) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url, private_key=key.private_pem), timeout=SHORT)
    assert (outcome.condition, outcome.cause) == (Condition.REFUSED, Cause.CHALLENGE_MISSING)


@pytest.mark.parametrize("last_spoken", [Dialect.OPENCLAW, Dialect.CHALLENGE])
async def test_a_gateway_that_no_longer_challenges_is_noticed(
    link: WebSocketGatewayLink, last_spoken: Dialect
) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url, dialect=last_spoken), timeout=SHORT)
    assert outcome.cause is Cause.CHALLENGE_MISSING


async def test_a_challenge_may_come_after_the_pong(link: WebSocketGatewayLink) -> None:
    async def dawdle(ws: ServerConnection) -> None:
        await (await ws.ping())  # by the time of its pong, ours has long been sent
        await admit(ws)
        await ws.recv()
        await ws.send('{"type":"res","id":"2","ok":true,"payload":{"ok":true}}')
        await ws.wait_closed()

    async with gateway(dawdle) as url:
        outcome = await link.ping(Target(url), timeout=AMPLE)
    assert (outcome.condition, outcome.dialect) == (Condition.OK, Dialect.OPENCLAW)


async def test_the_upgrade_shows_the_token_and_nothing_of_a_browser() -> None:
    """No Origin, which OpenClaw would check, and no compression."""
    requests: list[Request] = []

    def note(_: ServerConnection, request: Request) -> None:
        requests.append(request)

    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/1.2.3")
    async with serve(until_left, "127.0.0.1", 0, process_request=note) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"ws://127.0.0.1:{port}/any/path?query=1"
        await link.ping(Target(url, token="right"), timeout=AMPLE)
        await link.ping(Target(url), timeout=AMPLE)
    shown, anonymous = requests
    assert shown.path == "/any/path?query=1"
    assert {name.lower() for name in shown.headers} == {
        "host",
        "upgrade",
        "connection",
        "sec-websocket-key",
        "sec-websocket-version",
        "authorization",
        "user-agent",
    }
    assert shown.headers["Host"] == f"127.0.0.1:{port}"
    assert shown.headers["Authorization"] == "Bearer right"
    assert shown.headers["User-Agent"] == "openclaw-manager/1.2.3"
    assert "Authorization" not in anonymous.headers


async def test_a_redirect_is_not_followed(link: WebSocketGatewayLink) -> None:
    """The credential must not go to whoever a gateway names."""
    async with GatewaySimulator(Dialect.BEARER) as elsewhere:

        def redirect(_: ServerConnection, __: Request) -> Response:
            return Response(307, "Temporary Redirect", Headers(Location=elsewhere.url))

        async with serve(until_left, "127.0.0.1", 0, process_request=redirect) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            outcome = await link.ping(Target(url, token="right"), timeout=AMPLE)
        assert elsewhere.connections == 0
    assert (outcome.condition, outcome.cause) == (Condition.REFUSED, Cause.HTTP_REFUSED)
    assert "307" in str(outcome.detail)


async def test_a_proxy_from_the_environment_is_not_used(
    link: WebSocketGatewayLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listener(forever) as port:
        for name in ("http_proxy", "https_proxy", "ws_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        async with GatewaySimulator(Dialect.BEARER) as simulator:
            outcome = await link.ping(Target(simulator.url), timeout=AMPLE)
    assert outcome.condition is Condition.OK


async def test_the_debug_log_of_the_library_does_not_get_the_token(
    link: WebSocketGatewayLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="websockets.client")
    caplog.set_level(logging.DEBUG, logger="asyncio")
    async with GatewaySimulator(Dialect.OPENCLAW, token="s3cr3t") as simulator:
        await link.ping(Target(simulator.url, token="s3cr3t"), timeout=AMPLE)
    records = [r for r in caplog.records if r.name.startswith(("websockets", "asyncio"))]
    assert not any("s3cr3t" in record.getMessage() for record in records)


async def test_what_a_gateway_repeats_of_our_token_is_not_repeated_by_us(
    link: WebSocketGatewayLink,
) -> None:
    async def tattle(ws: ServerConnection) -> None:
        assert ws.request
        await ws.close(4429, f"no more of\n{ws.request.headers['Authorization']}")

    async with gateway(tattle) as url:
        outcome = await link.ping(Target(url, token="s3cr3t"), timeout=AMPLE)
    assert outcome.cause is Cause.RATE_LIMITED
    assert outcome.detail == "it ended with code 4429: no more of Bearer …"


async def test_a_port_where_nobody_listens_refuses(link: WebSocketGatewayLink) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets it either
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}"
        outcome = await link.ping(Target(url), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.CONNECTION_REFUSED)
    assert steps_of(outcome) == [Step.RESOLVE, Step.CONNECT]


@pytest.mark.parametrize("server", ["silent", "greeting"])
async def test_a_server_that_never_answers_the_upgrade_costs_the_timeout_at_most(
    link: WebSocketGatewayLink, server: str
) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.7\r\n")
        await asyncio.Event().wait()

    async with listener(forever if server == "silent" else greet) as port:
        async with asyncio.timeout(SHORT + SLACK):
            outcome = await link.ping(Target(f"ws://127.0.0.1:{port}"), timeout=SHORT)
    assert outcome.cause is (Cause.TIMEOUT if server == "silent" else Cause.NOT_A_GATEWAY)
    assert outcome.steps[-1].step is Step.UPGRADE


async def test_a_connection_that_is_reset_during_the_upgrade_is_closed(
    link: WebSocketGatewayLink,
) -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    async with listener(reset) as port:
        outcome = await link.ping(Target(f"ws://127.0.0.1:{port}"), timeout=AMPLE)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.CONNECTION_CLOSED, Step.UPGRADE)


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        ('{"ok":true,"payload":{"ok":true,"modelRuntime":{"degraded":true}}}', "model runtime"),
        ('{"ok":true,"payload":{"ok":false}}', "not well"),
        ('{"ok":false,"error":{"code":"UNAVAILABLE","message":"busy"}}', "busy (UNAVAILABLE)"),
        ("garbage", "not JSON"),
        (None, "closed"),
        ("", "timeout"),
    ],
)
async def test_a_gateway_that_is_not_well_is_degraded_and_reachable(
    link: WebSocketGatewayLink, reply: str | None, detail: str
) -> None:
    """The round trip was complete by then, so whatever is wrong with health is no outage."""

    async def ail(ws: ServerConnection) -> None:
        await admit(ws)
        await ws.recv()
        if reply is None:
            return
        if reply:
            await ws.send(reply.replace("{", '{"type":"res","id":"2",', 1))
        await ws.wait_closed()

    async with gateway(ail) as url, asyncio.timeout(SHORT + SLACK):
        outcome = await link.ping(Target(url), timeout=SHORT)
    assert (outcome.condition, outcome.cause) == (Condition.DEGRADED, Cause.NOT_READY)
    assert outcome.latency_ms is not None
    assert all(step.ok for step in outcome.steps)
    assert detail in str(outcome.detail)


async def test_events_that_nobody_asked_for_do_not_keep_the_pong_away(
    link: WebSocketGatewayLink,
) -> None:
    async def chatter(ws: ServerConnection) -> None:
        await admit(ws)
        for number in range(100):
            await ws.send(f'{{"type":"event","event":"tick","seq":{number}}}')
        await ws.recv()
        await ws.send('{"type":"res","id":"2","ok":true,"payload":{"ok":true}}')
        await ws.wait_closed()

    async with gateway(chatter) as url:
        outcome = await link.ping(Target(url), timeout=AMPLE)
    assert outcome.condition is Condition.OK


async def test_a_ping_says_goodbye(link: WebSocketGatewayLink) -> None:
    """A gateway that logs abnormal closures has none to log."""
    closed: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def watch(ws: ServerConnection) -> None:
        await ws.wait_closed()
        closed.set_result(ws.close_code)

    async with gateway(watch) as url:
        await link.ping(Target(url, dialect=Dialect.BEARER), timeout=AMPLE)
        assert await asyncio.wait_for(closed, AMPLE) == 1000


async def test_no_time_at_all_is_a_timeout(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url), timeout=0)
    assert outcome.cause is Cause.TIMEOUT
    assert not outcome.steps[-1].ok


async def test_cancelling_a_ping_ends_its_connection_and_escapes(
    link: WebSocketGatewayLink,
) -> None:
    connected, left = asyncio.Event(), asyncio.Event()

    async def watch(ws: ServerConnection) -> None:
        await ws.send(OPENCLAW_CHALLENGE)
        await ws.recv()
        connected.set()
        await ws.wait_closed()
        left.set()

    async with gateway(watch) as url:
        ping = asyncio.create_task(link.ping(Target(url), timeout=AMPLE))
        await asyncio.wait_for(connected.wait(), AMPLE)
        ping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await ping
        await asyncio.wait_for(left.wait(), AMPLE)


async def test_many_gateways_are_pinged_at_once(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as simulator:
        target = Target(simulator.url, token="right")
        outcomes = await asyncio.gather(*(link.ping(target, timeout=AMPLE) for _ in range(50)))
    assert {outcome.condition for outcome in outcomes} == {Condition.OK}


async def test_a_ping_that_timed_out_ends_its_connection(link: WebSocketGatewayLink) -> None:
    left = asyncio.Event()

    async def watch(ws: ServerConnection) -> None:
        await ws.send(OPENCLAW_CHALLENGE)
        await ws.wait_closed()
        left.set()

    async with gateway(watch) as url:
        outcome = await link.ping(Target(url), timeout=SHORT)
        await asyncio.wait_for(left.wait(), AMPLE)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.TIMEOUT, Step.AUTHENTICATE)
