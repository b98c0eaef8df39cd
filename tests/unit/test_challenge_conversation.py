"""The challenge dialect: what is signed, what goes back, and what its answers mean."""

import json
from base64 import b64decode

import pytest

from openclaw_manager.adapters.gateway.challenge import ChallengeConversation
from openclaw_manager.adapters.gateway.conversation import Hello
from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Identity
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.device import KeyKind
from openclaw_manager.domain.errors import KeyRefused

CHALLENGE = '{"type":"connect.challenge","payload":{"nonce":"n-1","timestamp":1795448143496}}'


def echo(message: bytes) -> bytes:
    return b"signed " + message


def refuse(_: bytes) -> bytes:
    raise KeyRefused("the private key cannot be read")


def introduced(challenge: str, identity: Identity) -> dict[str, object]:
    frame = json.loads(ChallengeConversation(challenge, identity).introduce())
    assert frame["type"] == "connect"
    payload: dict[str, object] = frame["payload"]
    return payload


def test_the_challenge_is_signed_and_answered() -> None:
    assert introduced(CHALLENGE, Identity(sign=echo)) == {
        "role": "operator",
        "scopes": ["operator.read"],
        "signature": "c2lnbmVkIG4tMToxNzk1NDQ4MTQzNDk2",
        "timestamp": 1795448143496,
        "nonce": "n-1",
    }


def test_without_a_key_the_signature_is_empty() -> None:
    assert introduced(CHALLENGE, Identity())["signature"] == ""


def test_a_device_token_is_shown_and_the_bearer_token_is_not() -> None:
    text = ChallengeConversation(
        CHALLENGE, Identity(token="the-bearer", device_token="the-device", sign=echo)
    ).introduce()
    assert json.loads(text)["payload"]["deviceToken"] == "the-device"
    assert "the-bearer" not in text


@pytest.mark.parametrize(
    ("literal", "signed"),
    [
        ("1795448143496", "1795448143496"),
        ('"1795448143496"', "1795448143496"),
        ('"2026-11-24T13:00:00.000Z"', "2026-11-24T13:00:00.000Z"),
        ("1795448143.50", "1795448143.50"),
        ("1.7954481434960e12", "1.7954481434960e12"),
        ("-0", "-0"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        (r'"\u00e9\n"', "é\n"),
    ],
)
def test_the_timestamp_is_signed_and_sent_back_as_it_came(literal: str, signed: str) -> None:
    """A number is its digits in the JSON text, a string is itself."""
    challenge = f'{{"type":"connect.challenge","payload":{{"nonce":"n-1","timestamp":{literal}}}}}'
    text = ChallengeConversation(challenge, Identity(sign=echo)).introduce()
    assert f'"timestamp":{literal}}}' in text
    signature = b64decode(json.loads(text)["payload"]["signature"])
    assert signature == f"signed n-1:{signed}".encode()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "[]",
        "{}",
        '{"nonce":"n-1"}',
        '{"nonce":"","timestamp":1}',
        '{"nonce":7,"timestamp":1}',
        r'{"nonce":"\ud800","timestamp":1}',
        '{"nonce":"n-1","timestamp":null}',
        '{"nonce":"n-1","timestamp":true}',
        '{"nonce":"n-1","timestamp":""}',
        r'{"nonce":"n-1","timestamp":"\udfff"}',
        '{"nonce":"n-1","timestamp":{}}',
        '{"nonce":"n-1","timestamp":NaN}',
    ],
)
def test_a_challenge_without_nonce_and_timestamp_is_none(payload: str | None) -> None:
    challenge = '{"type":"connect.challenge"%s}' % (f',"payload":{payload}' if payload else "")
    with pytest.raises(Failure) as caught:
        ChallengeConversation(challenge, Identity(sign=echo))
    assert caught.value.cause is Cause.MALFORMED_FRAME


def test_a_key_that_cannot_be_read_is_refused_and_never_an_empty_signature() -> None:
    with pytest.raises(Failure) as caught:
        ChallengeConversation(CHALLENGE, Identity(sign=refuse)).introduce()
    assert caught.value.cause is Cause.DEVICE_KEY_REFUSED


def test_an_ed25519_key_is_not_shown_to_a_gateway_that_takes_rsa() -> None:
    identity = Identity(sign=echo, key_kind=KeyKind.ED25519)
    with pytest.raises(Failure, match="is an Ed25519 key, and this gateway takes RSA") as caught:
        ChallengeConversation(CHALLENGE, identity).introduce()
    assert caught.value.cause is Cause.DEVICE_KEY_REFUSED


@pytest.mark.parametrize(
    ("payload", "hello"),
    [
        ("{}", Hello()),
        ('{"version":"2026.9.6"}', Hello(version="2026.9.6")),
        ('{"server":{"version":"2026.9.6"}}', Hello(version="2026.9.6")),
        (
            '{"deviceId":"d-1","deviceToken":"t-1"}',
            Hello(device_id="d-1", device_token="t-1"),
        ),
        ('{"version":7,"deviceId":[],"deviceToken":null}', Hello()),
        (f'{{"deviceToken":"{"t" * 100_000}"}}', Hello()),
    ],
)
def test_a_hello_tells_what_it_tells(payload: str, hello: Hello) -> None:
    conversation = ChallengeConversation(CHALLENGE, Identity(sign=echo))
    assert conversation.hear(f'{{"type":"hello-ok","payload":{payload}}}') == hello


@pytest.mark.parametrize("frame", ['{"type":"tick"}', "{}", '{"type":"response","id":"1"}'])
def test_what_is_not_the_hello_is_passed_over(frame: str) -> None:
    assert ChallengeConversation(CHALLENGE, Identity(sign=echo)).hear(frame) is None


@pytest.mark.parametrize("frame", ["[]", "no json", b"{}", '{"type":"hello-ok"}', "1e400000", "["])
def test_a_malformed_frame_is_no_hello(frame: str | bytes) -> None:
    with pytest.raises(Failure) as caught:
        ChallengeConversation(CHALLENGE, Identity(sign=echo)).hear(frame)
    assert caught.value.cause is Cause.MALFORMED_FRAME


@pytest.mark.parametrize(
    ("payload", "identity", "cause"),
    [
        ('{"code":4400}', Identity(sign=echo), Cause.PROTOCOL_UNSUPPORTED),
        ('{"code":4401}', Identity(sign=echo), Cause.DEVICE_KEY_REFUSED),
        ('{"code":4401}', Identity(token="t"), Cause.DEVICE_KEY_MISSING),
        ('{"code":4403}', Identity(sign=echo), Cause.TOKEN_MISMATCH),
        ('{"code":4403}', Identity(sign=echo, device_token="d"), Cause.DEVICE_REVOKED),
        ('{"code":4429}', Identity(sign=echo), Cause.RATE_LIMITED),
        ('{"code":1013}', Identity(sign=echo), Cause.GATEWAY_STARTING),
        ('{"message":"no"}', Identity(sign=echo), Cause.DEVICE_KEY_REFUSED),
        ("{}", Identity(), Cause.DEVICE_KEY_MISSING),
        ("7", Identity(sign=echo), Cause.DEVICE_KEY_REFUSED),
    ],
)
def test_a_hello_error_is_told_by_its_code(payload: str, identity: Identity, cause: Cause) -> None:
    conversation = ChallengeConversation(CHALLENGE, identity)
    with pytest.raises(Failure) as caught:
        conversation.hear(f'{{"type":"hello-error","payload":{payload}}}')
    assert caught.value.cause is cause
