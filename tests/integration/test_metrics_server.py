"""Metrics over HTTP: a real server on loopback, and clients of every kind."""

import asyncio
import errno
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from http import HTTPStatus
from itertools import pairwise
from socket import SO_RCVBUF, SOL_SOCKET, socket
from urllib.parse import urlsplit

import pytest

import plain_http
from metrics_page import full_page
from openclaw_manager.adapters.metrics.server import MetricsServer
from plain_http import Page

LOOPBACK = "127.0.0.1"
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - what happens then is what is tested
_HALF_A_REQUEST = b"GET /metrics HTTP/1.1\r\n"
_REQUEST = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
_AT_ONCE = 16  # clients


def serving(page: Iterable[str] = ("up 1\n",), **options: float) -> MetricsServer:
    return MetricsServer(lambda: page, LOOPBACK, 0, **options)


@asynccontextmanager
async def connected(server: MetricsServer) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, urlsplit(server.url).port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def deaf(server: MetricsServer) -> AsyncIterator[None]:
    """Ask for the page and never read it."""
    with socket() as client:
        client.setsockopt(SOL_SOCKET, SO_RCVBUF, 1)
        client.setblocking(False)  # noqa: FBT003 - the standard library takes it so
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, (LOOPBACK, urlsplit(server.url).port))
        await loop.sock_sendall(client, _REQUEST)
        yield


async def get(server: MetricsServer, path: str = "/metrics") -> Page:
    return await asyncio.to_thread(plain_http.get, server.url.removesuffix("/metrics") + path)


async def test_the_page_arrives_as_it_is() -> None:
    page = full_page()
    async with serving([page]) as server:
        answer = await get(server)

    assert answer.status is HTTPStatus.OK
    assert answer.text == page


async def test_a_page_in_many_parts_arrives_whole() -> None:
    parts = [f"part {number} 🦞\n" * 100 for number in range(1000)]
    async with serving(parts) as server:
        assert (await get(server)).text == "".join(parts)


async def test_a_client_that_knows_no_chunks_gets_the_page_and_then_the_end() -> None:
    async with serving(["one\n", "two\n"]) as server, connected(server) as (reader, writer):
        writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"one\ntwo\n"


async def test_a_head_has_no_body() -> None:
    async with serving() as server, connected(server) as (reader, writer):
        writer.write(b"HEAD /metrics HTTP/1.1\r\n\r\n")
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")


async def test_the_watch_says_that_it_is_well() -> None:
    async with serving() as server:
        answer = await get(server, "/-/healthy")

    assert answer == (HTTPStatus.OK, "the watch is running\n")


async def test_a_request_without_end_is_refused() -> None:
    async with serving() as server, connected(server) as (reader, writer):
        writer.write(_HALF_A_REQUEST + b"X: " + b"x" * 10_000)
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_client_that_says_nothing_is_given_up() -> None:
    async with serving(patience=0.05) as server, connected(server) as (reader, writer):
        writer.write(_HALF_A_REQUEST)

        assert await reader.read() == b""


async def test_clients_that_read_nothing_are_given_up_and_make_room_for_others() -> None:
    page = ["x" * 1_000_000] * 10  # more than all buffers on the way hold
    async with serving(page, patience=0.5) as server, AsyncExitStack() as stack:
        for _ in range(_AT_ONCE):
            await stack.enter_async_context(deaf(server))
        while (await get(server)).status is not HTTPStatus.OK:
            pass


async def test_a_client_that_hangs_up_half_way_does_no_harm() -> None:
    async with serving() as server:
        async with connected(server) as (_, writer):
            writer.write(_HALF_A_REQUEST)
            writer.write_eof()
        assert (await get(server)).status is HTTPStatus.OK


async def test_one_connection_too_many_is_told_to_come_again() -> None:
    async with serving() as server, AsyncExitStack() as stack:
        for _ in range(_AT_ONCE):
            await stack.enter_async_context(connected(server))
        crowded = await get(server)

    assert crowded.status is HTTPStatus.SERVICE_UNAVAILABLE


async def test_the_watch_goes_on_while_a_page_is_written() -> None:
    turns: list[str] = []
    written = asyncio.Event()

    def page() -> Iterable[str]:
        for _ in range(10):
            turns.append("page")
            yield "up 1\n"
        written.set()

    async def watch() -> None:
        while not written.is_set():
            turns.append("watch")
            await asyncio.sleep(0)

    async with MetricsServer(page, LOOPBACK, 0) as server:
        await asyncio.gather(get(server), watch())

    assert ("page", "page") not in set(pairwise(turns))


async def test_a_port_that_somebody_else_has_cannot_be_had() -> None:
    async with serving() as server:
        taken = MetricsServer(list, LOOPBACK, urlsplit(server.url).port or 0)

        with pytest.raises(OSError, check=lambda error: error.errno == errno.EADDRINUSE):
            await taken.__aenter__()


async def test_it_stops_at_once_whoever_is_connected() -> None:
    async with AsyncExitStack() as stack:
        async with serving() as server:
            reader, writer = await stack.enter_async_context(connected(server))
            writer.write(_HALF_A_REQUEST)
            await get(server)  # by when the first was accepted

        assert await reader.read() == b""


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), (ANY_ADDRESS, False)]
)
async def test_it_knows_whether_others_can_connect(host: str, local: bool) -> None:
    async with MetricsServer(list, host, 0) as server:
        assert server.is_local is local
        assert urlsplit(server.url).hostname == host
