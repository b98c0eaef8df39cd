"""What a ping that succeeded may still warn of."""

from datetime import datetime, timedelta
from enum import StrEnum

_SOON = timedelta(days=14)


class Caution(StrEnum):
    """Stable codes of warnings; none of them makes a gateway less reachable."""

    GATEWAY_REPLACED = "gateway-replaced"
    CERTIFICATE_EXPIRES = "certificate-expires"
    TOKEN_IN_PLAIN = "token-in-plain"


def expires_soon(expires_at: datetime, now: datetime) -> bool:
    """Whether a certificate ends within 14 days, or has ended."""
    return expires_at - now < _SOON
