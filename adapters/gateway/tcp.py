"""From a host and a port to a TCP connection."""

import asyncio
import socket
from collections.abc import Sequence

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.name_look_up import Address, look_up


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Find addresses; raises ``Failure``."""
    try:
        return await look_up(host, port)
    except (OSError, UnicodeError) as problem:
        raise breakdowns.unresolved(host, problem) from problem


async def connect(addresses: Sequence[Address], deadline: float) -> socket.socket:
    """Try the addresses in order, each with its share of the time that is left."""
    now = asyncio.get_running_loop().time
    last: OSError = OSError("no address to connect to")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            if left == 1:
                return await _connect_to(address)
            async with asyncio.timeout((deadline - now()) / left):
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
