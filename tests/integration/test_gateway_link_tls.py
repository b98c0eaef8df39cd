"""TLS: trusted, pinned, not trusted, and not there."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TypeGuard

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve

from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.adapters.certificates import PemAuthorities
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome, Step
from openclaw_manager.domain.trust import TlsFingerprint, Trust

AMPLE = 5.0  # seconds
SHORT = 0.3  # seconds
SLACK = 0.4  # seconds

NAMED: list[x509.GeneralName] = [x509.IPAddress(ip_address("127.0.0.1"))]


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as a server has them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def made(
        cls,
        *,
        called: str = "openclaw-gateway",
        names: list[x509.GeneralName] | None = None,
        signer: "Identity | None" = None,
        begins: timedelta = timedelta(hours=-1),
        ends: timedelta = timedelta(hours=1),
    ) -> "Identity":
        """Make one: for no host unless there are names, and signed by itself unless by another."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, called)])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(signer.certificate.subject if signer else name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + begins)
            .not_valid_after(now + ends)
            .add_extension(
                x509.BasicConstraints(ca=signer is None, path_length=None), critical=True
            )
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return cls(builder.sign(signer.key if signer else key, hashes.SHA256()), key)

    @property
    def pem(self) -> str:
        """The certificate alone, as a CA file that was admitted."""
        return PemAuthorities().admit(
            self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        )

    @property
    def fingerprint(self) -> TlsFingerprint:
        return TlsFingerprint("sha256:" + self.certificate.fingerprint(hashes.SHA256()).hex())

    @property
    def presented(self) -> Certificate:
        return Certificate(self.fingerprint, self.certificate.not_valid_after_utc)

    def context(self, folder: Path) -> ssl.SSLContext:
        """Serve with it."""
        path = folder / "identity.pem"
        encoding, encryption = serialization.Encoding.PEM, serialization.NoEncryption()
        private = self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, encryption)
        path.write_bytes(private + self.certificate.public_bytes(encoding))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


class Server:
    """A WebSocket server with TLS, which keeps what its clients show it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = 0
        self.shown: list[str | None] = []

    @property
    def url(self) -> str:
        return f"wss://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def presenting(self, identity: Identity) -> AsyncIterator["Server"]:
        async def until_left(ws: ServerConnection) -> None:
            assert ws.request
            self.shown.append(ws.request.headers.get("Authorization"))
            await ws.wait_closed()

        context = identity.context(self._folder)
        async with serve(until_left, "127.0.0.1", 0, ssl=context) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


@pytest.fixture
def own() -> Identity:
    """As gateways generate it: signed by itself, for no name."""
    return Identity.made()


@pytest.fixture
def link() -> WebSocketGatewayLink:
    return WebSocketGatewayLink(FakeDeviceKeys(), user_agent="openclaw-manager/test")


async def test_a_certificate_that_the_system_vouches_for_is_taken(
    link: WebSocketGatewayLink, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Identity.made(names=NAMED)
    (tmp_path / "system.pem").write_text(identity.pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "system.pem"))
    async with server.presenting(identity):
        outcome = await link.ping(Target(server.url, token="s3cr3t"), timeout=AMPLE)
        named = server.url.replace("127.0.0.1", "localhost")
        other_name = await link.ping(Target(named, token="s3cr3t"), timeout=AMPLE)
    assert outcome.condition is Condition.OK
    steps = [step.step for step in outcome.steps]
    assert steps[:4] == [Step.RESOLVE, Step.CONNECT, Step.TLS, Step.UPGRADE]
    assert other_name.cause is Cause.TLS_UNTRUSTED
    assert outcome.certificate == other_name.certificate == identity.presented


async def test_a_certificate_that_nobody_vouches_for_is_untrusted(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    """And nothing was shown to it, but it is told what it presented."""
    async with server.presenting(own):
        outcome = await link.ping(Target(server.url, token="s3cr3t"), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.TLS_UNTRUSTED)
    assert outcome.steps[-1].step is Step.TLS
    assert outcome.certificate == own.presented
    assert server.shown == []


async def test_a_pinned_certificate_is_taken_whoever_signed_it_and_whatever_its_name(
    link: WebSocketGatewayLink, server: Server
) -> None:
    """Also one that has expired: the pin names it, and its end is told."""
    long_ago = timedelta(days=-400)
    for identity in (Identity.made(), Identity.made(begins=long_ago, ends=long_ago / 2)):
        async with server.presenting(identity):
            trust = Trust(fingerprint=identity.fingerprint)
            outcome = await link.ping(
                Target(server.url, token="s3cr3t", trust=trust), timeout=AMPLE
            )
        assert (outcome.condition, outcome.certificate) == (Condition.OK, identity.presented)
    assert server.shown == ["Bearer s3cr3t"] * 2


@pytest.mark.parametrize("vouched_for", [False, True])
async def test_another_certificate_than_the_pinned_one_is_shown_nothing(
    link: WebSocketGatewayLink, server: Server, vouched_for: bool
) -> None:
    """Whoever else vouches for it, and both fingerprints are told."""
    presented = Identity.made(names=NAMED)
    pinned = Identity.made().fingerprint
    trust = Trust(presented.pem if vouched_for else None, pinned)
    async with server.presenting(presented):
        outcome = await link.ping(Target(server.url, token="s3cr3t", trust=trust), timeout=AMPLE)
    assert (outcome.condition, outcome.cause) == (Condition.DOWN, Cause.TLS_PIN_MISMATCH)
    assert pinned in str(outcome.detail)
    assert presented.fingerprint in str(outcome.detail)
    assert outcome.certificate == presented.presented
    assert outcome.steps[-1].step is Step.TLS
    assert server.shown == []


async def test_a_gateways_own_certificate_in_the_ca_file_is_taken_with_any_name(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    """Beside that of another gateway, which is called the same: all generated ones are."""
    signed = Identity.made(signer=Identity.made(called="authority"))
    for identity in (own, signed):
        async with server.presenting(identity):
            trust = Trust(Identity.made().pem + identity.pem)
            for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
                outcome = await link.ping(Target(url, token="s3cr3t", trust=trust), timeout=AMPLE)
                assert outcome.condition is Condition.OK
                assert outcome.certificate == identity.presented


async def test_what_an_authority_signed_is_taken_for_its_name_alone(
    link: WebSocketGatewayLink, server: Server
) -> None:
    authority = Identity.made(called="authority")
    trust = Trust(authority.pem)
    for names, condition in ((NAMED, Condition.OK), (None, Condition.DOWN)):
        identity = Identity.made(names=names, signer=authority)
        async with server.presenting(identity):
            outcome = await link.ping(
                Target(server.url, token="s3cr3t", trust=trust), timeout=AMPLE
            )
        assert (outcome.condition, outcome.certificate) == (condition, identity.presented)
    assert server.shown == ["Bearer s3cr3t"]


@pytest.mark.parametrize("names", [NAMED, None])
async def test_an_expired_certificate_in_the_ca_file_is_untrusted(
    link: WebSocketGatewayLink, server: Server, names: list[x509.GeneralName] | None
) -> None:
    begins, ends = timedelta(days=-9), timedelta(days=-1)
    identity = Identity.made(names=names, begins=begins, ends=ends)
    async with server.presenting(identity):
        target = Target(server.url, token="s3cr3t", trust=Trust(identity.pem))
        outcome = await link.ping(target, timeout=AMPLE)
    assert outcome.cause is Cause.TLS_UNTRUSTED
    assert server.shown == []


async def test_what_another_authority_signed_is_untrusted(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    async with server.presenting(own):
        trust = Trust(Identity.made().pem)
        outcome = await link.ping(Target(server.url, token="s3cr3t", trust=trust), timeout=AMPLE)
    assert (outcome.cause, outcome.certificate) == (Cause.TLS_UNTRUSTED, own.presented)
    assert server.shown == []


async def test_a_ca_file_that_cannot_be_read_is_an_outcome_without_a_connection(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    async with server.presenting(own):
        outcome = await link.ping(Target(server.url, trust=Trust("damaged")), timeout=AMPLE)
    assert (outcome.cause, outcome.steps) == (Cause.TLS_UNTRUSTED, ())


async def test_a_certificate_is_fetched_trusted_or_not_and_nothing_is_shown(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    """Also past a pin that it does not match: the pin may be what is to be replaced."""
    pin = Trust(fingerprint=Identity.made().fingerprint)
    async with server.presenting(own):
        target = Target(server.url, token="s3cr3t", trust=pin)
        assert await link.certificate(target, timeout=AMPLE) == own.presented
    assert server.shown == []


async def test_no_certificate_is_an_outcome_that_says_why(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        plain = await link.certificate(Target(simulator.url), timeout=AMPLE)
        secure = Target(simulator.url.replace("ws:", "wss:"))
        without = await link.certificate(secure, timeout=AMPLE)
    gone = await link.certificate(secure, timeout=AMPLE)
    never = await link.certificate(secure, timeout=0)
    causes = [found.cause for found in (plain, without, gone, never) if is_outcome(found)]
    assert causes == [
        Cause.NOT_A_GATEWAY,
        Cause.NOT_A_GATEWAY,
        Cause.CONNECTION_REFUSED,
        Cause.TIMEOUT,
    ]


def is_outcome(found: Certificate | PingOutcome) -> TypeGuard[PingOutcome]:
    return isinstance(found, PingOutcome)


async def test_a_simulator_with_tls_is_reached_by_its_pin(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, token="s3cr3t", tls=True) as simulator:
        target = Target(
            simulator.url, token="s3cr3t", trust=Trust(fingerprint=simulator.tls_fingerprint)
        )
        outcome = await link.ping(target, timeout=AMPLE)
    assert outcome.condition is Condition.OK


async def test_wss_where_there_is_no_tls_is_not_a_gateway(link: WebSocketGatewayLink) -> None:
    async with GatewaySimulator(Dialect.BEARER) as simulator:
        outcome = await link.ping(Target(simulator.url.replace("ws:", "wss:")), timeout=AMPLE)
    assert (outcome.cause, outcome.steps[-1].step) == (Cause.NOT_A_GATEWAY, Step.TLS)
    assert "ws://" in str(outcome.detail)


async def test_ws_where_there_is_tls_is_not_a_gateway(
    link: WebSocketGatewayLink, server: Server, own: Identity
) -> None:
    async with server.presenting(own):
        plain = server.url.replace("wss:", "ws:")
        outcome = await link.ping(Target(plain, token="s3cr3t"), timeout=AMPLE)
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
