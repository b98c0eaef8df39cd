"""``instance discover`` as people and scripts use it, in profiles and on loopback only."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from end_to_end.console import Answer, Console

SERVICE = "_openclaw-gw._tcp.local."
LOOPBACK = ("--interface", "127.0.0.1", "--timeout", "300ms")
FINGERPRINT = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32
URL = "wss://127.0.0.1:19001"
SECRET = "tok-profile-secret"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def profile(console: Console, name: str, **gateway: Any) -> None:
    path = console.home / name / "openclaw.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"gateway": gateway}))


@pytest.fixture
def work(console: Console) -> None:
    """Have a profile that is the client of a gateway whose certificate it pins."""
    remote = {"url": URL, "tlsFingerprint": FINGERPRINT, "token": SECRET}
    profile(console, ".openclaw-work", mode="remote", remote=remote)


def discover(console: Console, *arguments: str) -> Answer:
    return console.run("instance", "discover", *LOOPBACK, *arguments)


def found(answer: Answer) -> list[Any]:
    """Take what was found, leaving out what happens to run on the machine of the test."""
    return [one for one in answer.json if one["source"] != "port"]


def shown(console: Console, name: str) -> Any:
    return console.run("instance", "show", name, "-o", "json", "--show-secrets").json


@pytest.mark.usefixtures("work")
def test_a_profile_is_found_and_nothing_is_registered(console: Console) -> None:
    answer = discover(console, "-o", "json")

    assert (answer.status, answer.err) == (0, "")
    assert found(answer) == [
        {
            "name": "work",
            "url": URL,
            "source": "profile",
            "place": str(console.home / ".openclaw-work" / "openclaw.json"),
            "auth": None,
            "tlsFingerprint": FINGERPRINT,
            "registeredAs": None,
        }
    ]
    assert not (console.home / ".openclaw-manager").exists()


@pytest.mark.usefixtures("work")
def test_registering_asks_and_without_an_answer_registers_nothing(console: Console) -> None:
    answer = discover(console, "--register")

    assert answer.status != 0
    assert f"Register work at {URL}, and pin {FINGERPRINT}?" in answer.err
    assert console.run("instance", "list", "-o", "json").json == []


@pytest.mark.usefixtures("work")
def test_with_yes_it_is_registered_with_its_first_pin_and_without_its_token(
    console: Console,
) -> None:
    answer = discover(console, "--register", "--yes", "-o", "json")
    fields = shown(console, "work")["fields"]

    assert answer.status == 0
    assert [one["registeredAs"] for one in found(answer)] == ["work"]
    assert fields["tlsFingerprint"] == FINGERPRINT
    assert "token" not in fields
    assert [one["registeredAs"] for one in found(discover(console, "-o", "json"))] == ["work"]
    assert discover(console, "--register", "--yes").err == ""


@pytest.mark.usefixtures("work")
def test_the_token_of_a_profile_is_taken_over_when_asked_for_and_never_shown(
    console: Console,
) -> None:
    answer = discover(console, "--register", "--yes", "--with-token", "-o", "json")

    assert SECRET not in answer.out + answer.err
    assert shown(console, "work")["fields"]["token"] == SECRET


@pytest.mark.usefixtures("work")
def test_a_name_that_is_taken_gets_a_number(console: Console) -> None:
    console.run("instance", "register", "WORK", "--url", "ws://127.0.0.1:1")
    answer = discover(console, "--register", "--yes", "-o", "json")

    assert [one["registeredAs"] for one in found(answer)] == ["work-2"]


@pytest.mark.usefixtures("work")
def test_a_stored_pin_is_never_replaced_and_the_difference_is_told(console: Console) -> None:
    console.run("instance", "register", "pinned", "--url", URL, "--tls-fingerprint", OTHER)
    answer = discover(console, "--register", "--yes", "-o", "json")

    assert answer.status == 0
    assert [one["registeredAs"] for one in found(answer)] == ["pinned"]
    assert FINGERPRINT in answer.err
    assert OTHER in answer.err
    assert "openclaw-manager instance trust pinned" in answer.err
    assert shown(console, "pinned")["fields"]["tlsFingerprint"] == OTHER


def test_a_profile_that_cannot_be_read_is_a_warning(console: Console) -> None:
    profile(console, ".openclaw", port=19001)
    (console.home / ".openclaw-bad").mkdir()
    (console.home / ".openclaw-bad" / "openclaw.json").write_text("{")
    answer = discover(console, "-o", "json")

    assert answer.status == 0
    assert [one["name"] for one in found(answer)] == ["openclaw"]
    assert answer.err.startswith("warning: ")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("--yes",), ("--with-token",), ("--interface", "eth0"), ("--timeout", "soon")]
)
def test_what_makes_no_sense_is_refused(console: Console, arguments: tuple[str, ...]) -> None:
    assert discover(console, *arguments).status == 2


@pytest.fixture
async def announced() -> AsyncIterator[None]:
    zeroconf = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    info = ServiceInfo(
        SERVICE,
        f"attic (OpenClaw).{SERVICE}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=18998,
        properties={
            "role": "gateway",
            "displayName": "attic (OpenClaw)",
            "gatewayTls": "1",
            "gatewayTlsSha256": FINGERPRINT.removeprefix("sha256:"),
        },
        server="attic.local.",
    )
    try:
        await zeroconf.async_register_service(info)
        yield
    finally:
        await zeroconf.async_close()


@pytest.mark.usefixtures("announced")
async def test_an_announced_gateway_is_listed(console: Console) -> None:
    """The command runs in a thread, so that the announcement can be repeated meanwhile."""
    answer = await asyncio.to_thread(discover, console, "--timeout", "2s", "-o", "json")
    [one] = [one for one in answer.json if one["url"] == "wss://127.0.0.1:18998"]

    assert (one["source"], one["name"]) == ("mdns", "attic (OpenClaw)")
    assert one["tlsFingerprint"] == FINGERPRINT
