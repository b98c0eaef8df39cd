"""The simulator judges recorded clients as the real gateways did."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect

_RECORDINGS = Path(__file__).parents[1] / "data" / "gateway-frames"
_GATEWAYS = {"2026.9.6": (4, "tok-secret-123"), "2026.3.28": (3, "tok-old-b")}
_HEADERS = {
    "h3_origin_same": Peer(loopback=True, host="127.0.0.1:1", origin="http://127.0.0.1:1"),
    "h4_origin_evil": Peer(loopback=True, host="127.0.0.1:1", origin="https://evil.example"),
    "h6_scope_cap_header": Peer(loopback=True, scope_cap="operator.read"),
}
# Those of clients that are refused before a device is looked at, or show none.
_WITHOUT_DEVICE = ("a_nodevice_*", "d*", "e*", "f[23]_*", "g_proto_*", "h*")
_CASES = [
    pytest.param(version, path.stem.removeprefix("handshake_"), id=f"{version} {path.stem[10:]}")
    for version in _GATEWAYS
    for pattern in _WITHOUT_DEVICE
    for path in sorted((_RECORDINGS / version / "handshake").glob(f"handshake_{pattern}.json"))
]


def _recorded(version: str, name: str) -> tuple[str, dict[str, Any], int | None]:
    path = _RECORDINGS / version / "handshake" / f"handshake_{name}.json"
    recording = json.loads(path.read_text())
    frames = {entry["dir"]: entry["frame"] for entry in recording["log"]}
    return json.dumps(frames[">"]), frames["<"], recording["close"][0]


def _conversation(version: str, name: str) -> OpenClawConversation:
    protocol, token = _GATEWAYS[version]
    settings = Settings(dialect=Dialect.OPENCLAW, token=token, version=version, protocol=protocol)
    return OpenClawConversation(
        settings,
        OpenClawState(version=version, protocol=protocol, started_at=0),
        _HEADERS.get(name, Peer(loopback=True, host="127.0.0.1:1")),
        nonce="nonce",
        connection_id="connection",
        now=lambda: 1,
    )


@pytest.mark.parametrize(("version", "name"), _CASES)
def test_a_recorded_client_is_judged_as_it_was(version: str, name: str) -> None:
    """Same outcome, same codes, same scopes, same close code as the real gateway."""
    connect, answered, close = _recorded(version, name)
    reply = _conversation(version, name).connect(connect)
    answer = json.loads(reply.frames[0])
    assert (reply.closing.code if reply.closing else None) == close
    assert answer["id"] == answered["id"]
    assert answer["ok"] is answered["ok"]
    assert _without_wording(answer.get("error")) == _without_wording(answered.get("error"))
    if answer["ok"]:
        hello, real = answer["payload"], answered["payload"]
        assert (hello["protocol"], hello["server"]["version"]) == (real["protocol"], version)
        granted = [shown.get("auth", {}).get("scopes") for shown in (hello, real)]
        assert granted[0] == granted[1]


def _without_wording(error: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out the message, which nobody may branch on."""
    return {name: value for name, value in error.items() if name != "message"} if error else None


@pytest.mark.parametrize("version", _GATEWAYS)
def test_hello_has_the_recorded_shape(version: str) -> None:
    """Nothing at the top, in ``server`` or in ``auth`` that a real gateway does not say."""
    connect, answered, _ = _recorded(version, "a_nodevice_cli_cli")
    real = answered["payload"]
    hello = json.loads(_conversation(version, "a_nodevice_cli_cli").connect(connect).frames[0])[
        "payload"
    ]
    shown_by_plugins = {"controlUiWidgetKinds", "controlUiLinkReaders"}
    assert hello.keys() == real.keys() - shown_by_plugins
    assert hello["server"].keys() == real["server"].keys()
    assert hello["snapshot"].keys() == real["snapshot"].keys()
    assert hello.get("auth", {}).keys() == real.get("auth", {}).keys()


@pytest.mark.parametrize("version", _GATEWAYS)
def test_the_challenge_has_the_recorded_shape(version: str) -> None:
    path = _RECORDINGS / version / "handshake" / "handshake_a_nodevice_cli_cli.json"
    real = json.loads(path.read_text())["log"][0]["frame"]
    challenge = json.loads(_conversation(version, "").challenge())
    assert challenge.keys() == real.keys()
    assert challenge["payload"].keys() == real["payload"].keys()
