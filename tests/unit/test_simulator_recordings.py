"""The simulator judges recorded clients as the real gateways did, one after the other."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from openclaw_manager.adapters.simulator.conversation import Reply
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect

_RECORDINGS = Path(__file__).parents[1] / "data" / "gateway-frames"
_GATEWAYS = {"2026.9.6": (4, "tok-secret-123"), "2026.3.28": (3, "tok-old-b")}
_LOCAL = Peer(loopback=True, host="127.0.0.1:1")
_REMOTE = Peer(loopback=False, host="192.0.2.2:1")
_PEERS = {
    "h3_origin_same": Peer(loopback=True, host="127.0.0.1:1", origin="http://127.0.0.1:1"),
    "h4_origin_evil": Peer(loopback=True, host="127.0.0.1:1", origin="https://evil.example"),
    "h6_scope_cap_header": Peer(loopback=True, scope_cap="operator.read"),
}
_SEEN_AFTER = {
    "approve": "remote after approve (shared token)",
    "rotate": "shared token after rotate",
}
# What a gateway makes up anew each time, and what it measures.
_ARBITRARY = {"recoveryScope", "issuedAtMs"}


class Handshake(NamedTuple):
    """One recorded handshake: what came, what was sent, what was answered."""

    challenge: dict[str, Any]
    connect: str
    answer: dict[str, Any]
    close: int | None

    @classmethod
    def of(cls, recording: dict[str, Any]) -> "Handshake":
        challenge, connect, answer = (entry["frame"] for entry in recording["log"][:3])
        return cls(challenge, json.dumps(connect), answer, recording["close"][0])

    @property
    def details(self) -> dict[str, Any]:
        """The details of the error, or the authentication of the hello."""
        if self.answer["ok"]:
            return dict(self.answer["payload"].get("auth", {}))
        return dict(self.answer["error"].get("details", {}))


class Gateway:
    """A simulated gateway that makes up the tokens and ids that the real one made up."""

    def __init__(self, version: str, protocol: int, token: str, *faults: Fault) -> None:
        self._made_up: dict[str, Any] = {}
        self.devices = Devices(
            new_token=lambda: self._made_up["deviceToken"],
            new_id=lambda: self._made_up["requestId"],
        )
        self._settings = Settings(
            dialect=Dialect.OPENCLAW,
            token=token,
            version=version,
            protocol=protocol,
            faults=frozenset(faults),
        )
        self._state = OpenClawState(version=version, protocol=protocol, started_at=0)

    def conversation(self, handshake: Handshake, peer: Peer) -> OpenClawConversation:
        """Begin a conversation at the time and with the nonce of the recorded one."""
        self._made_up = handshake.details
        payload = handshake.challenge["payload"]
        return OpenClawConversation(
            self._settings,
            self._state,
            self.devices,
            peer,
            nonce=payload["nonce"],
            connection_id="connection",
            now=lambda: payload["ts"],
        )


@cache
def _handshakes(version: str) -> dict[str, Handshake]:
    """Read the handshakes with one gateway, in the order in which they were made."""
    found = {
        path.stem.removeprefix("handshake_"): Handshake.of(json.loads(path.read_text()))
        for path in (_RECORDINGS / version / "handshake").glob("handshake_*.json")
    }
    return dict(sorted(found.items(), key=lambda item: item[1].challenge["payload"]["ts"]))


@cache
def _replayed(version: str) -> dict[str, Reply]:
    """Let all of them connect to one simulated gateway."""
    gateway = Gateway(version, *_GATEWAYS[version])
    return {
        name: gateway.conversation(handshake, _PEERS.get(name, _LOCAL)).connect(handshake.connect)
        for name, handshake in _handshakes(version).items()
    }


def _cases() -> Iterator[Any]:
    for version in _GATEWAYS:
        for name in _handshakes(version):
            yield pytest.param(version, name, id=f"{version} {name}")


def _judged_alike(reply: Reply, recorded: Handshake, version: str) -> None:
    """Compare outcome, codes, tokens, scopes and close code."""
    answer = json.loads(reply.frames[0])
    real = recorded.answer
    assert (answer["id"], answer["ok"]) == (real["id"], real["ok"])
    assert _without_wording(answer.get("error")) == _without_wording(real.get("error"))
    # One of the recorders had left before the close came.
    if recorded.close is not None or answer["ok"]:
        assert (reply.closing.code if reply.closing else None) == recorded.close
    if answer["ok"]:
        hello = answer["payload"]
        assert hello["protocol"] == real["payload"]["protocol"]
        assert hello["server"]["version"] == version
        assert _lasting(hello.get("auth", {})) == _lasting(recorded.details)
        assert hello.get("auth", {}).keys() == recorded.details.keys()


def _without_wording(error: dict[str, Any] | None) -> dict[str, Any] | None:
    """Leave out the message, which nobody may branch on."""
    return {name: value for name, value in error.items() if name != "message"} if error else None


def _lasting(auth: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in auth.items() if name not in _ARBITRARY}


@pytest.mark.parametrize(("version", "name"), list(_cases()))
def test_a_recorded_client_is_judged_as_it_was(version: str, name: str) -> None:
    """All signatures are those of the real clients, over the real challenges."""
    _judged_alike(_replayed(version)[name], _handshakes(version)[name], version)


def test_a_recorded_remote_pairing_goes_as_it_went() -> None:
    """From the first refusal over approval, rotation and revocation to the removal."""
    recordings = json.loads((_RECORDINGS / "2026.9.6" / "remote_pairing.json").read_text())
    gateway = Gateway("2026.9.6", 4, "tokL")
    last = Handshake.of(recordings["remote cli no device"])
    for name, recorded in recordings.items():
        if "log" in recorded:
            last = Handshake.of(recorded)
            reply = gateway.conversation(last, _REMOTE).connect(last.connect)
            _judged_alike(reply, last, "2026.9.6")
        else:
            # A token is made now, and seen when the device next shows the shared token.
            seen = _SEEN_AFTER.get(name)
            next_seen = Handshake.of(recordings[seen]) if seen else last
            answer = _administer(gateway, name, recorded["payload"], next_seen)
            assert _lasting_of_call(answer) == _lasting_of_call(recorded["payload"]), name
    assert gateway.devices.paired(0) == ()


def _administer(
    gateway: Gateway, verb: str, recorded: dict[str, Any], next_seen: Handshake
) -> dict[str, Any]:
    """Make the recorded call from a second connection, that of an administrator."""
    method, params = {
        "approve": ("device.pair.approve", ("requestId",)),
        "rotate": ("device.token.rotate", ("deviceId", "role")),
        "revoke": ("device.token.revoke", ("deviceId", "role")),
        "remove": ("device.pair.remove", ("deviceId",)),
    }[verb]
    talk = gateway.conversation(next_seen, _LOCAL)
    connect = {
        "minProtocol": 4,
        "maxProtocol": 4,
        "client": {"id": "cli", "version": "1", "platform": "linux", "mode": "cli"},
        "scopes": ["operator.admin"],
        "auth": {"token": "tokL"},
    }
    request = {"type": "req", "id": "1", "method": "connect", "params": connect}
    assert talk.connect(json.dumps(request)).closing is None
    request |= {"method": method, "params": {name: recorded[name] for name in params}}
    answer = json.loads(talk.call(json.dumps(request)).frames[0])
    assert answer["ok"], answer
    payload: dict[str, Any] = answer["payload"]
    return payload


def _lasting_of_call(payload: Any) -> Any:
    """Leave out times and the address, at every depth."""
    if isinstance(payload, list):
        return [_lasting_of_call(item) for item in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        name: _lasting_of_call(value)
        for name, value in payload.items()
        if not name.endswith("AtMs") and name != "remoteIp"
    }


def test_a_recorded_lockout_goes_as_it_went() -> None:
    """Who shows a device does not hear how long it lasts."""
    log = json.loads((_RECORDINGS / "2026.9.6" / "ratelimited.json").read_text())
    recorded = Handshake.of({"log": log, "close": [1008, ""]})
    gateway = Gateway("2026.9.6", 4, "any", Fault.RATE_LIMITED)
    reply = gateway.conversation(recorded, _REMOTE).connect(recorded.connect)
    _judged_alike(reply, recorded, "2026.9.6")


@pytest.mark.parametrize("version", _GATEWAYS)
def test_hello_has_the_recorded_shape(version: str) -> None:
    """Nothing at the top, in ``server`` or in ``auth`` that a real gateway does not say."""
    name = "a_nodevice_cli_cli"
    real = _handshakes(version)[name].answer["payload"]
    hello = json.loads(_replayed(version)[name].frames[0])["payload"]
    shown_by_plugins = {"controlUiWidgetKinds", "controlUiLinkReaders"}
    assert hello.keys() == real.keys() - shown_by_plugins
    assert hello["server"].keys() == real["server"].keys()
    assert hello["snapshot"].keys() == real["snapshot"].keys()


@pytest.mark.parametrize("version", _GATEWAYS)
def test_the_challenge_has_the_recorded_shape(version: str) -> None:
    handshake = _handshakes(version)["a_nodevice_cli_cli"]
    talk = Gateway(version, *_GATEWAYS[version]).conversation(handshake, _LOCAL)
    assert json.loads(talk.challenge()) == handshake.challenge
