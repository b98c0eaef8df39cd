"""Secrets as the log knows them: tokens that can travel, and fingerprints that tell nothing."""

from hashlib import sha256

import pytest

from openclaw_manager.application.credentials import Admitted, GivenCredentials
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.errors import InvalidToken
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.secret import (
    NO_CREDENTIALS,
    SecretReference,
    Token,
    fingerprint,
    references_in,
)

UNFIT = "has spaces, control characters or letters outside ASCII"


@pytest.mark.parametrize("text", ["t", "x" * 8192, "!~", "a.b-c_d+e/f=", "Bearer:x"])
def test_what_travels_in_a_header_is_a_token(text: str) -> None:
    assert Token(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("x" * 8193, "is longer than 8192 characters"),
        ("secret one", UNFIT),
        ("secret\n", UNFIT),
        ("secret\r\nX-Evil: 1", UNFIT),
        ("secret\x00", UNFIT),
        ("secret\x7f", UNFIT),
        ("sécret", UNFIT),
        ("secret\udcff", UNFIT),
    ],
)
def test_a_token_is_refused_without_being_repeated(text: str, problem: str) -> None:
    with pytest.raises(InvalidToken) as refusal:
        Token(text)
    assert str(refusal.value) == f"the token {problem}"
    assert "secret" not in repr(refusal.value)


def test_a_fingerprint_is_the_beginning_of_a_digest() -> None:
    """Other tools compute the same one to tell whether they hold the same secret."""
    assert fingerprint("tok-1") == "sha256:" + sha256(b"tok-1").hexdigest()[:12]
    assert fingerprint("tok-1") != fingerprint("tok-2")


def test_nothing_that_carries_a_secret_shows_it() -> None:
    secret = "tok-very-secret"
    carriers = [
        Token(secret),
        GivenCredentials(token=secret, private_key=secret, passphrase=secret),
        Admitted({}, {"ref": secret}),
        Target("ws://host", token=secret, private_key=secret, device_token=secret),
        PingOutcome(Condition.OK, device_token=secret),
    ]
    assert not [carrier for carrier in carriers if secret in repr(carrier)]


def test_references_are_listed_by_what_they_refer_to() -> None:
    token = SecretReference(ref="r1", fingerprint="f1")
    device = SecretReference(ref="r2", fingerprint="f2")
    credentials = NO_CREDENTIALS | {"token": token, "device_token": device}
    assert references_in(NO_CREDENTIALS) == {}
    assert references_in(credentials) == {"token": token, "device_token": device}
