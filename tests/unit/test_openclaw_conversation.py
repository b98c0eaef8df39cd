"""The OpenClaw protocol: what is asked, what answers mean, and what gateways really answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.adapters.gateway.conversation import Health, Hello
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.domain.condition import Cause

RECORDED = Path(__file__).parents[1] / "data" / "gateway-frames"
CLIENT = Client("openclaw-manager/0.1.0", platform="linux")
CHALLENGE = {
    "type": "event",
    "event": "connect.challenge",
    "payload": {"nonce": "5f0c", "ts": 1795448143496},
}

# What each recorded handshake comes to for us: a cause, or the protocol of the hello. The
# two versions differ where a third column says so.
OUTCOMES: dict[str, Cause | int | tuple[Cause | int, Cause | int]] = {
    "a_nodevice_cli_cli": (4, 3),
    "a_nodevice_cli_operator": Cause.PROTOCOL_UNSUPPORTED,
    "a_nodevice_fingerprint_cli": (4, 3),
    "a_nodevice_gateway-client_backend": (4, 3),
    "a_nodevice_gateway-client_cli": (4, 3),
    "a_nodevice_node-host_node": Cause.DEVICE_KEY_MISSING,
    "a_nodevice_openclaw-control-ui_ui": Cause.ORIGIN_REFUSED,
    "a_nodevice_openclaw-control-ui_webchat": Cause.ORIGIN_REFUSED,
    "a_nodevice_openclaw-linux_ui": (4, Cause.PROTOCOL_UNSUPPORTED),
    "a_nodevice_openclaw-manager_cli": Cause.PROTOCOL_UNSUPPORTED,
    "a_nodevice_openclaw-probe_probe": (4, 3),
    "a_nodevice_openclaw-tui_ui": Cause.DEVICE_KEY_MISSING,
    "a_nodevice_test_test": (4, 3),
    "a_nodevice_webchat_webchat": Cause.ORIGIN_REFUSED,
    "b7_deviceToken_without_device": Cause.TOKEN_MISSING,
    "d1_wrong_token_nodevice": Cause.TOKEN_MISMATCH,
    "d3_token_in_password_field": (4, Cause.TOKEN_MISSING),
    "e1_missing_token_nodevice": Cause.TOKEN_MISSING,
    "g_proto_1_4": (4, 3),
    "g_proto_3_3": (Cause.PROTOCOL_UNSUPPORTED, 3),
    "g_proto_3_3_cli_probe": (4, 3),
    "g_proto_3_3_probe": (4, 3),
    "g_proto_3_99": (4, 3),
    "g_proto_4_4": (4, Cause.PROTOCOL_UNSUPPORTED),
    "g_proto_5_6": Cause.PROTOCOL_UNSUPPORTED,
    "g_proto_99_99": Cause.PROTOCOL_UNSUPPORTED,
    "h1_bearer_header_only": Cause.TOKEN_MISSING,
    "h2_bad_bearer_header_good_token": (4, 3),
    "h3_origin_same": (4, 3),
    "h4_origin_evil": Cause.ORIGIN_REFUSED,
    "h5_other_path": (4, 3),
    "h6_scope_cap_header": (4, 3),
}
VERSIONS = ("2026.9.6", "2026.3.28")


def conversation(identity: Identity | None = None) -> OpenClawConversation:
    """Give a conversation that has sent its ``connect``."""
    talk = OpenClawConversation(CHALLENGE, identity or Identity(token="t"), CLIENT)
    talk.introduce()
    return talk


def answer(**fields: Any) -> str:
    return json.dumps({"type": "res", "id": "1", "ok": True} | fields)


def cause_of(talk: OpenClawConversation, message: str | bytes) -> Cause:
    with pytest.raises(Failure) as caught:
        talk.hear(message)
    return caught.value.cause


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OUTCOMES)
def test_a_recorded_handshake_comes_to_its_outcome(version: str, name: str) -> None:
    """What gateways sent, replayed with the ids of our own requests."""
    path = RECORDED / version / "handshake" / f"handshake_{name}.json"
    log = json.loads(path.read_text())["log"]
    [connect] = [entry["frame"] for entry in log if entry["dir"] == ">"]
    received = [entry["frame"] for entry in log if entry["dir"] == "<"]
    identity = Identity(token=connect["params"].get("auth", {}).get("token"))
    expected = OUTCOMES[name]
    if isinstance(expected, tuple):
        expected = expected[VERSIONS.index(version)]

    talk = Opening(identity, None, CLIENT).hear(json.dumps(received[0]))
    ours = json.loads(talk.introduce())
    messages = [
        json.dumps(frame | ({"id": ours["id"]} if frame.get("id") == connect["id"] else {}))
        for frame in received[1:]
    ]
    heard: Hello | Cause
    try:
        [heard] = filter(None, map(talk.hear, messages))
    except Failure as failure:
        heard = failure.cause
    if isinstance(expected, int):
        assert heard == Hello(version=version, protocol=expected)
    else:
        assert heard is expected


def test_every_recorded_handshake_without_a_device_is_in_the_table() -> None:
    for version in VERSIONS:
        recordings = (RECORDED / version / "handshake").glob("*.json")
        names = {path.stem for path in recordings if '"device"' not in path.read_text()}
        assert names == {f"handshake_{name}" for name in OUTCOMES}


def test_connect_has_the_form_that_both_protocols_take() -> None:
    talk = OpenClawConversation(CHALLENGE, Identity(token="the-token"), CLIENT)
    assert json.loads(talk.introduce()) == {
        "type": "req",
        "id": "1",
        "method": "connect",
        "params": {
            "minProtocol": 3,
            "maxProtocol": 4,
            "client": {
                "id": "gateway-client",
                "version": "0.1.0",
                "platform": "linux",
                "mode": "backend",
            },
            "role": "operator",
            "scopes": ["operator.read"],
            "userAgent": "openclaw-manager/0.1.0",
            "auth": {"token": "the-token"},
        },
    }


def test_without_a_token_nothing_is_shown() -> None:
    talk = OpenClawConversation(CHALLENGE, Identity(), CLIENT)
    assert "auth" not in json.loads(talk.introduce())["params"]


def test_events_and_answers_to_others_are_passed_over() -> None:
    talk = conversation()
    hello = {"type": "hello-ok", "protocol": 4, "server": {"version": "2026.9.6"}}
    assert talk.hear('{"type":"event","event":"tick","payload":{}}') is None
    assert talk.hear(answer(id="7", payload=hello)) is None
    assert talk.hear(answer(id=1, payload=hello)) is None
    assert talk.hear(answer(payload=hello)) == Hello(version="2026.9.6", protocol=4)


@pytest.mark.parametrize(
    "hello",
    [
        {},
        None,
        {"type": "hello-ok"},
        {"type": "hello", "protocol": 4},
        {"type": "hello-ok", "protocol": "4"},
        {"type": "hello-ok", "protocol": 4.0},
        {"type": "hello-ok", "protocol": True},
        {"type": "hello-ok", "protocol": 5},
        {"type": "hello-ok", "protocol": 2},
    ],
)
def test_only_a_hello_of_an_offered_protocol_is_one(hello: Any) -> None:
    assert cause_of(conversation(), answer(payload=hello)) is Cause.MALFORMED_FRAME


@pytest.mark.parametrize("ok", [False, None, 1, "true"])
def test_an_answer_that_is_not_ok_is_never_a_hello(ok: Any) -> None:
    hello = {"type": "hello-ok", "protocol": 4}
    assert cause_of(conversation(), answer(ok=ok, payload=hello)) is Cause.PROTOCOL_UNSUPPORTED


def detailed(code: str, details: str) -> dict[str, Any]:
    return {"code": code, "message": "some words", "details": {"code": details}}


@pytest.mark.parametrize(
    ("error", "with_token", "without_token"),
    [
        (
            detailed("INVALID_REQUEST", "AUTH_TOKEN_MISMATCH"),
            Cause.TOKEN_MISMATCH,
            Cause.TOKEN_MISMATCH,
        ),
        (
            detailed("NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED"),
            Cause.DEVICE_KEY_MISSING,
            Cause.TOKEN_MISSING,
        ),
        (
            detailed("INVALID_REQUEST", "AUTH_TOKEN_MISSING"),
            Cause.TOKEN_MISSING,
            Cause.TOKEN_MISSING,
        ),
        (
            detailed("INVALID_REQUEST", "AUTH_UNAUTHORIZED"),
            Cause.TOKEN_MISMATCH,
            Cause.TOKEN_MISSING,
        ),
        (
            detailed("INVALID_REQUEST", "AUTH_DEVICE_TOKEN_MISMATCH"),
            Cause.DEVICE_REVOKED,
            Cause.DEVICE_REVOKED,
        ),
        (
            detailed("INVALID_REQUEST", "DEVICE_AUTH_NONCE_MISMATCH"),
            Cause.DEVICE_KEY_REFUSED,
            Cause.DEVICE_KEY_REFUSED,
        ),
        (
            detailed("INVALID_REQUEST", "DEVICE_AUTH_SIGNATURE_INVALID"),
            Cause.DEVICE_KEY_REFUSED,
            Cause.DEVICE_KEY_REFUSED,
        ),
        (
            detailed("NOT_PAIRED", "PAIRING_REQUIRED"),
            Cause.PAIRING_REQUIRED,
            Cause.PAIRING_REQUIRED,
        ),
        ({"code": "NOT_PAIRED"}, Cause.PAIRING_REQUIRED, Cause.PAIRING_REQUIRED),
        (
            detailed("INVALID_REQUEST", "PROTOCOL_MISMATCH"),
            Cause.PROTOCOL_UNSUPPORTED,
            Cause.PROTOCOL_UNSUPPORTED,
        ),
        (
            {"code": "INVALID_REQUEST", "details": {"expectedProtocol": 3}},
            Cause.PROTOCOL_UNSUPPORTED,
            Cause.PROTOCOL_UNSUPPORTED,
        ),
        (
            detailed("INVALID_REQUEST", "AUTH_RATE_LIMITED"),
            Cause.RATE_LIMITED,
            Cause.RATE_LIMITED,
        ),
        (
            {
                "code": "UNAVAILABLE",
                "retryable": True,
                "details": {"reason": "startup-sidecars"},
            },
            Cause.GATEWAY_STARTING,
            Cause.GATEWAY_STARTING,
        ),
        (detailed("FORBIDDEN", "MISSING_SCOPE"), Cause.SCOPE_MISSING, Cause.SCOPE_MISSING),
        (
            detailed("INVALID_REQUEST", "AUTH_SCOPE_MISMATCH"),
            Cause.SCOPE_MISSING,
            Cause.SCOPE_MISSING,
        ),
        (
            {"code": "INVALID_REQUEST", "message": "gateway token mismatch"},
            Cause.PROTOCOL_UNSUPPORTED,
            Cause.PROTOCOL_UNSUPPORTED,
        ),
        ({}, Cause.PROTOCOL_UNSUPPORTED, Cause.PROTOCOL_UNSUPPORTED),
        (
            {"code": ["AUTH_TOKEN_MISMATCH"], "details": []},
            Cause.PROTOCOL_UNSUPPORTED,
            Cause.PROTOCOL_UNSUPPORTED,
        ),
    ],
)
def test_an_error_is_told_by_its_codes_and_not_by_its_words(
    error: dict[str, Any], with_token: Cause, without_token: Cause
) -> None:
    refusal = answer(ok=False, error=error)
    assert cause_of(conversation(Identity(token="t")), refusal) is with_token
    assert cause_of(conversation(Identity()), refusal) is without_token


@pytest.mark.parametrize("message", ["[]", "", b'{"type":"res"}', '{"a":NaN}', "[" * 100_000])
def test_a_malformed_frame_is_no_hello(message: str | bytes) -> None:
    assert cause_of(conversation(), message) is Cause.MALFORMED_FRAME


def test_a_challenge_needs_a_nonce() -> None:
    with pytest.raises(Failure) as caught:
        OpenClawConversation({"payload": {"ts": 1}}, Identity(), CLIENT)
    assert caught.value.cause is Cause.MALFORMED_FRAME


def test_health_is_asked_with_the_next_id() -> None:
    question = json.loads(conversation().ask_health())
    assert question == {"type": "req", "id": "2", "method": "health", "params": {}}


def _health(**parts: Any) -> dict[str, Any]:
    return {"payload": {"ok": True, **parts}}


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        ({"payload": {"ok": True}}, Health()),
        (_health(eventLoop={"degraded": False}, modelRuntime={"degraded": False}), Health()),
        (_health(eventLoop={"degraded": True, "degradedSinceMs": 0}), Health()),
        (_health(eventLoop={"degraded": True, "degradedSinceMs": 59_999}), Health()),
        (
            _health(eventLoop={"degraded": True, "degradedSinceMs": 60_000}),
            Health("its event loop has been busy for 60 s", Cause.SLOW),
        ),
        (_health(modelRuntime={"degraded": True}), Health("its model runtime is degraded")),
        ({"payload": {"ok": False}}, Health("it says that it is not well")),
        ({"payload": {}}, Health("it says that it is not well")),
        (
            {"ok": False, "error": {"code": "UNAVAILABLE", "message": "busy"}},
            Health("it does not say how it is: busy (UNAVAILABLE)"),
        ),
    ],
)
def test_health_is_what_the_gateway_says_of_itself(reply: dict[str, Any], health: Health) -> None:
    """A moment of load is none of its faults, a minute of it is."""
    talk = conversation()
    talk.ask_health()
    assert talk.hear_health('{"type":"event","event":"health","payload":{"ok":false}}') is None
    assert talk.hear_health(answer(id="1")) is None
    assert talk.hear_health(answer(**{"id": "2"} | reply)) == health
