"""Arbitrary frames in every state of every conversation: only ``Failure``, never a false hello."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.adapters.gateway.challenge import ChallengeConversation
from openclaw_manager.adapters.gateway.conversation import ChallengedConversation, Health, Hello
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.frames import Message
from openclaw_manager.adapters.gateway.identity import Client, Identity
from openclaw_manager.adapters.gateway.openclaw import OpenClawConversation
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.domain.ping import Dialect

CLIENT = Client("openclaw-manager/0.1.0")

# Words that mean something somewhere, so that the search finds the branches behind them.
WORDS = st.sampled_from(
    [
        "type", "event", "payload", "connect.challenge", "nonce", "timestamp", "ts", "res", "id",
        "1", "2", "ok", "error", "code", "details", "message", "hello-ok", "hello-error",
        "protocol", "server", "version", "deviceId", "deviceToken", "AUTH_TOKEN_MISMATCH",
        "UNAVAILABLE", "eventLoop", "modelRuntime", "degraded", "\ud800", "",
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
    {"type": "res", "id": "1", "ok": False, "error": {"code": "NOT_PAIRED", "details": {}}},
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
)


def conversations(identity: Identity) -> list[ChallengedConversation]:
    """Start one conversation per dialect, up to and including the introduction."""
    started: list[ChallengedConversation] = [
        ChallengeConversation(
            '{"type":"connect.challenge","payload":{"nonce":"n","timestamp":1}}', identity
        ),
        OpenClawConversation({"payload": {"nonce": "n"}}, identity, CLIENT),
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
    assert isinstance(json.loads(conversation.introduce()), dict)
    assert "challenge" in message if isinstance(message, str) else False


@given(st.lists(MESSAGES, max_size=4), IDENTITIES)
def test_only_the_right_hello_authenticates(messages: list[Message], identity: Identity) -> None:
    for conversation in conversations(identity):
        for message in messages:
            try:
                heard = conversation.hear(message)
            except Failure:
                break
            assert heard is None or isinstance(heard, Hello)
            assert (heard is not None) == is_hello(conversation.dialect, message)


@given(st.lists(MESSAGES, max_size=4), IDENTITIES)
def test_health_is_heard_or_fails(messages: list[Message], identity: Identity) -> None:
    for conversation in conversations(identity):
        conversation.ask_health()
        for message in messages:
            try:
                health = conversation.hear_health(message)
            except Failure:
                break
            assert health is None or isinstance(health, Health)


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
