"""Gateways that announce themselves in the local network, by mDNS through ``zeroconf``."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from openclaw_manager.application.ports.discovery import Search, Sighting, Source
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import InvalidFingerprint, InvalidUrl
from openclaw_manager.domain.text import is_printable
from openclaw_manager.domain.trust import TlsFingerprint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncZeroconf

SERVICE = "_openclaw-gw._tcp.local."
_LONGEST_NAME = 100


class MdnsDiscovery:
    """Listens for announcements, on all interfaces or on those with the given addresses.

    What an announcement says of itself (TXT) anybody in the network can say, so the port and
    the address are taken from the records that say where it is (SRV, A).
    """

    def __init__(self, interfaces: Sequence[str] = ()) -> None:
        self._interfaces = interfaces

    async def search(self, *, timeout: float) -> Search:
        """Listen for ``timeout`` seconds: there is no telling when all have answered."""
        try:
            async with self._zeroconf() as zeroconf:
                infos = await _listen(zeroconf, timeout)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Search(problems=(f"mDNS cannot be used here: {reason}",))
        sightings = [sighting_in(info) for info in infos]
        return Search(tuple(sighting for sighting in sightings if sighting is not None))

    @asynccontextmanager
    async def _zeroconf(self) -> "AsyncIterator[AsyncZeroconf]":
        from zeroconf import InterfaceChoice, IPVersion
        from zeroconf.asyncio import AsyncZeroconf

        for address in self._interfaces:  # zeroconf finds out too late to close its own sockets
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as place:
                place.bind((address, 0))
        interfaces = list(self._interfaces) or InterfaceChoice.All
        zeroconf = AsyncZeroconf(interfaces=interfaces, ip_version=IPVersion.V4Only)
        try:
            yield zeroconf
        finally:
            await zeroconf.async_close()


async def _listen(zeroconf: "AsyncZeroconf", timeout: float) -> "list[ServiceInfo]":
    """Collect all that is announced, each with its records, by name."""
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo

    infos: dict[str, ServiceInfo] = {}
    asked: dict[str, asyncio.Task[None]] = {}

    async def ask(name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        if await info.async_request(zeroconf.zeroconf, timeout * 1000):
            infos[name] = info

    def heard(
        zeroconf: "Zeroconf",  # noqa: ARG001 - zeroconf calls it by these names
        service_type: str,  # noqa: ARG001
        name: str,
        state_change: "ServiceStateChange",
    ) -> None:
        if state_change.name == "Added" and name not in asked:
            asked[name] = asyncio.get_running_loop().create_task(ask(name))

    browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[heard])
    try:
        await asyncio.sleep(timeout)
    finally:
        await browser.async_cancel()
        for task in asked.values():
            task.cancel()
        await asyncio.gather(*asked.values(), return_exceptions=True)
    return [infos[name] for name in sorted(infos)]


def sighting_in(info: "ServiceInfo") -> Sighting | None:
    """Take what can be used of an announcement; None if that is no gateway's."""
    said = info.decoded_properties
    addresses = info.parsed_addresses()
    if said.get("role") not in (None, "gateway") or not addresses:
        return None
    tls = said.get("gatewayTls") == "1"
    address = addresses[0]
    host = f"[{address}]" if ":" in address else address
    try:
        url = GatewayUrl(f"{'wss' if tls else 'ws'}://{host}:{info.port}")
    except InvalidUrl:
        return None
    name = said.get("displayName") or info.name.removesuffix(f".{SERVICE}")
    return Sighting(
        name=_shown(name),
        url=str(url),
        source=Source.MDNS,
        place=_shown((info.server or "").removesuffix(".")),
        fingerprint=_fingerprint(said.get("gatewayTlsSha256")) if tls else None,
    )


def _fingerprint(digits: str | None) -> TlsFingerprint | None:
    try:
        return TlsFingerprint(f"sha256:{digits}")
    except InvalidFingerprint:
        return None


def _shown(text: str) -> str:
    """Keep of a stranger's text what can stand on one line of a terminal."""
    return "".join(filter(is_printable, text)).strip()[:_LONGEST_NAME]
