"""The OpenClaw protocol: what is asked, and what answers mean."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from openclaw_manager.adapters.gateway.conversation import Health, Hello, SelfDescription
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Client, Identity, ShownDevice
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused

CLIENT = Client("openclaw-manager/0.1.0", platform="linux")
CHALLENGE = {
    "type": "event",
    "event": "connect.challenge",
    "payload": {"nonce": "5f0c", "ts": 1795448143496},
}


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


RAW_KEY = bytes(range(32))


def echo(message: bytes) -> bytes:
    return b"signed " + message


def refuse(_: bytes) -> bytes:
    raise KeyRefused("the private key cannot be read")


def device(sign: Callable[[bytes], bytes] = echo, platform: str = "linux") -> ShownDevice:
    return ShownDevice.with_key(RAW_KEY, platform, sign)


def connect(identity: Identity) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(
        OpenClawConversation(CHALLENGE, identity, CLIENT).introduce()
    )["params"]
    return params


def test_a_device_introduces_itself_with_its_token_alone_and_a_signature_over_all_of_it() -> None:
    """The shared token is of no use any more, and the scope is the one that a ping needs."""
    params = connect(Identity(token="shared", device_token="its-own", device=device()))
    device_id = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert params["client"] == {
        "id": "cli",
        "version": "0.1.0",
        "platform": "linux",
        "mode": "cli",
    }
    assert params["auth"] == {"deviceToken": "its-own"}
    assert params["scopes"] == ["operator.read"]
    signature = params["device"].pop("signature")
    assert params["device"] == {
        "id": device_id,
        "publicKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "signedAt": 1795448143496,
        "nonce": "5f0c",
    }
    text = f"v3|{device_id}|cli|cli|operator|operator.read|1795448143496|its-own|5f0c|linux|"
    assert signature == urlsafe_b64encode(b"signed " + text.encode()).rstrip(b"=").decode()


def test_a_pairing_shows_the_shared_token_and_asks_for_scopes_in_the_given_order() -> None:
    signed: list[bytes] = []

    def note(message: bytes) -> bytes:
        signed.append(message)
        return b""

    scopes = ("operator.write", "operator.read")
    params = connect(Identity(token="shared", device=device(note), scopes=scopes))
    assert params["auth"] == {"token": "shared"}
    assert params["scopes"] == list(scopes)
    [text] = signed
    assert b"|operator.write,operator.read|1795448143496|shared|5f0c|" in text


def test_the_platform_is_signed_trimmed_and_in_lower_case_and_sent_as_it_is() -> None:
    signed: list[str] = []

    def note(message: bytes) -> bytes:
        signed.append(message.decode())
        return b""

    params = connect(Identity(token="t", device=device(note, " Linux ÄB ")))
    assert params["client"]["platform"] == " Linux ÄB "
    assert signed[0].endswith("|linux Äb|")


@pytest.mark.parametrize("issued_at", ["1795448143496", 1795448143496.0, True, None, [], {}])
def test_a_challenge_without_an_integer_time_is_malformed_where_a_device_must_sign(
    issued_at: Any,
) -> None:
    challenge = {"payload": {"nonce": "n", "ts": issued_at}}
    with pytest.raises(Failure) as caught:
        OpenClawConversation(challenge, Identity(token="t", device=device()), CLIENT)
    assert caught.value.cause is Cause.MALFORMED_FRAME
    OpenClawConversation(challenge, Identity(token="t"), CLIENT).introduce()  # of no use there


def test_the_time_that_is_signed_is_the_gateways_own_however_far_from_ours() -> None:
    challenge = {"payload": {"nonce": "n", "ts": 1}}
    talk = OpenClawConversation(challenge, Identity(token="t", device=device()), CLIENT)
    assert json.loads(talk.introduce())["params"]["device"]["signedAt"] == 1


def test_a_device_key_that_cannot_be_read_is_refused() -> None:
    talk = OpenClawConversation(CHALLENGE, Identity(token="t", device=device(refuse)), CLIENT)
    with pytest.raises(Failure) as caught:
        talk.introduce()
    assert caught.value.cause is Cause.DEVICE_KEY_REFUSED


def hello_with(**parts: Any) -> dict[str, Any]:
    return {"type": "hello-ok", "protocol": 4, "server": {"version": "2026.9.6"}, **parts}


def test_a_hello_to_a_device_tells_its_token_and_what_it_may_do() -> None:
    talk = conversation(Identity(token="t", device=device()))
    auth = {"deviceToken": "its-own", "scopes": ["operator.read", 7, "", "x" * 500, "\ud800"]}
    hello = talk.hear(answer(payload=hello_with(auth=auth)))
    assert hello == Hello(
        version="2026.9.6",
        protocol=4,
        device_id=device().id,
        device_token="its-own",
        scopes=("operator.read",),
    )
    assert "its-own" not in repr(hello)


def test_a_device_token_that_comes_without_a_device_is_none_of_ours() -> None:
    hello = conversation().hear(answer(payload=hello_with(auth={"deviceToken": "whose"})))
    assert hello is not None
    assert (hello.device_id, hello.device_token) == (None, None)


@pytest.mark.parametrize("auth", [{}, None, {"deviceToken": ""}, {"deviceToken": 7}])
def test_a_pairing_without_a_token_is_none(auth: Any) -> None:
    talk = conversation(Identity(token="t", device=device()))
    assert cause_of(talk, answer(payload=hello_with(auth=auth))) is Cause.PROTOCOL_UNSUPPORTED


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


@pytest.mark.parametrize(
    ("request_id", "told"),
    [
        ("7cd5950a-f3bc-4fbc-8739-716060c1812e", "7cd5950a-f3bc-4fbc-8739-716060c1812e"),
        ("x" * 64, "x" * 64),
        ("x" * 65, None),
        ("--all", None),
        ("7; rm -rf ~", None),
        ("7\n8", None),
        ("", None),
        (7, None),
    ],
)
def test_the_id_of_a_request_is_one_word_that_can_be_typed(
    request_id: Any, told: str | None
) -> None:
    """A person will paste it into a shell."""
    details = {"code": "PAIRING_REQUIRED", "requestId": request_id}
    error = {"code": "NOT_PAIRED", "details": details}
    with pytest.raises(Failure) as caught:
        conversation(Identity(token="t", device=device())).hear(answer(ok=False, error=error))
    assert (caught.value.cause, caught.value.request_id) == (Cause.PAIRING_REQUIRED, told)


@pytest.mark.parametrize(
    ("retry_after", "told"),
    [(500, 500.0), (0, 0.0), (2.5, 2.5), (-1, None), (10**400, None), (True, None), ("500", None)],
)
def test_when_to_try_again_is_a_time_that_somebody_may_mean(
    retry_after: Any, told: float | None
) -> None:
    error = {"code": "UNAVAILABLE", "retryAfterMs": retry_after}
    with pytest.raises(Failure) as caught:
        conversation().hear(answer(ok=False, error=error))
    assert caught.value.retry_after_ms == told


def test_a_lockout_says_how_long_it_lasts() -> None:
    error = detailed("INVALID_REQUEST", "AUTH_RATE_LIMITED") | {"retryAfterMs": 299_990}
    with pytest.raises(Failure) as caught:
        conversation().hear(answer(ok=False, error=error))
    assert caught.value.detail == "some words (AUTH_RATE_LIMITED); it wants 300 s to pass"


@pytest.mark.parametrize(("kind", "told"), [(KeyKind.RSA, True), (KeyKind.ED25519, False)])
def test_an_rsa_key_where_a_device_is_wanted_is_told_in_words(kind: KeyKind, told: bool) -> None:
    identity = Identity(token="t", sign=echo, key_kind=kind)
    refusal = answer(ok=False, error=detailed("NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED"))
    with pytest.raises(Failure) as caught:
        conversation(identity).hear(refusal)
    assert caught.value.cause is Cause.DEVICE_KEY_MISSING
    assert ("is an RSA key, and this gateway pairs Ed25519" in caught.value.detail) == told


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


WHO = "gateway.identity.get"
GATEWAY_ID = sha256(RAW_KEY).hexdigest()
PUBLIC_KEY = device().public_key


def welcomed(methods: Any, scopes: list[str]) -> OpenClawConversation:
    talk = conversation()
    talk.hear(answer(payload=hello_with(features={"methods": methods}, auth={"scopes": scopes})))
    talk.ask_health()
    return talk


@pytest.mark.parametrize("scope", ["operator.read", "operator.write", "operator.admin"])
def test_a_gateway_is_asked_who_it_is_with_the_next_id(scope: str) -> None:
    question = welcomed(["health", WHO], [scope]).ask_who()
    assert question is not None
    assert json.loads(question) == {"type": "req", "id": "3", "method": WHO, "params": {}}


@pytest.mark.parametrize(
    ("methods", "scopes"),
    [
        (["health"], ["operator.read"]),
        (None, ["operator.read"]),
        (WHO, ["operator.read"]),
        ([[WHO], {}], ["operator.read"]),
        ([WHO], []),
        ([WHO], ["operator.approvals"]),
    ],
)
def test_a_gateway_that_would_not_answer_is_not_asked(methods: Any, scopes: list[str]) -> None:
    assert welcomed(methods, scopes).ask_who() is None


@pytest.mark.parametrize(
    ("reply", "gateway_id"),
    [
        ({"payload": {"deviceId": GATEWAY_ID, "publicKey": PUBLIC_KEY}}, GATEWAY_ID),
        ({"payload": {"deviceId": GATEWAY_ID.upper(), "publicKey": PUBLIC_KEY}}, None),
        ({"payload": {"deviceId": "0" * 64, "publicKey": PUBLIC_KEY}}, None),
        ({"payload": {"deviceId": GATEWAY_ID}}, None),
        ({"payload": {"deviceId": sha256(b"").hexdigest(), "publicKey": ""}}, None),
        ({"payload": {"deviceId": GATEWAY_ID, "publicKey": "A"}}, None),
        ({"payload": {"deviceId": GATEWAY_ID, "publicKey": "ü"}}, None),
        ({"payload": {"deviceId": [], "publicKey": []}}, None),
        ({"payload": None}, None),
        ({"ok": False, "error": detailed("FORBIDDEN", "MISSING_SCOPE")}, None),
    ],
)
def test_a_gateway_is_who_it_says_if_its_key_says_so_too(
    reply: dict[str, Any], gateway_id: str | None
) -> None:
    talk = welcomed([WHO], ["operator.read"])
    talk.ask_who()
    assert talk.hear_who('{"type":"event","event":"tick"}') is None
    assert talk.hear_who(answer(id="2", payload={"ok": True})) is None
    assert talk.hear_who(answer(**{"id": "3"} | reply)) == SelfDescription(gateway_id)
