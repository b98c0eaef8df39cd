"""Serves metrics over HTTP, beside the watch and out of its way."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from openclaw_manager.adapters.metrics.http_request import (
    HEAD_END,
    LONGEST,
    TOO_LONG,
    TOO_MANY,
    Answer,
    answer_to,
)

_PATIENCE = 10.0  # seconds; so long Prometheus waits for a page, unless it is told otherwise
_AT_ONCE = 16  # connections
_LAST_CHUNK = b"0\r\n\r\n"


class MetricsServer:
    """Answers ``GET /metrics`` while its block lasts; it is in the loop of the watch.

    ``page`` gives the parts of the page, between which the watch gets its turn. A client
    that says too much or is one too many is told so, and one with whom it takes longer than
    ``patience`` (seconds) is cut off. Entering the block raises the ``OSError`` of an address
    that cannot be had.
    """

    def __init__(
        self,
        page: Callable[[], Iterable[str]],
        host: str,
        port: int,
        *,
        patience: float = _PATIENCE,
    ) -> None:
        self._page = page
        self._host = host
        self._port = port
        self._patience = patience
        self._connections: dict[asyncio.Task[None], StreamWriter] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._converse, self._host, self._port, limit=LONGEST
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()  # on which its conversation ends by itself
        await asyncio.gather(*self._connections)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where the metrics are; the port is the real one where a free one was asked for."""
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can connect."""
        addresses = (socket.getsockname()[0] for socket in self._server.sockets)
        return all(ip_address(address.partition("%")[0]).is_loopback for address in addresses)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        if not self._server.is_serving():  # it was closed while this one was on the way
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task
        self._connections[task] = writer
        try:
            async with asyncio.timeout(self._patience):
                crowded = len(self._connections) > _AT_ONCE
                await self._answer(TOO_MANY if crowded else await _asked(reader), writer)
        except (TimeoutError, OSError, EOFError):
            writer.transport.abort()
        finally:
            del self._connections[task]

    async def _answer(self, answer: Answer, writer: StreamWriter) -> None:
        writer.write(answer.head())
        if not answer.without_body:
            if answer.metrics:
                await self._write_page(writer, chunked=answer.chunked)
            writer.write(answer.text.encode())
        writer.close()
        await writer.wait_closed()  # here, where a client that never reads is given up

    async def _write_page(self, writer: StreamWriter, *, chunked: bool) -> None:
        for part in map(str.encode, self._page()):
            writer.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
            await writer.drain()
            await asyncio.sleep(0)
        if chunked:
            writer.write(_LAST_CHUNK)


async def _asked(reader: StreamReader) -> Answer:
    """Read a request and decide about it; raises ``EOFError`` where none came."""
    try:
        return answer_to(await reader.readuntil(HEAD_END))
    except asyncio.LimitOverrunError:
        return TOO_LONG
