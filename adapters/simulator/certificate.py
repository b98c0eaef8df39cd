"""The certificate with which a simulated gateway serves TLS: its own, or one from files."""

import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from openclaw_manager.domain.trust import TlsFingerprint

_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "openclaw-gateway")])
_BITS = 2048
_EXPONENT = 65537


class ServerCertificate:
    """A certificate that is ready to be served from ``context``."""

    def __init__(self, context: ssl.SSLContext, certificate: x509.Certificate) -> None:
        self.context = context
        self.pem = certificate.public_bytes(Encoding.PEM).decode()
        digest = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
        self.fingerprint = TlsFingerprint(f"sha256:{digest}")

    @classmethod
    def generated(cls, days: float) -> Self:
        """Make the one that OpenClaw makes when it has none (measured on 2026.9.6).

        RSA, signed by itself, for the name ``openclaw-gateway`` and without any other. It
        expires in ``days`` from now; a negative number is how long it has been expired.
        """
        key = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)
        expiry = datetime.now(UTC) + timedelta(days=days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_NAME)
            .issuer_name(_NAME)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(datetime.now(UTC), expiry) - timedelta(days=1))
            .not_valid_after(expiry)
            .sign(key, SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        # The ssl module reads keys from files only; this folder is nobody else's to read.
        with TemporaryDirectory() as folder:
            path = Path(folder) / "gateway.pem"
            path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
            return cls.from_files(path, path)

    @classmethod
    def from_files(cls, certificate: str | PathLike[str], key: str | PathLike[str]) -> Self:
        """Read both in PEM, the certificate first in its chain.

        Raises ``ValueError`` for files that hold neither, or two that do not belong
        together, and ``OSError`` for those that cannot be read.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain = Path(certificate).read_bytes()
        try:
            # With a password given, an encrypted key is an error and not a prompt.
            context.load_cert_chain(certificate, key, password="")
            leaf = x509.load_pem_x509_certificates(chain)[0]
        except (ssl.SSLError, ValueError) as unusable:
            raise ValueError(
                "the TLS certificate and key are not a pair in PEM, the key unencrypted"
            ) from unusable
        return cls(context, leaf)
