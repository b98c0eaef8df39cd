"""What the simulated OpenClaw gateway takes, refuses and answers, frame by frame."""

import json
from typing import Any

import pytest

from openclaw_manager.adapters.simulator.conversation import Closing, Reply
from openclaw_manager.adapters.simulator.faults import Fault
from openclaw_manager.adapters.simulator.openclaw import OpenClawConversation
from openclaw_manager.adapters.simulator.openclaw_state import OpenClawState
from openclaw_manager.adapters.simulator.settings import Peer, Settings
from openclaw_manager.domain.ping import Dialect

_TOKEN = "right"
_LOCAL = Peer(loopback=True, host="127.0.0.1:1")
_CLIENT = {"id": "cli", "version": "0.1.0", "platform": "linux", "mode": "cli"}


def _conversation(
    *,
    token: str | None = _TOKEN,
    protocol: int = 4,
    fault: Fault | None = None,
    peer: Peer = _LOCAL,
) -> OpenClawConversation:
    settings = Settings(
        dialect=Dialect.OPENCLAW,
        token=token,
        protocol=protocol,
        faults=frozenset({fault} if fault else ()),
    )
    return OpenClawConversation(
        settings,
        OpenClawState(version="2026.9.6", protocol=protocol, started_at=0),
        peer,
        nonce="nonce",
        connection_id="connection",
        now=lambda: 1000,
    )


def _connect(**changes: Any) -> str:
    params = {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": _CLIENT,
        "scopes": ["operator.read"],
        "auth": {"token": "right"},
    } | changes
    return _request("connect", params)


def _request(method: str, params: Any = None, **changes: Any) -> str:
    return json.dumps({"type": "req", "id": "1", "method": method, "params": params} | changes)


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


def test_a_device_is_told_to_be_paired_first_always_with_the_same_request() -> None:
    device = {"id": "d", "publicKey": "k", "signature": "s", "signedAt": 1, "nonce": "nonce"}
    errors = [_answer(_conversation().connect(_connect(device=device)))["error"] for _ in range(2)]
    assert errors[0] == errors[1]
    assert errors[0]["details"]["code"] == "PAIRING_REQUIRED"


@pytest.mark.parametrize(
    ("fault", "close", "code"),
    [
        (Fault.REFUSE, 1008, "AUTH_TOKEN_MISMATCH"),
        (Fault.RATE_LIMITED, 1008, "AUTH_RATE_LIMITED"),
        (Fault.STARTING, 1013, None),
    ],
)
def test_faults_of_the_handshake_are_told_as_measured(
    fault: Fault, close: int, code: str | None
) -> None:
    reply = _conversation(fault=fault).connect(_connect())
    error = _answer(reply)["error"]
    assert reply.closing is not None
    assert reply.closing.code == close
    assert error["details"].get("code") == code
    assert ("retryAfterMs" in error) is (fault is not Fault.REFUSE)


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


def test_every_method_that_hello_names_is_answered() -> None:
    talk = _conversation()
    hello = _answer(talk.connect(_connect(scopes=["operator.admin"])))["payload"]
    for method in hello["features"]["methods"]:
        assert _answer(talk.call(_request(method, {})))["ok"], method


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
