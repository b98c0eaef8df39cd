"""What is taken for a CA file, and what is said of anything else."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from openclaw_manager.adapters.certificates import PemAuthorities
from openclaw_manager.domain.errors import InvalidAuthorities

KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"


def certificate(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


ONE, OTHER = certificate("one"), certificate("other")


@pytest.mark.parametrize(
    "text",
    [
        ONE + OTHER,
        f"# one\n{ONE}\n\n# the other\n{OTHER}\n",
        (ONE + OTHER).replace("\n", "\r\n"),
        ONE + OTHER + ONE,
        ONE.strip() + OTHER.strip(),
    ],
)
def test_certificates_are_admitted_each_once_and_without_decoration(text: str) -> None:
    assert PemAuthorities().admit(text) == ONE + OTHER


def test_what_was_admitted_is_admitted_as_it_is_and_can_be_loaded() -> None:
    admitted = PemAuthorities().admit(ONE + OTHER)
    assert PemAuthorities().admit(admitted) == admitted
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=admitted)
    assert context.cert_store_stats()["x509"] == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no certificate in PEM"),
        ("ca.pem", "has no certificate in PEM"),
        ("\ud800\0", "has no certificate in PEM"),
        (KEY, "has more in it than certificates: a PRIVATE KEY"),
        (ONE + KEY, "has more in it than certificates: a PRIVATE KEY"),
        (ONE[:-40], "has a certificate that was cut"),
        (ONE[:-40] + OTHER, "has a certificate that was cut"),
        (ONE.replace("MII", "!!!"), "has a damaged certificate"),
        (ONE.replace("MII", "AII"), "has a damaged certificate"),
        (ONE.replace("MII", "ÄII"), "has a damaged certificate"),
        ("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "has a damaged certificate"),
        (ONE + "-----BEGIN CERTIFICATE-----" * 10_000, "has a certificate that was cut"),
        (ONE * 2_000, "is longer than 524288 characters"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str, problem: str) -> None:
    with pytest.raises(InvalidAuthorities) as refused:
        PemAuthorities().admit(text)
    assert str(refused.value) == f"the CA file {problem}"
    assert "MIIE" not in str(refused.value)
