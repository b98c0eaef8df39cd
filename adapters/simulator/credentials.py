"""How a simulated gateway tells a right shared secret from a wrong one."""

import hmac
from collections.abc import Sequence


def same_secret(presented: str, expected: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(
        presented.encode(errors="surrogatepass"), expected.encode(errors="surrogatepass")
    )


def bearer_matches(authorization: Sequence[str], expected: str) -> bool:
    """Whether the ``Authorization`` headers of a request are one, with the right bearer token."""
    if len(authorization) != 1:
        return False
    scheme, _, token = authorization[0].partition(" ")
    return scheme.lower() == "bearer" and same_secret(token.strip(), expected)
