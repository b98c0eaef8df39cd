"""The console script against a real OpenClaw gateway, registered with a token only.

Opt-in, since it installs some 900 MB: ``make test-gateway`` runs it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from end_to_end.console import Answer, Console
from end_to_end.openclaw_gateway.installation import installed_gateway
from end_to_end.openclaw_gateway.process import RunningGateway, running_gateway

_INSTALLED_AND_STARTED_WITHIN = 1200  # seconds

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(_INSTALLED_AND_STARTED_WITHIN),
]


def _package_pin() -> str:
    pins = json.loads((Path(__file__).parent / "openclaw_gateway/package.json").read_text())
    version: str = pins["dependencies"]["openclaw"]
    return version


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """Lend one gateway to all tests that leave it running."""
    with running_gateway(installed_gateway(), tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Give each test a user who has never used the program."""
    return Console(tmp_path)


def _register(console: Console, url: str, token: str | None) -> None:
    credentials = ["--token", "env:TOKEN"] if token else []
    answer = console.run(
        *("instance", "register", "real", "--url", url, *credentials), TOKEN=token or ""
    )
    assert answer.status == 0, answer.err


def _ping(console: Console) -> tuple[Answer, dict[str, Any]]:
    answer = console.run("instance", "ping", "real", "-o", "json")
    [result] = answer.json
    return answer, result


def _shown(console: Console) -> dict[str, Any]:
    fields: dict[str, Any] = console.run("instance", "show", "real", "-o", "json").json["fields"]
    return fields


def test_a_ping_with_the_token_is_ok_and_tells_version_and_protocol(
    console: Console, gateway: RunningGateway
) -> None:
    """The round trip ends well, and what the gateway says of itself is kept."""
    _register(console, gateway.url, gateway.token)

    answer, result = _ping(console)

    assert answer.status == 0, answer.err
    assert result["condition"] == "ok", result
    assert result["cause"] is None
    assert result["status"] == "reachable"
    assert result["version"] == _package_pin()
    assert result["protocol"] == 4
    assert result["dialect"] == "openclaw"
    assert result["latencyMs"] > 0
    assert result["connectMs"] > 0
    assert all(step["ok"] for step in result["steps"])
    assert gateway.token not in answer.out + answer.err
    assert _shown(console)["version"] == _package_pin()


def test_a_wrong_token_is_refused_as_a_mismatch(console: Console, gateway: RunningGateway) -> None:
    """A gateway that answers, but not us, is no success and has an exit status of its own."""
    _register(console, gateway.url, "a-token-of-another-gateway")

    answer, result = _ping(console)

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "token-mismatch")
    assert result["status"] == "unreachable"
    assert result["latencyMs"] is None


def test_no_token_is_refused_as_missing(console: Console, gateway: RunningGateway) -> None:
    """The gateway itself speaks of a missing device identity; what is missing is the token."""
    _register(console, gateway.url, None)

    answer, result = _ping(console)

    assert answer.status == 5, answer
    assert (result["condition"], result["cause"]) == ("refused", "token-missing")


def test_a_gateway_that_was_stopped_is_down_and_keeps_what_was_last_known(
    console: Console, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The failed ping changes the status, and not the facts of the last success."""
    with running_gateway(installed_gateway(), tmp_path_factory.mktemp("stopped")) as gateway:
        _register(console, gateway.url, gateway.token)
        assert _ping(console)[0].status == 0
        before = _shown(console)
        gateway.stop()

        answer, result = _ping(console)

    assert answer.status == 4, answer
    assert (result["condition"], result["cause"]) == ("down", "connection-refused")
    after = _shown(console)
    assert after["status"] == "unreachable"
    assert [after[key] for key in ("lastPingAt", "lastPingLatencyMs", "version")] == [
        before[key] for key in ("lastPingAt", "lastPingLatencyMs", "version")
    ]
