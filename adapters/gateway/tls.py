"""Who vouches for a gateway's certificate, and what it presented."""

import ssl
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from hmac import compare_digest

from openclaw_manager.adapters.gateway.failure import Failure
from openclaw_manager.domain.condition import Cause
from openclaw_manager.domain.ping import Certificate
from openclaw_manager.domain.trust import TlsFingerprint, Trust

_OTHER_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


class TlsContexts:
    """What verifies certificates, each made when first needed and kept.

    Loading the system's authorities takes as long as a whole ping on loopback.
    """

    def __init__(self) -> None:
        self._named: dict[str, ssl.SSLContext] = {}
        self._nameless: dict[str, ssl.SSLContext] = {}

    def first(self, trust: Trust) -> ssl.SSLContext:
        """Choose for a first handshake; raises ``Failure`` if the CA file is damaged."""
        return self.lenient if trust.fingerprint else self._strict(trust.authorities)

    def _strict(self, authorities: str | None) -> ssl.SSLContext:
        """Take what the authorities signed for the host, or the system's where none are named."""
        if authorities is None:
            return self._of_the_system
        if authorities not in self._named:
            self._named[authorities] = _trusting(authorities)
        return self._named[authorities]

    def nameless(self, authorities: str) -> ssl.SSLContext:
        """Take what the authorities signed for anybody."""
        if authorities not in self._nameless:
            context = _trusting(authorities)
            context.check_hostname = False
            self._nameless[authorities] = context
        return self._nameless[authorities]

    @cached_property
    def lenient(self) -> ssl.SSLContext:
        """Take anything, for a certificate that is judged otherwise or only looked at."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    @cached_property
    def _of_the_system(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _trusting(authorities: str) -> ssl.SSLContext:
    """Trust every certificate of a CA file, be it an authority's or a gateway's own.

    Private authorities are rarely made by the book, which Python 3.13 insists on.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=authorities)
    except (ValueError, ssl.SSLError) as problem:
        raise Failure(Cause.TLS_UNTRUSTED, "the CA file of the instance is damaged") from problem
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def is_for_another_name(problem: BaseException | None) -> bool:
    """Whether a certificate was refused for the name in it, or for the lack of one."""
    return isinstance(problem, ssl.SSLCertVerificationError) and problem.verify_code in _OTHER_NAME


class Presented:
    """The certificate that a gateway presented on a connection."""

    def __init__(self, tls: ssl.SSLObject) -> None:
        der = tls.getpeercert(binary_form=True)
        assert der is not None, "servers always present one"
        self._der = der
        self._details = tls.getpeercert() or {}  # empty where nobody verified it
        self.fingerprint = TlsFingerprint("sha256:" + sha256(der).hexdigest())

    @property
    def certificate(self) -> Certificate | None:
        """What is told of it; None if it cannot be read."""
        expires_at = self._expires_at()
        return Certificate(self.fingerprint, expires_at) if expires_at else None

    def stands_in(self, authorities: str) -> bool:
        """Whether it is itself one of the certificates of a CA file, as that was admitted."""
        return ssl.DER_cert_to_PEM_cert(self._der) in authorities

    def matches(self, pin: TlsFingerprint) -> bool:
        """Whether it is the pinned one."""
        return compare_digest(self.fingerprint, pin)

    def _expires_at(self) -> datetime | None:
        told = self._details.get("notAfter")
        if isinstance(told, str):
            return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)
        from cryptography import x509  # only where it was not verified: it takes a while

        try:
            return x509.load_der_x509_certificate(self._der).not_valid_after_utc
        except (ValueError, x509.InvalidVersion):
            return None
