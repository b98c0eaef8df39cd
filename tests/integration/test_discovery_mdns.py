"""Gateways that announce themselves by mDNS: real announcements, on loopback only."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from openclaw_manager.adapters.discovery.mdns import SERVICE, MdnsDiscovery, sighting_in
from openclaw_manager.application.ports.discovery import Search, Sighting, Source
from openclaw_manager.domain.trust import TlsFingerprint

LOOPBACK = ["127.0.0.1"]
FINGERPRINT = "ab" * 32
# What a gateway of 2026.9.6 announced in full mode, with its host and ports replaced.
ANNOUNCED = {
    "role": "gateway",
    "transport": "gateway",
    "gatewayPort": "18789",
    "lanHost": "attic.local",
    "displayName": "attic (OpenClaw)",
    "gatewayTls": "1",
    "gatewayTlsSha256": FINGERPRINT,
    "gatewayDirectReachable": "1",
    "cliPath": "/usr/bin/openclaw",
    "sshPort": "22",
}


def info(said: Mapping[Any, Any], port: int = 18999, address: str = "127.0.0.1") -> ServiceInfo:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ServiceInfo(
        SERVICE,
        f"attic (OpenClaw).{SERVICE}",
        addresses=[socket.inet_pton(family, address)],
        port=port,
        properties=dict(said),
        server="attic.local.",
    )


@asynccontextmanager
async def announced(*infos: ServiceInfo) -> AsyncIterator[None]:
    zeroconf = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    try:
        for one in infos:
            await zeroconf.async_register_service(one)
        yield
    finally:
        await zeroconf.async_close()


async def test_an_announced_gateway_is_found_with_its_fingerprint() -> None:
    async with announced(info(ANNOUNCED)):
        search = await MdnsDiscovery(LOOPBACK).search(timeout=2.0)

    [sighting] = [one for one in search.sightings if one.url.endswith(":18999")]
    assert sighting == Sighting(
        name="attic (OpenClaw)",
        url="wss://127.0.0.1:18999",
        source=Source.MDNS,
        place="attic.local",
        fingerprint=TlsFingerprint(f"sha256:{FINGERPRINT}"),
    )


async def test_silence_is_an_empty_answer_and_no_problem() -> None:
    search = await MdnsDiscovery(LOOPBACK).search(timeout=0.2)

    assert not search.problems


async def test_an_address_that_no_interface_has_is_said() -> None:
    search = await MdnsDiscovery(["192.0.2.7"]).search(timeout=0.2)

    assert search.sightings == ()
    assert search.problems[0].startswith("mDNS cannot be used here")


def test_the_address_and_port_are_those_of_the_records_and_not_of_the_text() -> None:
    said = ANNOUNCED | {"gatewayPort": "1", "lanHost": "evil.example.com"}
    sighting = sighting_in(info(said, port=2))

    assert sighting is not None
    assert sighting.url == "wss://127.0.0.1:2"


@pytest.mark.parametrize(
    ("changes", "url", "fingerprint"),
    [
        ({"gatewayTls": "0"}, "ws://127.0.0.1:18999", None),
        ({"gatewayTlsSha256": "zz"}, "wss://127.0.0.1:18999", None),
        ({"gatewayTlsSha256": FINGERPRINT.upper()}, "wss://127.0.0.1:18999", FINGERPRINT),
    ],
)
def test_a_fingerprint_is_taken_only_where_it_is_one(
    changes: dict[str, str], url: str, fingerprint: str | None
) -> None:
    sighting = sighting_in(info(ANNOUNCED | changes))

    assert sighting is not None
    assert sighting.url == url
    assert sighting.fingerprint == (fingerprint and f"sha256:{fingerprint}")


def test_an_announcement_without_text_is_named_by_its_service() -> None:
    sighting = sighting_in(info({}))

    assert sighting is not None
    assert (sighting.name, sighting.url) == ("attic (OpenClaw)", "ws://127.0.0.1:18999")


@pytest.mark.parametrize(
    ("said", "port"), [(ANNOUNCED | {"role": "node"}, 18999), (ANNOUNCED, 0), (ANNOUNCED, 70000)]
)
def test_what_is_no_gateway_or_nowhere_is_left_out(said: dict[str, str], port: int) -> None:
    announcement = info(said, port=18999)
    announcement.port = port

    assert sighting_in(announcement) is None


def test_an_ipv6_address_makes_a_url() -> None:
    sighting = sighting_in(info(ANNOUNCED, address="fd00::7"))

    assert sighting is not None
    assert sighting.url == "wss://[fd00::7]:18999"


def test_what_a_stranger_calls_itself_cannot_change_the_terminal() -> None:
    hostile = "\x1b[2Jattic\n\u202egnitaeh\u2028" + "x" * 200
    sighting = sighting_in(info(ANNOUNCED | {"displayName": hostile}))

    assert sighting is not None
    assert sighting.name.startswith("[2Jatticgnitaehxxx")
    assert len(sighting.name) == 100


def test_bytes_that_are_no_text_are_no_fault() -> None:
    sighting = sighting_in(info({b"displayName": b"\xff\xfe", b"gatewayTls": b"\xff"}))

    assert sighting is not None
    assert sighting.url == "ws://127.0.0.1:18999"


def test_a_search_that_found_nothing_says_nothing() -> None:
    assert Search() == Search((), ())
