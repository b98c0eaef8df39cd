"""One HTTP request, and the beginning of what is answered.

By hand on top of ``h11``: a library for browsing would follow redirects, read proxies and
passwords from the environment, and write whole URLs, which are secrets here, into its log
and its errors.
"""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import h11

from openclaw_manager.adapters.name_look_up import look_up

_MOST = 2048  # bytes of a body that are read; a receiver says in the first line what is wrong
_FOR_THE_BODY = 1.0  # seconds
_AT_ONCE = 65536
_REFUSALS = 300  # the first status that is no success


class Place(NamedTuple):
    """Where a request goes to."""

    host: str
    port: int
    tls: ssl.SSLContext | None


class Request(NamedTuple):
    """What is asked. The headers are all that there are."""

    method: str
    target: str
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def __repr__(self) -> str:
        return f"Request({self.method})"


class Answer(NamedTuple):
    """What came back: ``body`` is how it begins."""

    status: int
    retry_after: str | None
    body: bytes


async def ask(place: Place, request: Request, *, timeout: float) -> Answer:
    """Send a request and read the beginning of the answer, within ``timeout`` seconds.

    Raises ``TimeoutError``, another ``OSError`` (an ``ssl.SSLError`` is one), ``UnicodeError``
    for a host that can be no name, and ``h11.ProtocolError`` for what is not HTTP.
    """
    async with asyncio.timeout(timeout):
        reader, writer = await _connected(place, timeout)
        try:
            return await _exchanged(request, reader, writer)
        finally:
            writer.transport.abort()  # nothing more is wanted of whoever still sends


async def _connected(
    place: Place, timeout: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Try all addresses in order, each for its share of the time."""
    addresses = await look_up(place.host, place.port)
    last: OSError = OSError("no address to connect to")
    for address in addresses:
        try:
            async with asyncio.timeout(timeout / len(addresses)):
                return await asyncio.open_connection(
                    address[4][0],
                    place.port,
                    ssl=place.tls,
                    server_hostname=place.host if place.tls else None,
                )
        except ssl.SSLError:
            raise  # there is somebody, and another address of theirs is no better
        except OSError as problem:  # a TimeoutError is one
            last = problem
    raise last


async def _exchanged(
    request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Answer:
    connection = h11.Connection(h11.CLIENT)
    events = (
        h11.Request(method=request.method, target=request.target, headers=list(request.headers)),
        h11.Data(data=request.body),
        h11.EndOfMessage(),
    )
    writer.write(b"".join(connection.send(event) or b"" for event in events))
    while not isinstance(head := await _next_event(connection, reader), h11.Response):
        pass  # it announces another answer
    retry_after = next((value for name, value in head.headers if name == b"retry-after"), None)
    return Answer(
        head.status_code,
        retry_after.decode("latin-1") if retry_after else None,
        b"" if head.status_code < _REFUSALS else await _beginning(connection, reader),
    )


async def _next_event(connection: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := connection.next_event()) is h11.NEED_DATA:
        received = await reader.read(_AT_ONCE)
        if not received and connection.their_state is h11.SEND_RESPONSE:
            raise ConnectionResetError
        connection.receive_data(received)
    return event


async def _beginning(connection: h11.Connection, reader: asyncio.StreamReader) -> bytes:
    """Read how a body begins, as far as it comes: the status has said what matters."""
    body = b""
    with suppress(OSError, h11.RemoteProtocolError):  # a TimeoutError is an OSError
        async with asyncio.timeout(_FOR_THE_BODY):
            while len(body) < _MOST:
                event = await _next_event(connection, reader)
                if not isinstance(event, h11.Data):
                    break
                body += event.data
    return body[:_MOST]
