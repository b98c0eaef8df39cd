"""What the simulated OpenClaw gateway takes, refuses and answers, frame by frame."""

import json
from collections.abc import Collection
from typing import Any

import pytest

from fakes.openclaw_device import CLIENT as _CLIENT
from fakes.openclaw_device import OpenClawDevice
from fakes.openclaw_device import connect_request as _connect
from fakes.openclaw_device import request as _request
from openclaw_manager.adapters.simulator.conversation import Closing, Reply
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_pairing import Devices
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect

_TOKEN = "right"
_LOCAL = Peer(loopback=True, host="127.0.0.1:1")
_PARAMS = {
    "device.pair.approve": {"requestId": "none"},
    "device.pair.reject": {"requestId": "none"},
    "device.pair.remove": {"deviceId": "none"},
    "device.token.rotate": {"deviceId": "none", "role": "operator"},
    "device.token.revoke": {"deviceId": "none", "role": "operator"},
}


def _conversation(
    *,
    token: str | None = _TOKEN,
    protocol: int = 4,
    fault: Fault | None = None,
    faults: Collection[Fault] = (),
    peer: Peer = _LOCAL,
) -> OpenClawConversation:
    settings = Settings(
        dialect=Dialect.OPENCLAW,
        token=token,
        protocol=protocol,
        faults=frozenset([*faults, *([fault] if fault else [])]),
    )
    return OpenClawConversation(
        settings,
        OpenClawState(
            version="2026.9.6",
            protocol=protocol,
            started_at=0,
            healthy=fault is not Fault.NOT_READY,
        ),
        Devices(),
        peer,
        nonce="nonce",
        connection_id="connection",
        now=lambda: 1000,
    )


def _answer(reply: Reply) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(reply.frames[0])
    return answer


@pytest.mark.parametrize(
    ("message", "closing"),
    [
        ("no json", Closing(1000)),
        ("[" * 100_000, Closing(1009)),
        ("[" * 60_000, Closing(1000)),
        (b'{"type":"req"}', Closing(1000)),
        ('"' + "x" * 65_536 + '"', Closing(1009)),
        ("[]", Closing(1008, "invalid request frame")),
        (_request("connect", id=1), Closing(1008, "invalid request frame")),
        (_request("connect", extra=1), Closing(1008, "invalid request frame")),
    ],
)
def test_what_is_no_request_is_closed_without_an_answer(
    message: str | bytes, closing: Closing
) -> None:
    reply = _conversation().connect(message)
    assert (reply.frames, reply.closing) == ((), closing)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"surprise": 1}, "at root: unexpected property 'surprise'"),
        ({"minProtocol": "3"}, "at /minProtocol: must be integer"),
        ({"minProtocol": True}, "at /minProtocol: must be integer"),
        ({"maxProtocol": 0}, "at /maxProtocol: must be >= 1"),
        ({"client": []}, "at /client: must be object"),
        ({"client": {"id": "cli"}}, "at /client: must have required property 'version'"),
        (
            {"client": _CLIENT | {"mode": "operator"}},
            "at /client/mode: must be equal to one of the allowed values",
        ),
        (
            {"client": _CLIENT | {"id": ["cli"]}},
            "at /client/id: must be equal to one of the allowed values",
        ),
        (
            {"client": _CLIENT | {"version": ""}},
            "at /client/version: must not have fewer than 1 characters",
        ),
        ({"client": _CLIENT | {"x": 1}}, "at /client: unexpected property 'x'"),
        ({"scopes": "operator.read"}, "at /scopes: must be array"),
        ({"scopes": [1]}, "at /scopes/0: must be string"),
        ({"permissions": {"a": 1}}, "at /permissions/a: must be boolean"),
        ({"auth": {"token": 1}}, "at /auth/token: must be string"),
        ({"auth": None}, "at /auth: must be object"),
    ],
)
def test_the_connect_schema_is_strict(changes: dict[str, Any], problem: str) -> None:
    reply = _conversation().connect(_connect(**changes))
    message = f"invalid connect params: {problem}"
    assert _answer(reply)["error"] == {"code": "INVALID_REQUEST", "message": message}
    assert reply.closing == Closing(1008, message)


def test_all_that_2026_9_6_knows_of_a_connect_is_taken() -> None:
    everything = {
        "client": _CLIENT
        | {"displayName": "d", "deviceFamily": "f", "modelIdentifier": "m", "instanceId": "i"},
        "role": "operator",
        "caps": [],
        "commands": ["c"],
        "permissions": {"p": True},
        "locale": "en",
        "userAgent": "u",
        "pathEnv": "/bin",
    }
    assert _conversation().connect(_connect(**everything)).closing is None


def test_a_first_request_other_than_connect_is_refused() -> None:
    reply = _conversation().connect(_request("health", {}))
    assert _answer(reply)["error"]["code"] == "INVALID_REQUEST"
    assert reply.closing == Closing(1008, "invalid handshake: first request must be connect")


@pytest.mark.parametrize(
    ("changes", "token", "code"),
    [
        ({"auth": {"token": "wrong"}}, "right", "AUTH_TOKEN_MISMATCH"),
        ({"auth": {"token": ""}}, "right", "AUTH_TOKEN_MISMATCH"),
        ({"auth": {"token": "\ud800"}}, "right", "AUTH_TOKEN_MISMATCH"),
        ({"auth": {}}, "right", "DEVICE_IDENTITY_REQUIRED"),
        ({"auth": {"deviceToken": "any"}}, "right", "DEVICE_IDENTITY_REQUIRED"),
        ({"role": "node"}, "right", "DEVICE_IDENTITY_REQUIRED"),
        ({"auth": {}}, None, "DEVICE_IDENTITY_REQUIRED"),
    ],
)
def test_credentials_are_refused_by_code(
    changes: dict[str, Any], token: str | None, code: str
) -> None:
    reply = _conversation(token=token).connect(_connect(**changes))
    assert _answer(reply)["error"]["details"]["code"] == code
    assert reply.closing is not None
    assert reply.closing.code == 1008


def test_without_a_token_of_its_own_it_takes_local_backends_only() -> None:
    """Measured with ``--auth none`` on 2026.9.6."""
    backend = _connect(auth={}, client=_CLIENT | {"id": "gateway-client", "mode": "backend"})
    hello = _answer(_conversation(token=None).connect(backend))["payload"]
    assert hello["auth"]["method"] == "none"
    remote = Peer(loopback=False)
    assert _conversation(token=None, peer=remote).connect(backend).closing is not None


_REFUSING = {
    Fault.STARTING: (1013, "UNAVAILABLE", None),
    Fault.RATE_LIMITED: (1008, "INVALID_REQUEST", "AUTH_RATE_LIMITED"),
    Fault.INVALID_CONNECT: (1008, "INVALID_REQUEST", None),
    Fault.PROTOCOL_MISMATCH: (1002, "INVALID_REQUEST", "PROTOCOL_MISMATCH"),
    Fault.ORIGIN_REFUSED: (1008, "INVALID_REQUEST", "CONTROL_UI_ORIGIN_NOT_ALLOWED"),
    Fault.DEVICE_REQUIRED: (1008, "NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED"),
    Fault.DEVICE_ID_MISMATCH: (1008, "INVALID_REQUEST", "DEVICE_AUTH_DEVICE_ID_MISMATCH"),
    Fault.SIGNATURE_EXPIRED: (1008, "INVALID_REQUEST", "DEVICE_AUTH_SIGNATURE_EXPIRED"),
    Fault.NONCE_MISMATCH: (1008, "INVALID_REQUEST", "DEVICE_AUTH_NONCE_MISMATCH"),
    Fault.SIGNATURE_INVALID: (1008, "INVALID_REQUEST", "DEVICE_AUTH_SIGNATURE_INVALID"),
    Fault.REFUSE: (1008, "INVALID_REQUEST", "AUTH_TOKEN_MISMATCH"),
    Fault.TOKEN_MISSING: (1008, "INVALID_REQUEST", "AUTH_TOKEN_MISSING"),
    Fault.DEVICE_TOKEN_MISMATCH: (1008, "INVALID_REQUEST", "AUTH_DEVICE_TOKEN_MISMATCH"),
    Fault.SCOPE_MISMATCH: (1008, "INVALID_REQUEST", "AUTH_SCOPE_MISMATCH"),
}
_BETWEEN_CONNECT_AND_HELLO = {
    fault
    for fault in Fault
    if list(Fault).index(Fault.STARTING)
    <= list(Fault).index(fault)
    <= list(Fault).index(Fault.SCOPE_MISMATCH)
}


def test_every_refusal_has_a_row_in_the_table() -> None:
    assert set(_REFUSING) == _BETWEEN_CONNECT_AND_HELLO


@pytest.mark.parametrize("fault", _REFUSING)
def test_faults_of_the_handshake_are_told_as_measured(fault: Fault) -> None:
    """Close code, code, and code in the details; to a client that did everything right."""
    reply = _conversation(fault=fault).connect(_connect())
    error = _answer(reply)["error"]
    assert reply.closing is not None
    found = reply.closing.code, error["code"], error.get("details", {}).get("code")
    assert found == _REFUSING[fault]
    waits = fault in (Fault.STARTING, Fault.RATE_LIMITED)
    assert ("retryAfterMs" in error, "retryable" in error) == (waits, waits)


def test_of_several_refusals_the_one_that_comes_first_shows() -> None:
    reply = _conversation(faults=[Fault.REFUSE, Fault.PROTOCOL_MISMATCH]).connect(_connect())
    assert _answer(reply)["error"]["details"]["expectedProtocol"] == 99


@pytest.mark.parametrize(
    ("fault", "events", "closing"),
    [
        (Fault.AUTH_CHANGED, [], Closing(4001, "gateway auth changed")),
        (Fault.SERVICE_RESTART, ["shutdown"], Closing(1012, "service restart")),
    ],
)
def test_faults_after_hello_let_a_client_in_and_close(
    fault: Fault, events: list[str], closing: Closing
) -> None:
    reply = _conversation(fault=fault).connect(_connect())
    hello, *others = (json.loads(frame) for frame in reply.frames)
    assert hello["payload"]["type"] == "hello-ok"
    assert [frame["event"] for frame in others] == events
    assert reply.closing == closing


def test_a_gateway_that_is_not_ready_says_so_in_its_health() -> None:
    talk = _conversation(fault=Fault.NOT_READY)
    assert talk.connect(_connect()).closing is None
    assert _answer(talk.call(_request("health", {})))["payload"]["ok"] is False


def test_a_busy_gateway_answers_calls_with_unavailable() -> None:
    talk = _conversation(fault=Fault.BUSY)
    assert talk.connect(_connect()).closing is None
    error = _answer(talk.call(_request("health", {})))["error"]
    assert (error["code"], error["retryable"]) == ("UNAVAILABLE", True)


def test_a_gateway_may_grant_no_scope() -> None:
    talk = _conversation(fault=Fault.NO_SCOPES)
    assert _answer(talk.connect(_connect()))["payload"]["auth"]["scopes"] == []
    assert _answer(talk.call(_request("status", {})))["error"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("scopes", "method", "outcome"),
    [
        ((), "health", None),
        ((), "system-presence", "FORBIDDEN"),
        (("operator.read",), "system-presence", None),
        (("operator.write",), "system-presence", None),
        (("operator.read",), "device.pair.list", "FORBIDDEN"),
        (("operator.pairing",), "device.pair.list", None),
        (("operator.read",), "ping", "FORBIDDEN"),
        (("operator.admin",), "ping", "INVALID_REQUEST"),
        (("operator.admin",), "device.pair.list", None),
    ],
)
def test_calls_need_their_scope(scopes: tuple[str, ...], method: str, outcome: str | None) -> None:
    talk = _conversation()
    talk.connect(_connect(scopes=list(scopes)))
    answer = _answer(talk.call(_request(method, {})))
    assert answer["ok"] is (outcome is None)
    assert answer.get("error", {}).get("code") == outcome


@pytest.mark.parametrize("protocol", [3, 4])
def test_every_method_that_hello_names_is_answered(protocol: int) -> None:
    """Or refused for what it is to act on, which does not exist, and for nothing else."""
    talk = _conversation(protocol=protocol)
    # Protocol 3 grants scopes to devices only.
    connect = OpenClawDevice().answer(talk.challenge(), scopes=["operator.admin"])
    hello = _answer(talk.connect(connect))["payload"]
    assert "gateway.identity.get" in hello["features"]["methods"]
    for method in hello["features"]["methods"]:
        answer = _answer(talk.call(_request(method, _PARAMS.get(method, {}))))
        about_devices = answer.get("error", {}).get("message", "").startswith("unknown ")
        assert answer["ok"] is not (method in _PARAMS), method
        assert about_devices is (method in _PARAMS), method


@pytest.mark.parametrize("params", [None, {}, {"requestId": 1}, {"requestId": "r", "more": 1}])
def test_the_parameters_of_calls_about_devices_are_strict(params: Any) -> None:
    talk = _conversation()
    talk.connect(_connect(scopes=["operator.pairing"]))
    error = _answer(talk.call(_request("device.pair.approve", params)))["error"]
    assert error["code"] == "INVALID_REQUEST"
    assert error["message"].startswith("invalid device.pair.approve params: at ")


def test_a_missing_scope_of_protocol_3_has_no_details() -> None:
    talk = _conversation(protocol=3)
    talk.connect(_connect(scopes=["operator.admin"]))
    assert _answer(talk.call(_request("status")))["error"] == {
        "code": "INVALID_REQUEST",
        "message": "missing scope: operator.read",
    }


def test_after_hello_text_that_is_no_json_is_passed_over() -> None:
    talk = _conversation()
    talk.connect(_connect())
    assert talk.call("no json") == Reply()


def test_shutdown_is_announced_to_those_who_were_let_in() -> None:
    talk = _conversation()
    assert talk.farewell() == Reply(closing=Closing(1012, "service restart"))
    talk.connect(_connect())
    assert json.loads(talk.tick())["seq"] == 1
    reply = talk.farewell()
    shutdown = json.loads(reply.frames[0])
    assert (shutdown["event"], shutdown["seq"]) == ("shutdown", 2)
    assert reply.closing == Closing(1012, "service restart")


def test_a_close_reason_fits_into_a_close_frame() -> None:
    long = Closing(1008, "ä" * 200)
    assert len(long.short_reason.encode()) <= 123
    assert long.reason.startswith(long.short_reason)
