"""The need to ask a gateway over HTTP how it is, which it tells everybody."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTTP server answered: ``document`` only where it declares and is a JSON object.

    A gateway answers paths that it does not know with a web page and status 200.
    """

    status: int
    document: dict[str, Any] | None


class GatewayHttp(Protocol):
    """Reads pages of gateways that need no credential, and shows none."""

    async def get(self, url: str, path: str, *, timeout: float) -> Page | str:
        """Read a page of the gateway at a ``ws://`` or ``wss://`` URL within ``timeout`` seconds.

        Nobody vouches for the answer: the certificate is not looked at. Returns a clause that
        says why there was no answer, and raises nothing.
        """
        ...
