"""Whom we take a gateway's certificate from."""

import re
from typing import NamedTuple, Self

from openclaw_manager.domain.errors import InvalidFingerprint

_SHAPE = r"sha256:([0-9a-f]{64})"


class TlsFingerprint(str):
    """The SHA-256 of a certificate's DER form: ``sha256:`` and 64 hex digits.

    Taken in upper or lower case, with the colons that ``openssl`` prints or without. Raises
    ``InvalidFingerprint`` for anything else.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a fingerprint, in the one form in which two are compared."""
        kind, _, digits = text.strip().lower().partition(":")
        match = re.fullmatch(_SHAPE, f"{kind}:{digits.replace(':', '')}")
        if not match:
            raise InvalidFingerprint(text[:200])
        return super().__new__(cls, match[0])


class Trust(NamedTuple):
    """What must vouch for a gateway's certificate; with neither, the system's authorities do.

    A ``fingerprint`` names the one certificate that is taken, whoever signed it.
    ``authorities`` are certificates as PEM: those that may sign, or the gateway's own.
    """

    authorities: str | None = None
    fingerprint: TlsFingerprint | None = None


SYSTEM_TRUST = Trust()
