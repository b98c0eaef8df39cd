"""The console script against real OpenClaw gateways: what a ping finds.

Opt-in, since it installs some 1.5 GB: ``make test-gateway`` runs it. The same tests run on a
gateway of protocol 4 and on one of protocol 3.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from end_to_end.console import Answer, Console
from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.installation import Installation
from end_to_end.openclaw_gateway.process import RunningGateway, starting_gateway
from end_to_end.openclaw_gateway.relay import Frame, relay_to
from end_to_end.openclaw_gateway.user import User

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(1200),  # seconds, in which a gateway may have to be installed
]


class EarlyPing(NamedTuple):
    """A gateway that nobody else needs, and what a ping met that came too early for it."""

    gateway: RunningGateway
    answer: Answer
    result: dict[str, Any]
    refusals: list[str]


@pytest.fixture(scope="module")
def early_ping(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EarlyPing]:
    """Start a gateway, and ping it in the instant in which it begins to listen."""
    newcomer = User(Console(tmp_path_factory.mktemp("newcomer")))
    with starting_gateway(installation, tmp_path_factory.mktemp("starting")) as gateway:
        with relay_to(gateway) as relay:
            newcomer.register(relay.url, gateway.token)
            answer, result = newcomer.ping("--timeout", "50s")
        yield EarlyPing(gateway, answer, result, relay.refusals)


def test_a_ping_with_the_token_is_ok_and_tells_version_and_protocol(
    user: User, gateway: RunningGateway
) -> None:
    """The round trip ends well, and what the gateway says of itself is kept."""
    user.register(gateway.url, gateway.token)

    answer, result = user.ping()

    assert answer.status == 0, answer.err
    assert result["condition"] == "ok", result
    assert result["cause"] is None
    assert result["status"] == "reachable"
    assert result["version"] == gateway.installation.version
    assert result["protocol"] == gateway.installation.protocol
    assert result["dialect"] == "openclaw"
    assert result["warnings"] == []
    assert result["latencyMs"] > 0
    assert result["connectMs"] > 0
    assert all(step["ok"] for step in result["steps"])
    assert gateway.token not in answer.out + answer.err
    assert user.fields()["version"] == gateway.installation.version


def test_a_wrong_token_is_refused_as_a_mismatch(user: User, gateway: RunningGateway) -> None:
    """A gateway that answers, but not us, is no success and has an exit status of its own."""
    user.register(gateway.url, "a-token-of-another-gateway")

    answer, result = user.ping()

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "token-mismatch")
    assert result["status"] == "unreachable"
    assert result["latencyMs"] is None


def test_no_token_is_refused_as_missing(user: User, gateway: RunningGateway) -> None:
    """The gateway itself speaks of a missing device identity; what is missing is the token."""
    user.register(gateway.url, None)

    answer, result = user.ping()

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "token-missing")


@pytest.mark.parametrize("token", ["right", "wrong"])
@pytest.mark.parametrize("where", ["loopback", "elsewhere"])
def test_a_ping_without_a_pairing_leaves_the_gateway_as_it_is(
    where: str,
    token: str,
    user: User,
    gateway: RunningGateway,
    administrator: Administrator,
    remote_url: str,
) -> None:
    """No device is paired by it, and none is asked for, on whichever side of the network."""
    url = gateway.url if where == "loopback" else remote_url
    user.register(url, gateway.token if token == "right" else "a-token-of-another-gateway")
    before = administrator.devices()

    answer, result = user.ping()

    assert answer.status == (0 if token == "right" else 5), result
    assert administrator.devices() == before


def test_a_token_in_plain_text_to_another_machine_is_warned_of(
    user: User, gateway: RunningGateway, remote_url: str
) -> None:
    """At registration and at each ping, which both go on: it may be a network of one's own."""
    registered = user.register(remote_url, gateway.token)
    answer, result = user.ping()

    assert "plain text" in registered.err
    assert "plain text" in answer.err
    assert (result["condition"], result["warnings"]) == ("ok", ["token-in-plain"])


def test_a_gateway_that_takes_no_version_of_the_protocol_that_we_speak_refuses_us(
    user: User, gateway: RunningGateway
) -> None:
    """No released gateway refuses 3 to 4, so what is said to this one is changed on the way."""

    def from_the_future(frame: Frame) -> Frame:
        if frame["method"] == "connect":
            frame["params"] |= {"minProtocol": 98, "maxProtocol": 99}
        return frame

    with relay_to(gateway, from_the_future) as relay:
        user.register(relay.url, gateway.token)

        answer, result = user.ping()

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "protocol-unsupported")
    assert relay.refusals == ["INVALID_REQUEST"]


def test_a_gateway_that_does_not_answer_is_down_when_the_time_is_over(
    user: User, gateway: RunningGateway
) -> None:
    """The kernel still takes the connection of a process that hangs."""
    user.register(gateway.url, gateway.token)

    with gateway.frozen():
        answer, result = user.ping("--timeout", "1s")

    assert answer.status == 4, answer
    assert (result["condition"], result["cause"]) == ("down", "timeout")
    assert user.ping()[1]["condition"] == "ok"


def test_a_gateway_that_is_starting_is_waited_for(
    early_ping: EarlyPing, installation: Installation
) -> None:
    """2026.9.6 says for a second or two that it is starting; 2026.3.28 is ready when it listens."""
    assert early_ping.answer.status == 0, early_ping
    assert early_ping.result["condition"] == "ok", early_ping
    said_that_it_is_starting = "UNAVAILABLE" in early_ping.refusals
    assert said_that_it_is_starting == (installation.protocol == 4), early_ping


def test_a_gateway_that_stops_is_down_and_keeps_what_was_last_known(
    early_ping: EarlyPing, user: User, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """During a ping, when it has not let us in yet, and before the next.

    A gateway that was stopped hangs up on us at once in 2026.9.6, and 10 s later in 2026.3.28,
    where only those who were let in already are told at once.
    """
    gateway = early_ping.gateway
    bystander = User(Console(tmp_path_factory.mktemp("bystander")))
    bystander.register(gateway.url, gateway.token)
    assert bystander.ping()[0].status == 0
    before = bystander.fields()

    def stop_before_it_hears_of_us(frame: Frame) -> Frame:
        gateway.stop()
        return frame

    with relay_to(gateway, stop_before_it_hears_of_us) as relay:
        user.register(relay.url, gateway.token)
        during = user.ping("--timeout", "30s")
    afterwards = bystander.ping()

    assert [answer.status for answer, _ in (during, afterwards)] == [4, 4]
    assert (during[1]["condition"], during[1]["cause"]) == ("down", "connection-closed")
    assert (afterwards[1]["condition"], afterwards[1]["cause"]) == ("down", "connection-refused")
    after = bystander.fields()
    assert after["status"] == "unreachable"
    assert [after[key] for key in ("lastPingAt", "lastPingLatencyMs", "version")] == [
        before[key] for key in ("lastPingAt", "lastPingLatencyMs", "version")
    ]
