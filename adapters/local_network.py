"""The network of this machine: whether there is a way out, and the router on it answers."""

import asyncio
import socket
import struct
from collections.abc import Iterator

# Kept for documents (RFC 5737, RFC 3849): nothing is ever sent there, only a route is looked for.
_ANYWHERE = ((socket.AF_INET, "198.51.100.1"), (socket.AF_INET6, "2001:db8::1"))
_DISCARD = 9  # the port of a service that nobody runs: that it refuses us is answer enough
_PATIENCE = 1.0  # seconds
# As in linux/route.h and linux/if_arp.h.
_UP, _GATEWAY, _COMPLETE = 0x1, 0x2, 0x2


class SystemNetwork:
    """Asks the operating system; the router is known on Linux only, from two of its files."""

    def __init__(self, routes: str = "/proc/net/route", neighbours: str = "/proc/net/arp") -> None:
        self._routes = routes
        self._neighbours = neighbours

    async def online(self) -> bool:
        """Whether there is a default route, and the router on it answers, if there is one."""
        if not any(_has_route(family, address) for family, address in _ANYWHERE):
            return False
        routers = list(self._routers())
        if not routers:
            return True
        return any(await asyncio.gather(*map(self._answers, routers)))

    async def _answers(self, router: str) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                _, writer = await asyncio.open_connection(router, _DISCARD)
        except ConnectionRefusedError:
            return True
        except TimeoutError:  # it keeps silent about that port, and is there if it has an address
            return router in self._seen_on_the_link()
        except OSError:
            return False
        writer.close()
        return True

    def _routers(self) -> Iterator[str]:
        """Read where the default routes lead; the rows are interface, destination, gateway, ..."""
        for _, destination, gateway, flags, *_ in _rows(self._routes):
            is_default = int(destination, 16) == 0
            if is_default and int(flags, 16) & (_UP | _GATEWAY) == _UP | _GATEWAY:
                yield socket.inet_ntoa(struct.pack("=I", int(gateway, 16)))

    def _seen_on_the_link(self) -> set[str]:
        """Read who has told its hardware address; the rows are address, type, flags, ..."""
        return {
            address
            for address, _, flags, *_ in _rows(self._neighbours)
            if int(flags, 16) & _COMPLETE
        }


def _has_route(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _DISCARD))
    except OSError:
        return False
    return True


def _rows(path: str) -> Iterator[list[str]]:
    """Read a table below its head; one that is not there, as on other systems, has no rows."""
    try:
        with open(path, encoding="ascii") as table:
            next(table, None)
            yield from (line.split() for line in table)
    except FileNotFoundError:
        return
