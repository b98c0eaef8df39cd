"""URLs of gateways: which are taken, and what is said of the others."""

import pytest

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.errors import InvalidUrl

TAKEN = [
    "ws://localhost",
    "ws://192.168.1.10:18789",
    "wss://gateway.example.com",
    "wss://gateway.example.com:443/path?query=1",
    "ws://[::1]:18789/",
    "ws://[fe80::1%25eth0]:1",
    "WS://HOST:65535",
    "ws://host/@somebody",
]

BAD_PORT = "a port is a number from 1 to 65535"

REFUSED = [
    ("", "does not begin with ws:// or wss://"),
    ("localhost:18789", "does not begin with ws:// or wss://"),
    ("http://localhost", "does not begin with ws:// or wss://"),
    ("https://localhost", "does not begin with ws:// or wss://"),
    ("//localhost", "does not begin with ws:// or wss://"),
    ("file:///etc/passwd", "does not begin with ws:// or wss://"),
    ("ws:", "has no host"),
    ("ws:/host", "has no host"),
    ("ws:///path", "has no host"),
    ("ws://:18789", "has no host"),
    ("ws://", "has no host"),
    ("ws://host:", f"has a bad port; {BAD_PORT}"),
    ("ws://host:0", f"has a bad port; {BAD_PORT}"),
    ("ws://host:65536", f"has a bad host or port; {BAD_PORT}"),
    ("ws://host:-1", f"has a bad host or port; {BAD_PORT}"),
    ("ws://host:+80", f"has a bad host or port; {BAD_PORT}"),
    ("ws://host:80:90", f"has a bad host or port; {BAD_PORT}"),
    ("ws://host:http", f"has a bad host or port; {BAD_PORT}"),
    ("ws://[::1", f"has a bad host or port; {BAD_PORT}"),
    ("ws://[nonsense]:80", f"has a bad host or port; {BAD_PORT}"),
    ("ws://host#fragment", "has a fragment, which a gateway never sees"),
    ("ws://host#", "has a fragment, which a gateway never sees"),
    ("ws://my host", "has characters that no URL has; write them percent-encoded"),
    (" ws://host", "has characters that no URL has; write them percent-encoded"),
    ("ws://host\n", "has characters that no URL has; write them percent-encoded"),
    ("ws://ho\tst", "has characters that no URL has; write them percent-encoded"),
    ("ws://host\x00", "has characters that no URL has; write them percent-encoded"),
    ("ws://k\u00fcche", "has characters that no URL has; write them percent-encoded"),
    ("ws://host\udcff", "has characters that no URL has; write them percent-encoded"),
]


@pytest.mark.parametrize("text", TAKEN)
def test_the_address_of_a_gateway_is_kept_as_it_was_given(text: str) -> None:
    assert GatewayUrl(text) == text


@pytest.mark.parametrize(("text", "problem"), REFUSED)
def test_a_url_is_refused_in_one_sentence(text: str, problem: str) -> None:
    with pytest.raises(InvalidUrl) as refusal:
        GatewayUrl(text)
    assert str(refusal.value) == f"the URL {text!r} {problem}"


def test_a_url_without_end_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidUrl, match="is longer than 2048 characters") as refusal:
        GatewayUrl("ws://host/" + "x" * 100_000)
    assert len(str(refusal.value)) < 2200


@pytest.mark.parametrize(
    "text",
    [
        "ws://user:hunter2@host",
        "ws://hunter2@host:18789/path",
        "ws://user:hunter2@evil@host",
        "ws://user:hunter2@ho st",
        "http://user:hunter2@host",
        "user:hunter2@host",
        "ws:/user:hunter2@host",
        "ws:user:hunter2@host",
        "ws://user:hunter2@host:99999",
        "//user:hunter2@host",
        "ws://user:" + "hunter2" * 400 + "@host",
    ],
)
def test_a_password_in_a_url_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(InvalidUrl) as refusal:
        GatewayUrl(text)
    assert "hunter2" not in str(refusal.value)
    assert "hunter2" not in repr(refusal.value)
    assert "hunter2" not in refusal.value.url


def test_user_info_is_refused_with_what_to_give_instead() -> None:
    with pytest.raises(InvalidUrl) as refusal:
        GatewayUrl("wss://user:pass@host:1/path")
    assert str(refusal.value) == (
        "the URL 'wss://…@host:1/path' has user info; give the credential with --token instead"
    )


@pytest.mark.parametrize("key", ["token", "TOKEN", "access_token", "key", "api_key", "password"])
def test_a_credential_in_the_query_is_refused_and_not_repeated(key: str) -> None:
    """A URL stands in the log, which never forgets."""
    with pytest.raises(InvalidUrl, match="credential in its query") as refused:
        GatewayUrl(f"ws://host:18789/path?a=1&{key}=S3CRET")
    assert "S3CRET" not in str(refused.value)
