"""Arbitrary frames in every state of every conversation: only ``Failure``, never a false hello."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.adapters.gateway.challenge import ChallengeConversation
from openclaw_manager.adapters.gateway.conversation import (
    ChallengedConversation,
    Health,
    Hello,
    SelfDescription,
)
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.adapters.gateway.identity import Client, Identity, ShownDevice
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.ping import Dialect

CLIENT = Client("openclaw-manager/0.1.0")

# Words that mean something somewhere, so that the search finds the branches behind them.
WORDS = st.sampled_from(
    [
        "type", "event", "payload", "connect.challenge", "nonce", "timestamp", "ts", "res", "id",
        "1", "2", "ok", "error", "code", "details", "message", "hello-ok", "hello-error",
        "protocol", "server", "version", "deviceId", "deviceToken", "AUTH_TOKEN_MISMATCH",
        "UNAVAILABLE", "eventLoop", "modelRuntime", "degraded", "features", "methods", "auth",
        "scopes", "operator.read", "gateway.identity.get", "publicKey", "requestId",
        "retryAfterMs", "\ud800", "",
    ]
)  # fmt: skip
TEXTS = WORDS | st.text(max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([3, 4, 4001, 4401, 4403, 4429, 10**400])
    | st.integers()
    | st.floats()
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


def frames_like(*shapes: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Give frames that are almost right: some members of a good one replaced, some dropped."""
    return st.sampled_from(shapes).flatmap(
        lambda shape: st.fixed_dictionaries(
            {}, optional={key: st.just(value) | JSON for key, value in shape.items()}
        )
    )


ALMOST = frames_like(
    {"type": "event", "event": "connect.challenge", "payload": {"nonce": "n", "ts": 1}},
    {"type": "connect.challenge", "payload": {"nonce": "n", "timestamp": 1}},
    {"type": "hello-ok", "payload": {"version": "1"}},
    {"type": "hello-error", "payload": {"code": 4401}},
    {"type": "res", "id": "1", "ok": True, "payload": {"type": "hello-ok", "protocol": 4}},
    {"type": "res", "id": "2", "ok": True, "payload": {"ok": True, "eventLoop": {}}},
    {"type": "res", "id": "3", "ok": True, "payload": {"deviceId": "d", "publicKey": "AA"}},
    {"type": "res", "id": "1", "ok": False, "error": {"code": "NOT_PAIRED", "details": {}}},
    {"type": "res", "id": "1", "ok": False, "error": {"code": "X", "retryAfterMs": 1e999}},
)
MESSAGES = (
    st.text()
    | st.binary()
    | JSON.map(json.dumps)
    | ALMOST.map(json.dumps)
    | st.integers(1, 200_000).map(lambda depth: "[" * depth)
    | st.integers(1, 5_000).map(lambda digits: '{"type":' + "9" * digits + "}")
)
IDENTITIES = st.builds(
    Identity,
    token=st.none() | st.just("t"),
    device_token=st.none() | st.just("d"),
    sign=st.none() | st.just(lambda message: message),
    key_kind=st.none() | st.sampled_from(KeyKind),
    device=st.none() | st.just(ShownDevice.with_key(bytes(32), "linux", lambda message: message)),
)
# Those that another dialect lets in: nobody is paired there, and takes no key but RSA.
ANYWHERE = IDENTITIES.filter(lambda identity: not identity.pairing and not is_ed25519(identity))


def is_ed25519(identity: Identity) -> bool:
    return identity.key_kind is KeyKind.ED25519


def conversations(identity: Identity) -> list[ChallengedConversation]:
    """Start one conversation per dialect, up to and including the introduction."""
    started: list[ChallengedConversation] = [
        ChallengeConversation(
            '{"type":"connect.challenge","payload":{"nonce":"n","timestamp":1}}', identity
        ),
        OpenClawConversation({"payload": {"nonce": "n", "ts": 1}}, identity, CLIENT),
    ]
    for conversation in started:
        conversation.introduce()
    return started


def is_hello(dialect: Dialect, message: Message) -> bool:
    """Judge by a reading of the protocol that shares nothing with the code under test."""
    frame = json.loads(message)
    payload = frame.get("payload")
    if dialect is Dialect.CHALLENGE:
        return frame.get("type") == "hello-ok" and isinstance(payload, dict)
    return (
        (frame.get("type"), frame.get("id"), frame.get("ok")) == ("res", "1", True)
        and payload["type"] == "hello-ok"
        and payload["protocol"] in (3, 4)
    )


@given(MESSAGES, IDENTITIES, st.none() | st.sampled_from(Dialect))
def test_a_first_frame_opens_a_conversation_or_fails(
    message: Message, identity: Identity, last_spoken: Dialect | None
) -> None:
    """Whatever it is; and a conversation that it opens can introduce us in valid JSON."""
    try:
        conversation = Opening(identity, last_spoken, CLIENT).hear(message)
    except Failure:
        return
    if conversation.dialect is Dialect.CHALLENGE and identity.sign and is_ed25519(identity):
        with pytest.raises(Failure, match="takes RSA device keys"):
            conversation.introduce()
    else:
        assert isinstance(json.loads(conversation.introduce()), dict)
    assert "challenge" in message if isinstance(message, str) else False


@given(st.lists(MESSAGES, max_size=4), ANYWHERE)
def test_only_the_right_hello_authenticates(messages: list[Message], identity: Identity) -> None:
    for conversation in conversations(identity):
        for message in messages:
            try:
                heard = conversation.hear(message)
            except Failure:
                break
            assert heard is None or isinstance(heard, Hello)
            assert (heard is not None) == is_hello(conversation.dialect, message)


@given(st.lists(MESSAGES, max_size=4), ANYWHERE)
def test_health_is_heard_or_fails(messages: list[Message], identity: Identity) -> None:
    for conversation in conversations(identity):
        conversation.ask_health()
        for message in messages:
            try:
                health = conversation.hear_health(message)
            except Failure:
                break
            assert health is None or isinstance(health, Health)


@given(st.lists(MESSAGES, max_size=4))
def test_a_self_description_is_heard_or_fails(messages: list[Message]) -> None:
    conversation = OpenClawConversation({"payload": {"nonce": "n"}}, Identity(), CLIENT)
    conversation.introduce()
    features = {"methods": ["gateway.identity.get"]}
    hello = {"type": "hello-ok", "protocol": 4, "features": features}
    payload = hello | {"auth": {"scopes": ["operator.read"]}}
    conversation.hear(json.dumps({"type": "res", "id": "1", "ok": True, "payload": payload}))
    conversation.ask_health()
    assert conversation.ask_who()
    for message in messages:
        try:
            who = conversation.hear_who(message)
        except Failure:
            break
        assert who is None or isinstance(who, SelfDescription)


@given(JSON.filter(lambda value: not isinstance(value, str) or value != ""), st.text(min_size=1))
def test_a_challenge_of_any_content_is_signed_as_it_reads_or_refused(
    timestamp: Any, nonce: str
) -> None:
    """What is signed is what goes back, in the same letters."""
    signed: list[bytes] = []

    def sign(message: bytes) -> bytes:
        signed.append(message)
        return b""

    payload = {"nonce": nonce, "timestamp": timestamp}
    challenge = json.dumps({"type": "connect.challenge", "payload": payload})
    try:
        text = ChallengeConversation(challenge, Identity(sign=sign)).introduce()
    except Failure:
        assert not signed
        return
    sent = json.loads(text, parse_int=str, parse_float=str)["payload"]
    assert signed == [f"{sent['nonce']}:{sent['timestamp']}".encode()]
