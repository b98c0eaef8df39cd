"""Pages of a gateway over HTTP: only its own JSON counts, and nothing secret is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from openclaw_manager.adapters.gateway_http import BareGatewayHttp
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.application.ports.gateway_http import Page
from openclaw_manager.domain.ping import Dialect

_PATIENCE = 5.0
_JSON = b"Content-Type: application/json; charset=utf-8\r\n\r\n"


@asynccontextmanager
async def answering(answer: bytes, heard: list[bytes] | None = None) -> AsyncIterator[str]:
    """Serve one answer to whoever asks; gives the URL. An empty answer is never given."""
    asked = [] if heard is None else heard
    writers: list[asyncio.StreamWriter] = []
    stopped = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if not answer:
            await stopped.wait()
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/some/path"
        stopped.set()
    for writer in writers:  # not all of what was written may have been read
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def get(url: str, path: str = "/healthz", timeout: float = _PATIENCE) -> Page | str:
    return await BareGatewayHttp().get(url, path, timeout=timeout)


async def test_a_gateway_says_that_it_lives_and_is_ready() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="right") as gateway:
        assert await get(gateway.url) == Page(200, {"ok": True, "status": "live"})
        ready = await get(gateway.url, "/readyz")

    assert isinstance(ready, Page)
    assert ready.document is not None
    assert ready.document["ready"] is True


async def test_a_gateway_that_starts_says_that_it_is_not_ready() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, faults=[Fault.STARTING]) as gateway:
        ready = await get(gateway.url, "/readyz")

    assert isinstance(ready, Page)
    assert ready.status == 503
    assert ready.document is not None
    assert ready.document["failing"] == ["startup-sidecars"]


async def test_a_web_page_with_status_200_is_no_document() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW) as gateway:
        assert await get(gateway.url, "/no/such/path") == Page(200, None)


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        (b"HTTP/1.1 200 OK\r\n" + _JSON + b'{"ok": true}', Page(200, {"ok": True})),
        (b"HTTP/1.0 503 Busy\r\n" + _JSON + b"{}", Page(503, {})),
        (b"HTTP/1.1 200\r\n" + _JSON + b"{}", Page(200, {})),
        (b"HTTP/1.1 200 OK\r\n" + _JSON + b"[1]", Page(200, None)),
        (b"HTTP/1.1 200 OK\r\n" + _JSON + b'{"ok": tr', Page(200, None)),
        (b"HTTP/1.1 200 OK\r\n" + _JSON + b"\xff", Page(200, None)),
        (b"HTTP/1.1 200 OK\r\n" + _JSON + b"[" * 60_000, Page(200, None)),
        (b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{"ok": true}', Page(200, None)),
        (b'HTTP/1.1 200 OK\r\n\r\n{"ok": true}', Page(200, None)),
        (b"HTTP/1.1 426 Upgrade Required\r\n\r\n", Page(426, None)),
    ],
)
async def test_a_document_is_a_json_object_that_says_so(answer: bytes, page: Page) -> None:
    async with answering(answer) as url:
        assert await get(url) == page


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 many\r\n\r\n", b"\n"])
async def test_what_is_not_http_is_said(answer: bytes) -> None:
    async with answering(answer) as url:
        assert await get(url) == "/healthz was not answered in HTTP"


async def test_a_server_that_never_answers_costs_the_timeout() -> None:
    async with answering(b"") as url:
        assert await get(url, timeout=0.05) == "/healthz gave no answer within 0.05 s"


async def test_an_endless_answer_is_read_no_further_than_it_can_matter() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\n" + _JSON + b" " * 1_000_000) as url:
        assert await get(url) == Page(200, None)


async def test_nobody_there_is_said() -> None:
    async with answering(b"") as url:
        pass

    assert str(await get(url)).startswith("/healthz could not be read: ")


async def test_the_request_says_nothing_of_us() -> None:
    heard: list[bytes] = []
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n", heard=heard) as url:
        await get(url)
        host = url.removeprefix("ws://").partition("/")[0]

    assert heard == [
        f"GET /healthz HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n".encode()
    ]


async def test_whatever_certificate_is_shown_the_page_is_read() -> None:
    """That it is the right one is for the ping to find, and here is nothing to protect."""
    async with GatewaySimulator(Dialect.OPENCLAW, tls=True) as gateway:
        assert gateway.url.startswith("wss:")
        assert await get(gateway.url) == Page(200, {"ok": True, "status": "live"})


async def test_tls_where_there_is_none_is_said() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n") as url:
        assert isinstance(await get(url.replace("ws:", "wss:"), timeout=1.0), str)
