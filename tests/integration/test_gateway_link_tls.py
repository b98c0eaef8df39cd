"""TLS: trusted, not trusted, and not there."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Dialect, Step

AMPLE = 5.0  # seconds
SHORT = 0.3  # seconds
SLACK = 0.4  # seconds


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1, and its key, in one file."""

    path: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Certificate":
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path = folder / "certificate.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return cls(path)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.made_in(tmp_path)


@pytest.fixture
async def tls_port(certificate: Certificate) -> AsyncIterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path)

    async def until_left(ws: ServerConnection) -> None:
        await ws.wait_closed()

    async with serve(until_left, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")


async def test_a_gateway_with_a_trusted_certificate_is_reached(
    link: WebSocketGatewayLink,
    certificate: Certificate,
    tls_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    outcome = await link.ping(Target(f"wss://127.0.0.1:{tls_port}"), timeout=AMPLE)
    assert outcome.condition is Condition.OK
    steps = [step.step for step in outcome.steps]
    assert steps[:4] == [Step.RESOLVE, Step.CONNECT, Step.TLS, Step.UPGRADE]


async def test_a_certificate_that_nobody_vouches_for_is_untrusted(
    link: WebSocketGatewayLink, tls_port: int
) -> None:
    """And nothing was sent: the token goes with the upgrade."""
    outcome = await link.ping(Target(f"wss://127.0.0.1:{tls_port}", token="t"), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.TLS_UNTRUSTED)
    assert outcome.steps[-1].step is Step.TLS


async def test_a_certificate_for_another_name_is_untrusted(
    link: WebSocketGatewayLink,
    certificate: Certificate,
    tls_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    outcome = await link.ping(Target(f"wss://localhost:{tls_port}"), timeout=AMPLE)
    assert outcome.cause is Cause.TLS_UNTRUSTED


async def test_wss_where_there_is_no_tls_is_not_a_gateway(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url.replace("ws:", "wss:")), timeout=AMPLE)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.NOT_A_GATEWAY, Step.TLS)
    assert "ws://" in str(outcome.detail)


async def test_ws_where_there_is_tls_is_not_a_gateway(
    link: WebSocketGatewayLink, tls_port: int
) -> None:
    outcome = await link.ping(Target(f"ws://127.0.0.1:{tls_port}"), timeout=AMPLE)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.NOT_A_GATEWAY, Step.UPGRADE)
    assert "wss://" in str(outcome.detail)


async def test_a_server_that_never_answers_the_tls_handshake_costs_the_timeout_at_most(
    link: WebSocketGatewayLink,
) -> None:
    async def forever(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await left.wait()
        finally:
            writer.transport.abort()

    left = asyncio.Event()
    server = await asyncio.start_server(forever, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(SHORT + SLACK):
        outcome = await link.ping(Target(f"wss://127.0.0.1:{port}"), timeout=SHORT)
    left.set()
    server.close()
    await server.wait_closed()
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.TIMEOUT, Step.TLS)
