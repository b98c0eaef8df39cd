"""How the first frame, or its absence, tells the dialects apart."""

import pytest

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.adapters.gateway.identity import Client, Identity, ShownDevice
from openclaw_manager.adapters.gateway.opening import Opening
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

CLIENT = Client("openclaw-manager/0.1.0")
WITH_KEY = Identity(sign=lambda message: message)
WITHOUT_KEY = Identity(token="t")


def opening(identity: Identity = WITHOUT_KEY, last_spoken: Dialect | None = None) -> Opening:
    return Opening(identity, last_spoken, CLIENT)


@pytest.mark.parametrize(
    ("frame", "dialect"),
    [
        (
            '{"type":"event","event":"connect.challenge","payload":{"nonce":"n","ts":1}}',
            Dialect.OPENCLAW,
        ),
        ('{"type":"connect.challenge","payload":{"nonce":"n","timestamp":1}}', Dialect.CHALLENGE),
    ],
)
@pytest.mark.parametrize("last_spoken", [None, *Dialect])
def test_the_first_frame_decides_whatever_was_spoken_before(
    frame: str, dialect: Dialect, last_spoken: Dialect | None
) -> None:
    assert opening(last_spoken=last_spoken).hear(frame).dialect is dialect


@pytest.mark.parametrize(
    ("frame", "cause"),
    [
        ("no json", Cause.MALFORMED_FRAME),
        ("[]", Cause.MALFORMED_FRAME),
        ("null", Cause.MALFORMED_FRAME),
        (b'{"type":"connect.challenge"}', Cause.MALFORMED_FRAME),
        ('{"type":"connect.challenge"}', Cause.MALFORMED_FRAME),
        ('{"type":"event","event":"connect.challenge"}', Cause.MALFORMED_FRAME),
        ("{}", Cause.NOT_A_GATEWAY),
        ('{"type":"welcome"}', Cause.NOT_A_GATEWAY),
        ('{"type":"event","event":"tick"}', Cause.NOT_A_GATEWAY),
        ('{"type":"hello-ok","payload":{}}', Cause.CHALLENGE_MISSING),
        (
            '{"type":"res","id":"1","ok":true,"payload":{"type":"hello-ok","protocol":4}}',
            Cause.CHALLENGE_MISSING,
        ),
        ('{"type":"hello-error","payload":{"code":4429}}', Cause.RATE_LIMITED),
    ],
)
def test_any_other_first_frame_is_a_failure(frame: str | bytes, cause: Cause) -> None:
    with pytest.raises(Failure) as caught:
        opening().hear(frame)
    assert caught.value.cause is cause


@pytest.mark.parametrize("last_spoken", [None, Dialect.BEARER])
def test_silence_is_plain_bearer_where_no_challenge_is_due(last_spoken: Dialect | None) -> None:
    assert opening(last_spoken=last_spoken).silence().dialect is Dialect.BEARER


@pytest.mark.parametrize(
    ("identity", "last_spoken"),
    [
        (WITH_KEY, None),
        (WITH_KEY, Dialect.BEARER),
        (WITHOUT_KEY, Dialect.CHALLENGE),
        (WITHOUT_KEY, Dialect.OPENCLAW),
    ],
)
def test_silence_is_a_failure_where_a_challenge_is_due(
    identity: Identity, last_spoken: Dialect | None
) -> None:
    """An impostor that never challenges must not look healthy."""
    with pytest.raises(Failure) as caught:
        opening(identity, last_spoken).silence()
    assert caught.value.cause is Cause.CHALLENGE_MISSING


DEVICE = ShownDevice.with_key(bytes(32), "linux", lambda message: message)


@pytest.mark.parametrize(
    "frame",
    ['{"type":"connect.challenge","payload":{"nonce":"n","timestamp":1}}', None],
)
def test_a_gateway_of_another_dialect_has_no_pairing(frame: str | None) -> None:
    pairing = opening(Identity(token="t", device=DEVICE))
    with pytest.raises(Failure, match="it speaks") as caught:
        pairing.silence() if frame is None else pairing.hear(frame)
    assert caught.value.cause is Cause.PAIRING_UNSUPPORTED


def test_a_paired_device_is_due_a_challenge() -> None:
    with pytest.raises(Failure) as caught:
        opening(Identity(device_token="d", device=DEVICE)).silence()
    assert caught.value.cause is Cause.CHALLENGE_MISSING


def test_a_known_bearer_gateway_costs_no_wait_and_a_challenge_that_is_due_the_longest() -> None:
    assert opening(last_spoken=Dialect.BEARER).grace == 0
    assert 0 < opening().grace < opening(WITH_KEY, Dialect.BEARER).grace
