"""Certificate authorities through ``ssl``, which is what will judge by them."""

import re
import ssl

from openclaw_manager.domain.errors import InvalidAuthorities

_LONGEST = 524_288  # characters; twice what a whole system's bundle has
_MARKER = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----", re.DOTALL)


class PemAuthorities:
    """Admits what OpenSSL can load, certificate by certificate."""

    def admit(self, pem: str) -> str:
        """Validate a CA file; see the port for what is refused."""
        if len(pem) > _LONGEST:
            raise InvalidAuthorities(f"is longer than {_LONGEST} characters")
        labels = _MARKER.findall(pem)
        if not labels:
            raise InvalidAuthorities("has no certificate in PEM")
        for label in labels:
            if label != "CERTIFICATE":
                raise InvalidAuthorities(f"has more in it than certificates: a {label}")
        blocks = _CERTIFICATE.findall(pem)
        if len(blocks) != len(labels):
            raise InvalidAuthorities("has a certificate that was cut")
        return "".join(dict.fromkeys(map(_admit_one, blocks)))


def _admit_one(block: str) -> str:
    """Load a certificate as a TLS connection will, and write it without decoration."""
    try:
        der = ssl.PEM_cert_to_DER_cert(block)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except (ValueError, ssl.SSLError) as problem:
        raise InvalidAuthorities("has a damaged certificate") from problem
    return ssl.DER_cert_to_PEM_cert(der)
