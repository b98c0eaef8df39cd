"""The simulator behind TLS: its own certificates, and those of files."""

import asyncio
import json
import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from fakes.openclaw_device import connect_request
from openclaw_manager.adapters.simulator import Fault, GatewaySimulator
from openclaw_manager.domain.ping import Dialect

_A_MOMENT = 0.2  # seconds
_EVERY_DIALECT = pytest.mark.parametrize("dialect", list(Dialect))


def _trusting(pem: str | None) -> ssl.SSLContext:
    """Trust this certificate, whatever name it has: it has none that fits."""
    context = ssl.create_default_context(cadata=pem)
    context.check_hostname = False
    return context


@_EVERY_DIALECT
async def test_every_dialect_is_served_over_tls(dialect: Dialect) -> None:
    async with GatewaySimulator(dialect, tls=True) as gateway:
        assert gateway.url.startswith("wss://127.0.0.1:")
        async with connect(gateway.url, ssl=_trusting(gateway.certificate_pem)) as socket:
            presented = socket.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
            assert gateway.tls_fingerprint == f"sha256:{sha256(presented).hexdigest()}"
            if dialect is not Dialect.BEARER:
                assert "connect.challenge" in str(await socket.recv())
            await (await socket.ping())


def test_its_certificate_is_like_those_that_gateways_make() -> None:
    """RSA, signed by itself, ten years, and no name that could be checked."""
    pem = GatewaySimulator(Dialect.OPENCLAW, tls=True).certificate_pem
    assert pem is not None
    certificate = x509.load_pem_x509_certificate(pem.encode())
    assert isinstance(certificate.public_key(), rsa.RSAPublicKey)
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=openclaw-gateway"
    assert not list(certificate.extensions)
    left = certificate.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=3649) < left <= timedelta(days=3650)


@pytest.mark.parametrize("days", [3.0, -1.0])
async def test_its_certificate_may_be_about_to_expire_or_have_expired(days: float) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, tls=True, certificate_days=days) as gateway:
        pem = str(gateway.certificate_pem)
        expiry = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
        assert abs(expiry - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=5)
        if days < 0:
            with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
                async with connect(gateway.url, ssl=_trusting(pem)):
                    pass


def test_two_simulators_never_share_a_certificate() -> None:
    one, other = (GatewaySimulator(Dialect.BEARER, tls=True) for _ in range(2))
    assert one.tls_fingerprint != other.tls_fingerprint
    without = GatewaySimulator(Dialect.BEARER)
    assert (without.tls_fingerprint, without.certificate_pem) == (None, None)


def _files(folder: Path) -> tuple[Path, Path]:
    """Write a certificate and its key, which is no RSA key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mine")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.sign(key, SHA256()).public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


async def test_a_certificate_of_files_is_served(tmp_path: Path) -> None:
    cert, key = _files(tmp_path)
    async with GatewaySimulator(
        Dialect.OPENCLAW, token="right", tls_cert=cert, tls_key=key
    ) as gateway:
        assert gateway.certificate_pem == cert.read_text()
        async with connect(gateway.url, ssl=_trusting(cert.read_text())) as socket:
            await socket.recv()
            await socket.send(connect_request())
            assert json.loads(await socket.recv())["ok"]


def test_files_that_cannot_be_served_are_refused(tmp_path: Path) -> None:
    """An encrypted key too, without anybody being asked for its passphrase."""
    cert, key = _files(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    wrong_key = _files(other)[1]
    encrypted = tmp_path / "encrypted.pem"
    loaded = load_pem_private_key(key.read_bytes(), None)
    encrypted.write_bytes(
        loaded.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    )
    for pair in ((cert, wrong_key), (key, key), (cert, cert), (cert, encrypted)):
        with pytest.raises(ValueError, match="not a pair in PEM"):
            GatewaySimulator(Dialect.OPENCLAW, tls_cert=pair[0], tls_key=pair[1])
    with pytest.raises(ValueError, match="needs its key"):
        GatewaySimulator(Dialect.OPENCLAW, tls_cert=cert)
    with pytest.raises(OSError, match="No such file"):
        GatewaySimulator(Dialect.OPENCLAW, tls_cert=tmp_path / "none", tls_key=key)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault.HTTP_404, InvalidStatus),
        (Fault.SILENT, TimeoutError),
        (Fault.DROP_AFTER_UPGRADE, ConnectionClosedError),
    ],
)
async def test_faults_show_behind_tls_too(fault: Fault, found: type[Exception]) -> None:
    async with GatewaySimulator(Dialect.OPENCLAW, tls=True, faults=[fault]) as gateway:
        with pytest.raises(found):
            await _first_frame(gateway)
        assert not any(visit.accepted for visit in gateway.visits)


async def _first_frame(gateway: GatewaySimulator) -> str | bytes:
    trust = _trusting(gateway.certificate_pem)
    async with connect(gateway.url, ssl=trust, close_timeout=_A_MOMENT) as socket:
        async with asyncio.timeout(_A_MOMENT):
            return await socket.recv()


async def test_it_stops_within_a_second_with_clients_that_never_finish_the_tls_handshake() -> None:
    gateway = GatewaySimulator(Dialect.OPENCLAW, tls=True)
    await gateway.start()
    _, idle = await asyncio.open_connection("127.0.0.1", gateway.port)
    _, halfway = await asyncio.open_connection("127.0.0.1", gateway.port)
    halfway.write(b"\x16\x03\x01")
    await halfway.drain()
    async with connect(gateway.url, ssl=_trusting(gateway.certificate_pem)) as socket:
        async with asyncio.timeout(1):
            await gateway.close()
        await socket.wait_closed()
    for writer in (idle, halfway):
        writer.transport.abort()
