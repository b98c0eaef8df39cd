"""What networks do, and the codes that gateways close with, as causes."""

import errno
import socket
import ssl
from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidUpgrade,
)
from websockets.frames import Close
from websockets.http11 import Response

from openclaw_manager.adapters.gateway import breakdowns
from openclaw_manager.adapters.gateway.identity import Identity, ShownDevice
from openclaw_manager.adapters.gateway.refusals import closed_with
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Dialect

ANONYMOUS = Identity()
WITH_TOKEN = Identity(token="t")
WITH_KEY = Identity(token="t", sign=lambda message: message)
AS_DEVICE = Identity(
    device_token="d", device=ShownDevice.with_key(bytes(32), "linux", lambda message: message)
)
WITH_DEVICE_TOKEN = Identity(token="t", device_token="d", sign=lambda message: message)


@pytest.mark.parametrize(
    "problem",
    [
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        UnicodeEncodeError("idna", "x" * 70, 0, 70, "label too long"),
    ],
)
def test_a_name_without_an_address_is_not_resolved(problem: Exception) -> None:
    assert breakdowns.unresolved("gateway.test", problem).cause is Cause.NAME_NOT_RESOLVED


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ECONNREFUSED, Cause.CONNECTION_REFUSED),
        (errno.EHOSTUNREACH, Cause.NETWORK_UNREACHABLE),
        (errno.ENETUNREACH, Cause.NETWORK_UNREACHABLE),
        (errno.EADDRNOTAVAIL, Cause.NETWORK_UNREACHABLE),
        (errno.EMFILE, Cause.NETWORK_UNREACHABLE),
        (errno.ETIMEDOUT, Cause.TIMEOUT),
        (errno.ECONNRESET, Cause.CONNECTION_CLOSED),
    ],
)
def test_a_failed_connection_is_told_by_its_number(number: int, cause: Cause) -> None:
    assert breakdowns.unconnected(OSError(number, "words")).cause is cause


def test_a_refused_certificate_is_untrusted_and_all_else_means_no_tls() -> None:
    assert breakdowns.unsecured(ssl.SSLError(1, "wrong version")).cause is Cause.NOT_A_GATEWAY
    assert breakdowns.unsecured(ConnectionResetError()).cause is Cause.NOT_A_GATEWAY


def status(number: int) -> InvalidStatus:
    return InvalidStatus(Response(number, HTTPStatus(number).phrase, Headers()))


def silence() -> InvalidMessage:
    problem = InvalidMessage("did not receive a valid HTTP response")
    problem.__cause__ = EOFError()
    return problem


@pytest.mark.parametrize(
    ("problem", "lost_by", "cause"),
    [
        (status(401), None, Cause.TOKEN_MISMATCH),
        (status(403), None, Cause.TOKEN_MISMATCH),
        (status(429), None, Cause.RATE_LIMITED),
        (status(200), None, Cause.NOT_A_GATEWAY),
        (status(302), None, Cause.HTTP_REFUSED),
        (status(404), None, Cause.HTTP_REFUSED),
        (status(503), None, Cause.HTTP_REFUSED),
        (InvalidUpgrade("Upgrade", "chat"), None, Cause.NOT_A_GATEWAY),
        (InvalidMessage("did not receive a valid HTTP response"), None, Cause.NOT_A_GATEWAY),
        (silence(), None, Cause.NOT_A_GATEWAY),
        (silence(), ConnectionResetError(), Cause.CONNECTION_CLOSED),
    ],
)
def test_a_failed_upgrade_is_told_by_what_answered(
    problem: InvalidHandshake, lost_by: Exception | None, cause: Cause
) -> None:
    assert breakdowns.not_upgraded(problem, lost_by, WITH_TOKEN).cause is cause


@pytest.mark.parametrize("number", [401, 403])
def test_without_a_token_an_upgrade_is_refused_for_lack_of_it(number: int) -> None:
    failure = breakdowns.not_upgraded(status(number), None, ANONYMOUS)
    assert failure.cause is Cause.TOKEN_MISSING


def test_a_gateway_that_closed_its_admission_is_starting_again() -> None:
    body = b"Gateway websocket admission closed"
    restarting = InvalidStatus(Response(503, "Service Unavailable", Headers(), body))
    assert breakdowns.not_upgraded(restarting, None, ANONYMOUS).cause is Cause.GATEWAY_STARTING


def test_an_http_refusal_names_the_status() -> None:
    assert "404" in breakdowns.not_upgraded(status(404), None, ANONYMOUS).detail


@pytest.mark.parametrize(
    ("code", "identity", "dialect", "cause"),
    [
        (1000, WITH_KEY, None, Cause.CONNECTION_CLOSED),
        (1002, WITH_KEY, Dialect.OPENCLAW, Cause.PROTOCOL_UNSUPPORTED),
        (1008, WITH_KEY, Dialect.OPENCLAW, Cause.CONNECTION_CLOSED),
        (1012, WITH_KEY, Dialect.OPENCLAW, Cause.CONNECTION_CLOSED),
        (1013, WITH_KEY, Dialect.OPENCLAW, Cause.GATEWAY_STARTING),
        (4001, AS_DEVICE, Dialect.OPENCLAW, Cause.DEVICE_REVOKED),
        (4001, WITH_KEY, Dialect.OPENCLAW, Cause.TOKEN_MISMATCH),
        (4400, WITH_KEY, Dialect.CHALLENGE, Cause.PROTOCOL_UNSUPPORTED),
        (4401, WITH_KEY, Dialect.CHALLENGE, Cause.DEVICE_KEY_REFUSED),
        (4401, WITH_TOKEN, Dialect.CHALLENGE, Cause.DEVICE_KEY_MISSING),
        (4401, WITH_KEY, None, Cause.TOKEN_MISMATCH),
        (4401, ANONYMOUS, None, Cause.TOKEN_MISSING),
        (4403, WITH_KEY, Dialect.CHALLENGE, Cause.TOKEN_MISMATCH),
        (4403, WITH_DEVICE_TOKEN, Dialect.CHALLENGE, Cause.DEVICE_REVOKED),
        (4429, WITH_KEY, Dialect.CHALLENGE, Cause.RATE_LIMITED),
        (4999, WITH_KEY, Dialect.CHALLENGE, Cause.CONNECTION_CLOSED),
    ],
)
def test_a_close_code_is_told_by_what_was_shown(
    code: int, identity: Identity, dialect: Dialect | None, cause: Cause
) -> None:
    assert closed_with(code, "words", identity, dialect).cause is cause


@pytest.mark.parametrize(
    ("received", "sent", "received_first", "cause"),
    [
        (None, None, None, Cause.CONNECTION_CLOSED),
        (None, Close(1009, ""), None, Cause.MALFORMED_FRAME),
        (Close(1009, ""), Close(1009, ""), False, Cause.MALFORMED_FRAME),
        (Close(1013, ""), Close(1013, ""), True, Cause.GATEWAY_STARTING),
        (Close(1013, ""), None, None, Cause.GATEWAY_STARTING),
    ],
)
def test_who_closed_first_decides(
    received: Close | None, sent: Close | None, received_first: bool | None, cause: Cause
) -> None:
    """What we close ourselves broke the WebSocket protocol."""
    problem = ConnectionClosedError(received, sent, received_first)
    assert breakdowns.closed(problem, WITH_KEY, None).cause is cause


@pytest.mark.parametrize(
    ("received", "sent", "told"),
    [
        (None, None, False),
        (Close(1000, ""), None, False),
        (Close(1012, "service restart"), None, False),
        (Close(1013, "gateway starting"), None, True),
        (Close(4001, "device removed"), None, True),
        (None, Close(1009, "message too big"), True),
    ],
)
def test_an_end_that_says_why_is_told_from_one_that_does_not(
    received: Close | None, sent: Close | None, told: bool
) -> None:
    assert breakdowns.says_why(ConnectionClosedError(received, sent, None)) is told
