"""The simulator on the wire: the other two dialects, HTTP, every fault, and a clean stop."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from fakes.openclaw_device import connect_request as _openclaw_connect
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator, Visit
from openclaw_manager.domain.ping import Dialect

_LARGEST = 26_214_400
_A_MOMENT = 0.1  # seconds in which nothing must come
_A_WHILE = 0.5  # seconds until a gateway has started
_EVERY_DIALECT = pytest.mark.parametrize("dialect", list(Dialect))


def _connect_answering(challenge: str | bytes) -> str:
    """Answer a challenge in the dialect that it came in."""
    frame = json.loads(challenge)
    if frame["type"] == "event":
        return _openclaw_connect()
    payload = {"role": "operator", "scopes": ["operator.read"], "signature": ""}
    return json.dumps({"type": "connect", "payload": payload | frame["payload"]})


async def _nothing_comes(socket: ClientConnection) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(_A_MOMENT):
            await socket.recv()


async def _close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        await socket.recv()
    return socket.close_code


# The dialects ---------------------------------------------------------------------------------


async def test_bearer_lets_in_who_has_the_token_and_sends_nothing() -> None:
    headers = {"Authorization": "Bearer right"}
    async with GatewaySimulator(Dialect.BEARER, token="right") as gateway:
        async with connect(gateway.url, additional_headers=headers) as socket:
            await (await socket.ping())
            await socket.send("whatever")
            await _nothing_comes(socket)
        for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(gateway.url, additional_headers=wrong):
                    pass
            assert refused.value.response.status_code == 401
        assert gateway.connections == 4
        assert [visit.accepted for visit in gateway.visits] == [True, False, False, False]


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.REFUSE, 401), (Fault.RATE_LIMITED, 429), (Fault.STARTING, 503)],
)
async def test_bearer_says_over_http_what_other_dialects_say_in_frames(
    fault: Fault, status: int
) -> None:
    async with GatewaySimulator(Dialect.BEARER, faults=[fault]) as gateway:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(gateway.url):
                pass
        assert refused.value.response.status_code == status


@pytest.mark.parametrize(("protocol", "version"), [(4, "2026.9.6"), (3, "2026.3.28")])
async def test_openclaw_says_hello_in_either_protocol(protocol: int, version: str) -> None:
    async with (
        GatewaySimulator(Dialect.OPENCLAW, token="right", protocol=protocol) as gateway,
        connect(f"{gateway.url}/any/path") as socket,
    ):
        challenge = json.loads(await socket.recv())
        assert challenge["event"] == "connect.challenge"
        await socket.send(_openclaw_connect())
        answer = json.loads(await socket.recv())
        assert answer["ok"]
        assert answer["payload"]["protocol"] == protocol
        assert answer["payload"]["server"]["version"] == version
        await socket.send('{"type":"req","id":"2","method":"health","params":{}}')
        assert json.loads(await socket.recv())["payload"]["ok"] is True
        scopes = ["operator.read"] if protocol == 4 else None
        assert answer["payload"].get("auth", {}).get("scopes") == scopes


async def test_openclaw_ignores_the_bearer_header() -> None:
    """Right header without the token in the connect: refused. Wrong header with it: let in."""
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway:
        headers = {"Authorization": "Bearer right"}
        async with connect(gateway.url, additional_headers=headers) as socket:
            await socket.recv()
            await socket.send(_openclaw_connect(auth={}))
            error = json.loads(await socket.recv())["error"]
            assert error["details"]["code"] == "DEVICE_IDENTITY_REQUIRED"
            assert await _close_code(socket) == 1008
        headers = {"Authorization": "Bearer wrong"}
        async with connect(gateway.url, additional_headers=headers) as socket:
            await socket.recv()
            await socket.send(_openclaw_connect())
            assert json.loads(await socket.recv())["ok"]


async def test_openclaw_takes_scopes_from_clients_with_an_origin_or_a_cap() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway:
        own = gateway.url.replace("ws://", "http://")
        for headers in ({"Origin": own}, {"x-openclaw-scopes": "operator.write"}):
            async with connect(gateway.url, additional_headers=headers) as socket:
                await socket.recv()
                await socket.send(_openclaw_connect())
                assert json.loads(await socket.recv())["payload"]["auth"]["scopes"] == []


@pytest.mark.parametrize(
    ("message", "close"),
    [("no json", 1000), (b"\x00", 1000), ('"' + "x" * 65_536 + '"', 1009), ("{}", 1008)],
    ids=["not json", "binary", "more than 64 KiB", "no request"],
)
async def test_openclaw_closes_on_a_wrong_first_frame(message: str | bytes, close: int) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW) as gateway, connect(gateway.url) as socket:
        await socket.recv()
        await socket.send(message)
        assert await _close_code(socket) == close


async def test_openclaw_closes_on_a_frame_over_the_limit_after_hello() -> None:
    """As soon as the header of the frame says so."""
    async with (
        GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway,
        connect(gateway.url) as socket,
    ):
        await socket.recv()
        await socket.send(_openclaw_connect())
        await socket.recv()
        masked_text_frame = b"\x81\xff" + (_LARGEST + 1).to_bytes(8) + bytes(4)
        socket.transport.write(masked_text_frame)
        assert await _close_code(socket) == 1009


@pytest.mark.slow
async def test_a_client_that_never_connects_is_closed_after_fifteen_seconds() -> None:
    async def wait_for_the_end(dialect: Dialect) -> int | None:
        async with GatewaySimulator(dialect) as gateway, connect(gateway.url) as socket:
            frames = [frame async for frame in _until_closed(socket)]
            assert "challenge" in str(frames[0])
            return socket.close_code

    async with asyncio.timeout(25):
        openclaw, challenge = await asyncio.gather(
            wait_for_the_end(Dialect.OPENCLAW), wait_for_the_end(Dialect.CHALLENGE)
        )
    assert (openclaw, challenge) == (1000, 4400)


async def _until_closed(socket: ClientConnection) -> AsyncGenerator[str | bytes]:
    while True:
        try:
            yield await socket.recv()
        except ConnectionClosed:
            return


# HTTP -----------------------------------------------------------------------------------------


async def _get(gateway: GatewaySimulator, path: str, **headers: str) -> tuple[int, str, str]:
    url = gateway.url.replace("ws://", "http://") + path
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - loopback only

    def fetch() -> tuple[int, str, str]:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the same
                return answer.status, answer.headers.get_content_type(), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get_content_type(), error.read().decode()

    return await asyncio.to_thread(fetch)


async def test_openclaw_has_health_pages_in_json_and_html_everywhere_else() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway:
        status, kind, body = await _get(gateway, "/healthz?x=1")
        assert (status, kind, json.loads(body)) == (
            200,
            "application/json",
            {"ok": True, "status": "live"},
        )
        assert json.loads((await _get(gateway, "/readyz"))[2])["ready"] is True
        assert json.loads((await _get(gateway, "/startupz"))[2])["version"] == "2026.9.6"
        assert (await _get(gateway, "/unknown"))[:2] == (200, "text/html")
    async with GatewaySimulator(Dialect.OPENCLAW, protocol=3) as gateway:
        assert (await _get(gateway, "/startupz"))[:2] == (200, "text/html")


async def test_openclaw_says_that_it_is_not_ready_while_starting() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, faults=[Fault.STARTING]) as gateway:
        status, _, body = await _get(gateway, "/readyz")
        assert (status, json.loads(body)["failing"]) == (503, ["startup-sidecars"])


@pytest.mark.parametrize("dialect", [Dialect.CHALLENGE, Dialect.BEARER])
async def test_other_dialects_have_no_pages(dialect: Dialect) -> None:
    async with GatewaySimulator(dialect) as gateway:
        assert (await _get(gateway, "/healthz"))[0] == 426


# The faults -----------------------------------------------------------------------------------


def test_every_fault_is_described_and_can_be_played() -> None:
    for fault in Fault:
        assert fault.description
        assert Dialect.OPENCLAW in fault.dialects


@pytest.mark.parametrize("dialect", [Dialect.CHALLENGE, Dialect.BEARER])
def test_a_fault_of_another_dialect_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match=f"the {dialect} dialect has no fault busy"):
        GatewaySimulator(dialect, faults=[Fault.BUSY])


@_EVERY_DIALECT
@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_http_faults_answer_the_upgrade_with_their_status(
    dialect: Dialect, status: int
) -> None:
    async with GatewaySimulator(dialect, faults=[Fault(f"http-{status}")]) as gateway:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(gateway.url):
                pass
        assert refused.value.response.status_code == status
        assert gateway.visits == (Visit(accepted=False, detail=f"HTTP {status}"),)


@_EVERY_DIALECT
async def test_plain_tcp_never_speaks_http(dialect: Dialect) -> None:
    async with GatewaySimulator(dialect, faults=[Fault.PLAIN_TCP]) as gateway:
        with pytest.raises(InvalidMessage):
            async with connect(gateway.url):
                pass
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        assert (await reader.readline()).startswith(b"220 ")
        writer.write(b"GET / HTTP/1.1\r\n")
        assert (await reader.readline()).startswith(b"500 ")
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    ("dialect", "fault"),
    [(dialect, Fault.SILENT) for dialect in Dialect] + [(Dialect.BEARER, Fault.HANG_AFTER_CONNECT)],
)
async def test_a_silent_gateway_upgrades_and_sends_not_even_a_pong(
    dialect: Dialect, fault: Fault
) -> None:
    async with (
        GatewaySimulator(dialect, faults=[fault]) as gateway,
        connect(gateway.url, close_timeout=_A_MOMENT) as socket,
    ):
        pong = asyncio.ensure_future(await socket.ping())
        await _nothing_comes(socket)
        assert not pong.done()
        pong.cancel()


@_EVERY_DIALECT
async def test_drop_after_upgrade_resets_the_connection(dialect: Dialect) -> None:
    async with (
        GatewaySimulator(dialect, faults=[Fault.DROP_AFTER_UPGRADE]) as gateway,
        connect(gateway.url) as socket,
    ):
        with pytest.raises(ConnectionClosed) as dropped:
            await socket.recv()
        assert dropped.value.rcvd is None
        assert isinstance(dropped.value.__cause__, ConnectionResetError)


@_EVERY_DIALECT
async def test_drop_after_challenge_resets_the_connection_after_a_frame(dialect: Dialect) -> None:
    async with (
        GatewaySimulator(dialect, faults=[Fault.DROP_AFTER_CHALLENGE]) as gateway,
        connect(gateway.url) as socket,
    ):
        assert "connect.challenge" in str(await socket.recv())
        with pytest.raises(ConnectionClosed) as dropped:
            await socket.recv()
        assert dropped.value.rcvd is None


_FIRST_FRAMES: dict[Fault, Callable[[Any], bool]] = {
    Fault.GARBAGE_TEXT: lambda frame: isinstance(frame, str) and not _is_json(frame),
    Fault.BINARY_FRAME: lambda frame: isinstance(frame, bytes),
    Fault.JSON_ARRAY: lambda frame: isinstance(json.loads(frame), list),
    Fault.OVERSIZED_FRAME: lambda frame: len(frame) > _LARGEST,
    Fault.CHALLENGE_WITHOUT_PAYLOAD: lambda frame: (
        "connect.challenge" in frame and "payload" not in json.loads(frame)
    ),
    Fault.CHALLENGE_WITHOUT_TIME: lambda frame: (
        json.loads(frame)["payload"].keys() & {"nonce", "ts", "timestamp"} == {"nonce"}
    ),
    Fault.UNKNOWN_FIRST_FRAME: lambda frame: json.loads(frame)["type"] == "greeting",
    Fault.HELLO_WITHOUT_CHALLENGE: lambda frame: "hello-ok" in frame,
}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@_EVERY_DIALECT
@pytest.mark.parametrize("fault", _FIRST_FRAMES)
async def test_the_first_frame_is_wrong_in_the_way_that_the_fault_says(
    dialect: Dialect, fault: Fault
) -> None:
    async with (
        GatewaySimulator(dialect, faults=[fault]) as gateway,
        connect(gateway.url, max_size=None) as socket,
    ):
        assert _FIRST_FRAMES[fault](await socket.recv())
        await socket.send(_openclaw_connect())
        await _nothing_comes(socket)
        assert gateway.visits == (Visit(accepted=False, detail=f"fault {fault}"),)


@_EVERY_DIALECT
async def test_close_before_hello_closes_in_good_order(dialect: Dialect) -> None:
    async with (
        GatewaySimulator(dialect, faults=[Fault.CLOSE_BEFORE_HELLO]) as gateway,
        connect(gateway.url) as socket,
    ):
        if dialect is not Dialect.BEARER:
            await socket.send(_connect_answering(await socket.recv()))
        assert await _close_code(socket) == 1000


@pytest.mark.parametrize("dialect", [Dialect.OPENCLAW, Dialect.CHALLENGE])
async def test_hang_after_connect_never_answers_but_stays_open(dialect: Dialect) -> None:
    async with (
        GatewaySimulator(dialect, token=None, faults=[Fault.HANG_AFTER_CONNECT]) as gateway,
        connect(gateway.url) as socket,
    ):
        await socket.send(_connect_answering(await socket.recv()))
        await _nothing_comes(socket)
        await (await socket.ping())


@pytest.mark.parametrize("dialect", [Dialect.OPENCLAW, Dialect.CHALLENGE])
@pytest.mark.parametrize(("fault", "latency"), [(Fault.SLOW_ANSWER, 0.0), (None, 60.0)])
async def test_a_slow_gateway_sends_no_hello_for_now(
    dialect: Dialect, fault: Fault | None, latency: float
) -> None:
    faults = [fault] if fault else []
    async with (
        GatewaySimulator(dialect, faults=faults, latency=latency) as gateway,
        connect(gateway.url) as socket,
    ):
        await socket.send(_connect_answering(await socket.recv()))
        await _nothing_comes(socket)


async def test_a_slow_bearer_gateway_delays_the_upgrade() -> None:
    async with GatewaySimulator(Dialect.BEARER, faults=[Fault.SLOW_ANSWER]) as gateway:
        with pytest.raises(TimeoutError):
            async with connect(gateway.url, open_timeout=_A_MOMENT):
                pass


@_EVERY_DIALECT
async def test_latency_delays_the_answer_and_then_it_comes(dialect: Dialect) -> None:
    loop = asyncio.get_running_loop()
    faults = [Fault.SLOW_ANSWER]
    async with GatewaySimulator(dialect, token=None, faults=faults, latency=_A_MOMENT) as gateway:
        started = loop.time()
        async with connect(gateway.url) as socket:
            if dialect is not Dialect.BEARER:
                await socket.send(_connect_answering(await socket.recv()))
                await socket.recv()
            else:
                await (await socket.ping())
            assert loop.time() - started >= _A_MOMENT


# Starting and stopping ------------------------------------------------------------------------


async def test_clients_of_openclaw_hear_of_the_shutdown() -> None:
    gateway = GatewaySimulator(Dialect.OPENCLAW, token="right")
    await gateway.start()
    async with connect(gateway.url) as socket:
        await socket.recv()
        await socket.send(_openclaw_connect())
        await socket.recv()
        closing = asyncio.create_task(gateway.close())
        shutdown = json.loads(await socket.recv())
        assert (shutdown["event"], shutdown["payload"]) == (
            "shutdown",
            {"reason": "gateway stopping"},
        )
        assert await _close_code(socket) == 1012
        await closing


@pytest.mark.parametrize(
    ("dialect", "fault"),
    [(dialect, None) for dialect in Dialect]
    + [(dialect, fault) for fault in Fault for dialect in sorted(fault.dialects)],
)
async def test_it_stops_within_a_second_whatever_its_clients_do(
    dialect: Dialect, fault: Fault | None
) -> None:
    """With a client in every stage that never says anything, and reads nothing."""
    gateway = GatewaySimulator(dialect, faults=[fault] if fault else [])
    await gateway.start()
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    writers = []
    for sent in (b"", b"GET / HT", upgrade):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
        writer.write(sent)
        await writer.drain()
        writers.append(writer)
    async with asyncio.timeout(1):
        await gateway.close()
        await gateway.close()
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.1", gateway.port)
    for writer in writers:
        writer.transport.abort()


async def test_a_port_can_be_taken_again_after_a_stop_and_not_before() -> None:
    async with GatewaySimulator(Dialect.BEARER) as first:
        with pytest.raises(OSError, match="in use"):
            await GatewaySimulator(Dialect.BEARER, port=first.port).start()
    async with GatewaySimulator(Dialect.BEARER, port=first.port) as second, connect(second.url):
        assert second.url == first.url


async def test_visits_are_told_as_they_happen() -> None:
    told: list[Visit] = []
    async with (
        GatewaySimulator(Dialect.BEARER, on_visit=told.append) as gateway,
        connect(gateway.url) as socket,
    ):
        await (await socket.ping())
        assert told == [Visit(accepted=True, detail="upgraded")]


async def test_an_unknown_protocol_is_refused() -> None:
    with pytest.raises(ValueError, match="neither 3 nor 4"):
        GatewaySimulator(Dialect.OPENCLAW, protocol=5)


@_EVERY_DIALECT
async def test_a_gateway_may_take_a_moment_to_start(dialect: Dialect) -> None:
    """Told as the fault ``starting`` is; afterwards nothing is left of it."""

    async def is_let_in(gateway: GatewaySimulator) -> bool:
        try:
            async with connect(gateway.url) as socket:
                if dialect is Dialect.BEARER:
                    return True
                await socket.send(_connect_answering(await socket.recv()))
                answer = json.loads(await socket.recv())
                return answer.get("ok") is True or answer["type"] == "hello-ok"
        except InvalidStatus as refused:
            return refused.response.status_code != 503

    token = "right" if dialect is Dialect.OPENCLAW else None
    async with (
        GatewaySimulator(dialect, token=token, starting_for=_A_WHILE) as gateway,
        asyncio.timeout(10 * _A_WHILE),
    ):
        assert not await is_let_in(gateway)
        while not await is_let_in(gateway):
            pass
