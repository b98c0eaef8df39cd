"""A client of HTTP on this machine, which knows no proxies."""

from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

_PATIENCE = 30  # seconds


class Page(NamedTuple):
    """What a server answered."""

    status: HTTPStatus
    text: str


def get(url: str) -> Page:
    """Fetch a page; raises ``OSError`` where nobody answers."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)) as connection:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return Page(HTTPStatus(answer.status), answer.read().decode())
