"""From a host and a port to a TCP connection."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

from openclaw_manager.adapters.gateway import breakdowns

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""One row of what ``getaddrinfo`` finds."""


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Find addresses, in a thread of its own unless the host is an address itself.

    The loop's own look-up shares a small pool, where slow names keep others waiting, and a
    loop that ends waits for its pool, so a dead name server would outlast the timeout. A
    daemon thread can be left behind.
    """
    try:
        # As bytes, which spares the import of the codec for international names.
        return socket.getaddrinfo(
            host.encode("ascii"), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
        )
    except (OSError, UnicodeError):
        pass  # a name, or nothing that can be one
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Sequence[Address]] = loop.create_future()
    Thread(target=_look_up, args=(host, port, loop, found), daemon=True).start()
    try:
        return await found
    except (OSError, UnicodeError) as problem:
        raise breakdowns.unresolved(host, problem) from problem


def _look_up(
    host: str,
    port: int,
    loop: asyncio.AbstractEventLoop,
    found: asyncio.Future[Sequence[Address]],
) -> None:
    answer: Sequence[Address] | Exception
    try:
        answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        answer = problem
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(_settle, found, answer)


def _settle(
    found: asyncio.Future[Sequence[Address]], answer: Sequence[Address] | Exception
) -> None:
    if found.done():
        return
    if isinstance(answer, Exception):
        found.set_exception(answer)
    else:
        found.set_result(answer)


async def connect(addresses: Sequence[Address], deadline: float) -> socket.socket:
    """Try the addresses in order, each with its share of the time that is left."""
    loop = asyncio.get_running_loop()
    last: OSError = OSError("no address to connect to")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = (deadline - loop.time()) / left if left > 1 else None
        try:
            async with asyncio.timeout(share):
                return await _connect_to(address)
        except OSError as problem:  # a TimeoutError is one
            last = problem
    raise breakdowns.unconnected(last) from last


async def _connect_to(address: Address) -> socket.socket:
    family, kind, protocol, _, where = address
    tcp = socket.socket(family, kind, protocol)
    try:
        tcp.settimeout(0)
        await asyncio.get_running_loop().sock_connect(tcp, where)
    except BaseException:
        tcp.close()
        raise
    return tcp
