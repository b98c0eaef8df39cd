"""From the name of a host to its addresses, without a thread that anybody has to wait for."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

Address = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""One row of what ``getaddrinfo`` finds."""


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Find addresses, in a thread of its own unless the host is an address itself.

    The loop's own look-up shares a small pool, where slow names keep others waiting, and a
    loop that ends waits for its pool, so a dead name server would outlast the timeout. A
    daemon thread can be left behind. Raises ``OSError``, and ``UnicodeError`` for what can be
    no name.
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
    return await found


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
