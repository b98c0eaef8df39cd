"""Whether this machine has a network: a route out, and a router on it that answers."""

import asyncio
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openclaw_manager.adapters import local_network
from openclaw_manager.adapters.local_network import SystemNetwork

ROUTES = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
NEIGHBOURS = "IP address HW type Flags HW address Mask Device\n"
ASK = """
import asyncio
from openclaw_manager.adapters.local_network import SystemNetwork
print(asyncio.run(SystemNetwork().online()))
"""
NO_ROUTER = """
ip link add here type veth peer name there
ip link set here up; ip link set there up
ip addr add 10.9.0.2/24 dev here; ip route add default via 10.9.0.1
"""


@pytest.fixture(autouse=True)
def loopback_is_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test run on a machine without a network."""
    monkeypatch.setattr(local_network, "_ANYWHERE", [(socket.AF_INET, "127.0.0.1")])


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Let something listen at the port where routers are asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(local_network, "_DISCARD", server.getsockname()[1])
        yield server


def _as_in_the_file(address: str) -> str:
    (number,) = struct.unpack("=I", socket.inet_aton(address))
    return f"{number:08X}"


def _network(
    folder: Path, *routers: str, flags: str = "0003", neighbours: str = ""
) -> SystemNetwork:
    rows = [
        f"eth0 {_as_in_the_file('0.0.0.0')} {_as_in_the_file(router)} {flags} 0 0 0 0 0 0 0"  # noqa: S104 - the default route
        for router in routers
    ]
    (folder / "route").write_text(ROUTES + "\n".join([*rows, "eth0 000200C0 00000000 0001 0 0"]))
    (folder / "arp").write_text(NEIGHBOURS + neighbours)
    return SystemNetwork(str(folder / "route"), str(folder / "arp"))


def _online(network: SystemNetwork) -> bool:
    return asyncio.run(network.online())


def test_a_router_that_refuses_answers(tmp_path: Path, listening: socket.socket) -> None:
    network = _network(tmp_path, "127.0.0.1")
    listening.close()
    assert _online(network)


@pytest.mark.usefixtures("listening")
def test_a_router_that_accepts_answers(tmp_path: Path) -> None:
    assert _online(_network(tmp_path, "127.0.0.1"))


def test_without_any_route_there_is_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_network, "_ANYWHERE", [(socket.AF_INET, "not an address")])
    assert not _online(_network(tmp_path))


def test_a_route_without_a_router_is_taken_as_it_is(tmp_path: Path) -> None:
    """As with a tunnel, and on systems that have no such files."""
    assert _online(_network(tmp_path))
    assert _online(_network(tmp_path, "127.0.0.1", flags="0001"))
    assert _online(SystemNetwork(str(tmp_path / "none"), str(tmp_path / "none")))


@pytest.mark.parametrize(("flags", "there"), [("0x2", True), ("0x0", False)])
def test_a_router_that_keeps_silent_is_there_if_it_told_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, there: bool
) -> None:
    monkeypatch.setattr(local_network, "_PATIENCE", 0.0)
    neighbours = f"127.0.0.1 0x1 {flags} 02:fc:00:00:00:05 * eth0\n"
    assert _online(_network(tmp_path, "127.0.0.1", neighbours=neighbours)) is there


def _in_a_network_of_its_own(prepare: str) -> str:
    process = subprocess.run(
        ["unshare", "--net", "sh", "-c", f'{prepare}\nexec "$0" -c "$1"', sys.executable, ASK],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if "unshare" in process.stderr or "RTNETLINK" in process.stderr:
        pytest.skip("networks cannot be made here")
    assert process.stderr == ""
    return process.stdout.strip()


def test_a_machine_that_is_cut_off_knows_it() -> None:
    assert _in_a_network_of_its_own("") == "False"


def test_a_machine_whose_router_is_gone_knows_it() -> None:
    assert _in_a_network_of_its_own(NO_ROUTER) == "False"
