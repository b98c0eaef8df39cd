"""The console script against real OpenClaw gateways that speak TLS.

Their certificate is one that they generated: self-signed and without a host name, so nothing
but the certificate itself can vouch for it. Opt-in, as ``test_real_gateway.py`` is.
"""

import hashlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.installation import Installation
from end_to_end.openclaw_gateway.process import RunningGateway, running_gateway
from end_to_end.openclaw_gateway.user import User

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(1200),  # seconds, in which a gateway may have to be installed
]

_ANOTHER = f"sha256:{'ab' * 32}"


@pytest.fixture(scope="module")
def secure(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """Lend one gateway with TLS to all tests here."""
    with running_gateway(installation, tmp_path_factory.mktemp("secure"), tls=True) as running:
        yield running


def _fingerprint(gateway: RunningGateway) -> str:
    certificate = ssl.PEM_cert_to_DER_cert(gateway.certificate.read_text())
    return f"sha256:{hashlib.sha256(certificate).hexdigest()}"


def _assert_ok(user: User) -> None:
    answer, result = user.ping()
    assert answer.status == 0, answer
    assert (result["condition"], result["warnings"]) == ("ok", [])
    assert [step["step"] for step in result["steps"]][:3] == ["resolve", "connect", "tls"]
    expires_at = datetime.fromisoformat(result["certificateExpiresAt"])
    assert expires_at > datetime.now(UTC) + timedelta(days=365)


def test_nothing_vouches_for_a_generated_certificate(user: User, secure: RunningGateway) -> None:
    """Without a pin it is not trusted, and the next command is named."""
    user.register(secure.url, secure.token)

    answer, result = user.ping()

    assert answer.status == 4, answer
    assert (result["condition"], result["cause"]) == ("down", "tls-untrusted")
    assert [(step["step"], step["ok"]) for step in result["steps"]][-1] == ("tls", False)
    assert "openclaw-manager instance trust real" in answer.err


def test_the_pinned_certificate_is_trusted(user: User, secure: RunningGateway) -> None:
    """Whoever vouches for it, whatever name is in it; and its end is told."""
    user.register(secure.url, secure.token, "--tls-fingerprint", _fingerprint(secure))

    _assert_ok(user)


def test_another_certificate_than_the_pinned_one_is_told_with_both_fingerprints(
    user: User, secure: RunningGateway
) -> None:
    """The connection ends with TLS, before the upgrade that would carry the token."""
    user.register(secure.url, secure.token, "--tls-fingerprint", _ANOTHER)

    answer, result = user.ping()

    assert answer.status == 4, answer
    assert (result["condition"], result["cause"]) == ("down", "tls-pin-mismatch")
    assert [(step["step"], step["ok"]) for step in result["steps"]][-1] == ("tls", False)
    assert _ANOTHER in result["detail"]
    assert _fingerprint(secure) in result["detail"]


def test_the_certificate_as_a_ca_file_is_trusted(user: User, secure: RunningGateway) -> None:
    """The gateway's own file does, although no host name is in it."""
    user.register(secure.url, secure.token, "--ca-file", str(secure.certificate))

    _assert_ok(user)


def test_what_the_gateway_presents_can_be_pinned(user: User, secure: RunningGateway) -> None:
    """Only if it is what was expected, where something was."""
    user.register(secure.url, secure.token)

    refused = user.trust("--fingerprint", _ANOTHER)
    assert refused.status == 1, refused
    assert "tlsFingerprint" not in user.fields()

    answer = user.trust("--yes")

    assert answer.status == 0, answer.err
    assert _fingerprint(secure) in answer.err
    assert user.fields()["tlsFingerprint"] == _fingerprint(secure)
    _assert_ok(user)


def test_a_device_is_paired_and_comes_back_through_tls(user: User, secure: RunningGateway) -> None:
    """Here too the device token alone does afterwards."""
    user.register(secure.url, secure.token, "--tls-fingerprint", _fingerprint(secure))

    answer = user.pair()

    assert answer.status == 0, answer.err
    devices, _ = Administrator(secure.url, secure.token).devices()
    assert user.device_id() in devices
    user.change_token("a-token-of-another-gateway")
    _assert_ok(user)


def test_a_gateway_with_tls_is_none_without(user: User, secure: RunningGateway) -> None:
    """It hangs up on plain text, and what is wrong is the URL."""
    user.register(secure.url.replace("wss://", "ws://"), secure.token)

    answer, result = user.ping()

    assert answer.status == 4, answer
    assert (result["condition"], result["cause"]) == ("down", "not-a-gateway")
    assert "wss://" in result["detail"]
