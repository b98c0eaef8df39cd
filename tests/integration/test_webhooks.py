"""Alerts as HTTP requests, to a real server that behaves as receivers in the world do."""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from alert_receiver import (
    Behaviour,
    Receiver,
    answers,
    closes,
    hangs,
    never_ends,
    running_receiver,
    talks_nonsense,
)
from openclaw_manager.adapters.alerts.template import MessageTemplate
from openclaw_manager.adapters.alerts.webhook import Webhook, WebhookChannel
from openclaw_manager.application.ports.alert_channel import AlertMessage, Undelivered

MESSAGE = AlertMessage(
    "slack", "down", title="höme is down", text="it is", at="now", name="höme", failures=3
)
SECRET = "T0000/B0000/XyZzYxYzZyXy"
_SOON = 0.2  # seconds


def _channel(
    url: str,
    *,
    method: str = "POST",
    headers: Mapping[str, MessageTemplate | str] | None = None,
    content_type: str = "application/json",
    body: str | None = None,
) -> WebhookChannel:
    template = None if body is None else MessageTemplate(body, content_type)
    webhook = Webhook(url, method, headers or {}, content_type, template)
    return WebhookChannel(webhook, user_agent="tests/1")


async def _sent_to(
    receiver: Receiver, path: str = "/", timeout: float = 10.0
) -> Undelivered | None:
    return await _channel(receiver.url + path).send(MESSAGE, timeout=timeout)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


async def test_without_a_body_of_its_own_everything_is_sent_as_json(receiver: Receiver) -> None:
    assert await _sent_to(receiver, "/hooks/a%20b?c=d") is None
    [request] = receiver.received
    assert (request.method, request.path) == ("POST", "/hooks/a%20b?c=d")
    assert json.loads(request.body) == MESSAGE.document()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "tests/1"
    assert f"http://{request.headers['host']}" == receiver.url


async def test_a_body_and_headers_are_filled_in(receiver: Receiver) -> None:
    channel = _channel(
        receiver.url,
        method="PUT",
        headers={"Title": MessageTemplate("$title!"), "Authorization": "Bearer $ecret"},
        content_type="text/plain",
        body="$name: $failures",
    )
    assert await channel.send(MESSAGE, timeout=10) is None
    [request] = receiver.received
    assert (request.method, request.path, request.body) == ("PUT", "/", "höme: 3")
    assert request.headers["content-type"] == "text/plain"
    assert request.headers["authorization"] == "Bearer $ecret"
    assert request.headers["title"].encode("latin-1").decode() == "höme is down!"


async def test_a_get_has_no_body(receiver: Receiver) -> None:
    assert await _channel(receiver.url + "/ping", method="GET").send(MESSAGE, timeout=10) is None
    [request] = receiver.received
    assert (request.method, request.body) == ("GET", "")
    assert "content-length" not in request.headers


async def test_a_password_in_the_url_is_shown_as_such(receiver: Receiver) -> None:
    url = receiver.url.replace("http://", "http://ada:p%40ss@")
    assert await _channel(url).send(MESSAGE, timeout=10) is None
    assert receiver.received[0].headers["authorization"] == "Basic YWRhOnBAc3M="
    assert "ada" not in receiver.received[0].headers["host"]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_every_2xx_says_that_it_arrived(status: int) -> None:
    with running_receiver(answers(status)) as receiver:
        assert await _sent_to(receiver) is None


@pytest.mark.parametrize(
    ("behaviour", "problem", "may_pass"),
    [
        (answers(500), "it answered 500 (Internal Server Error)", True),
        (answers(503), "it answered 503 (Service Unavailable)", True),
        (answers(599), "it answered 599", True),
        (answers(408), "it answered 408 (Request Timeout)", True),
        (answers(429), "it answered 429 (Too Many Requests)", True),
        (answers(400), "it answered 400 (Bad Request)", False),
        (answers(404), "it answered 404 (Not Found)", False),
        (answers(410), "it answered 410 (Gone)", False),
        (closes, "the connection was closed before there was an answer", True),
        (talks_nonsense, "it did not answer in HTTP", True),
    ],
)
async def test_anything_else_says_why_it_did_not(
    behaviour: Behaviour, problem: str, may_pass: bool
) -> None:
    with running_receiver(behaviour) as receiver:
        undelivered = await _sent_to(receiver)
        assert undelivered is not None
        assert (undelivered.problem, undelivered.may_pass) == (problem, may_pass)
        assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed_wherever_it_leads(status: int) -> None:
    with running_receiver() as elsewhere:
        target = f"{elsewhere.url}/{SECRET}"
        with running_receiver(answers(status, Location=target)) as receiver:
            undelivered = await _sent_to(receiver)
        assert undelivered is not None
        assert undelivered.problem.endswith("), a redirect, which is not followed")
        assert SECRET not in repr(undelivered)
        assert not undelivered.may_pass
        assert not elsewhere.received


async def test_a_receiver_that_hangs_is_left_after_the_timeout() -> None:
    with running_receiver(hangs) as receiver:
        assert await _sent_to(receiver, timeout=_SOON) == Undelivered(
            "there was no answer within 0.2 s", may_pass=True
        )


async def test_one_that_takes_no_connection_is_left_too() -> None:
    """Its queue is full, so that nothing more gets in."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server:
        port = server.getsockname()[1]
        with closing(socket.create_connection(("127.0.0.1", port))):
            channel = _channel(f"http://127.0.0.1:{port}")
            undelivered = await channel.send(MESSAGE, timeout=_SOON)
    assert undelivered is not None
    assert undelivered.may_pass


@pytest.mark.parametrize(("status", "arrived"), [(200, True), (500, False)])
async def test_a_body_without_an_end_is_not_read_to_its_end(status: int, arrived: bool) -> None:
    with running_receiver(never_ends(status)) as receiver:
        undelivered = await _sent_to(receiver)
        assert (undelivered is None) is arrived
        assert undelivered is None or undelivered.said == "x" * 200


async def test_nobody_listens() -> None:
    with running_receiver() as receiver:
        gone = receiver.url
    assert await _channel(gone).send(MESSAGE, timeout=10) == Undelivered(
        "nothing listens there", may_pass=True
    )


async def test_a_name_that_nobody_knows() -> None:
    undelivered = await _channel("http://nobody.invalid/hook").send(MESSAGE, timeout=10)
    assert undelivered == Undelivered("the name of its host was not resolved", may_pass=True)


async def test_a_name_that_can_be_none() -> None:
    undelivered = await _channel(f"http://{'a' * 70}.example/").send(MESSAGE, timeout=10)
    assert undelivered is not None
    assert undelivered.problem in (
        "its host can be no name",
        "the name of its host was not resolved",
    )


async def test_a_dead_name_server_outlasts_no_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_receiver() as blocker:
        look_up = socket.getaddrinfo

        def dead(*arguments: object, **options: object) -> object:
            if options.get("flags") == socket.AI_NUMERICHOST:
                return look_up(*arguments, **options)  # type: ignore[arg-type]
            blocker.closing.wait(20)
            raise socket.gaierror(-3, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", dead)
        undelivered = await _channel("http://slow.example/").send(MESSAGE, timeout=_SOON)
    assert undelivered == Undelivered("there was no answer within 0.2 s", may_pass=True)


@pytest.mark.parametrize(
    ("retry_after", "after"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("soon", None),
        ("-1", None),
        ("9" * 400, float("inf")),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 0.0),
        ("Wed, 01 Jan 2020 00:00:00", None),
    ],
)
async def test_when_to_try_again_is_what_the_receiver_says(
    retry_after: str, after: float | None
) -> None:
    with running_receiver(answers(429, Retry_After=retry_after)) as receiver:
        undelivered = await _sent_to(receiver)
    assert undelivered is not None
    assert undelivered.after == after


async def test_when_to_try_again_may_be_a_date() -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with running_receiver(answers(503, Retry_After=in_an_hour)) as receiver:
        undelivered = await _sent_to(receiver)
    assert undelivered is not None
    assert undelivered.after is not None
    assert 3000 < undelivered.after <= 3600


async def test_what_a_receiver_says_is_told_without_the_secrets_that_it_repeats() -> None:
    said = (
        f'{{"error": "no_service",\n "at": "/services/{SECRET}", "k": "hunter22", "c": "\x1b[31m"}}'
    )
    with running_receiver(answers(404, said)) as receiver:
        channel = _channel(
            f"{receiver.url}/services/{SECRET}?key=hunter22", headers={"X-Key": "hunter33"}
        )
        undelivered = await channel.send(MESSAGE, timeout=10)
    assert undelivered is not None
    assert undelivered.said is not None
    assert "no_service" in undelivered.said
    assert not {one for one in (*SECRET.split("/"), "hunter", "\x1b") if one in undelivered.said}


@pytest.mark.parametrize(
    "behaviour", [answers(500), answers(404), closes, hangs, talks_nonsense, answers(302)]
)
async def test_a_secret_url_is_in_no_log_and_no_repr(
    behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where everything is logged, as in a service that embeds this."""
    caplog.set_level(logging.DEBUG)
    with running_receiver(behaviour) as receiver:
        channel = _channel(f"{receiver.url}/{SECRET}", headers={"X-Key": "hunter33"})
        undelivered = await channel.send(MESSAGE, timeout=_SOON)
    told = repr(undelivered) + caplog.text + repr(vars(channel))
    assert not {one for one in (*SECRET.split("/"), "hunter33") if one in told}


async def test_sending_can_be_given_up() -> None:
    with running_receiver(hangs) as receiver:
        sending = asyncio.create_task(_sent_to(receiver))
        await asyncio.to_thread(receiver.wait_for, 1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


def _certificate(folder: Path, name: str, days: int) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate that signs itself, for an address or a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    pem, whole = folder / "certificate.pem", folder / "both.pem"
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    whole.write_bytes(private + pem.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return pem, context


async def test_tls_that_this_machine_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, context = _certificate(tmp_path, "127.0.0.1", days=1)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with running_receiver(tls=context) as receiver:
        assert await _sent_to(receiver) is None
        assert json.loads(receiver.received[0].body) == MESSAGE.document()


@pytest.mark.parametrize(
    ("name", "days", "trusted", "problem"),
    [
        ("127.0.0.1", 1, False, "its certificate is not trusted: self-signed certificate"),
        ("127.0.0.1", -1, True, "its certificate is not trusted: certificate has expired"),
        ("hooks.secret.example", 1, True, "its certificate is one for another name"),
    ],
)
async def test_tls_that_it_does_not(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    trusted: bool,
    problem: str,
) -> None:
    pem, context = _certificate(tmp_path, name, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with running_receiver(tls=context) as receiver:
        undelivered = await _sent_to(receiver)
        assert undelivered == Undelivered(problem, may_pass=False)
        assert not receiver.received


async def test_tls_where_none_is_spoken(receiver: Receiver) -> None:
    channel = _channel(receiver.url.replace("http:", "https:"))
    assert await channel.send(MESSAGE, timeout=10) == Undelivered("TLS failed", may_pass=True)
