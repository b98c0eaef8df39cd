"""Requests for metrics, as far as they have to be understood, and what they are answered."""

import re
from http import HTTPStatus
from typing import NamedTuple

LONGEST = 8192  # bytes of a request with its headers; Prometheus sends some 300
HEAD_END = b"\r\n\r\n"

# RFC 9112, section 3: the method, the target, and the version of HTTP.
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/1\.([01])\r\n")
_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_METRICS, _HEALTHY = "/metrics", "/-/healthy"


class Answer(NamedTuple):
    """What a request is answered: a text, or ``metrics`` in place of it."""

    status: HTTPStatus
    text: str = ""
    metrics: bool = False
    without_body: bool = False
    chunked: bool = False
    """Whether the client understands a body in chunks, whose end is told."""

    def head(self) -> bytes:
        """Write all that comes before the body; after it the connection is closed."""
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}",
            f"Content-Type: {_FORMAT if self.metrics else 'text/plain; charset=utf-8'}",
            "Connection: close",
        ]
        if self.status is HTTPStatus.METHOD_NOT_ALLOWED:
            lines.append("Allow: GET, HEAD")
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif not self.metrics:
            lines.append(f"Content-Length: {len(self.text.encode())}")
        return "\r\n".join(lines).encode() + HEAD_END


TOO_LONG = Answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request is too long\n")
TOO_MANY = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "others are being answered; come again\n")


def answer_to(request: bytes) -> Answer:
    """Decide about a request, given up to the end of its headers."""
    line = _REQUEST_LINE.match(request)
    if line is None:
        return Answer(HTTPStatus.BAD_REQUEST, "this is no request in HTTP/1.1\n")
    method, target, minor_version = (part.decode("ascii", "replace") for part in line.groups())
    if method not in ("GET", "HEAD"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, "metrics can only be read\n")
    return _page(target.partition("?")[0], chunked=minor_version == "1")._replace(
        without_body=method == "HEAD"
    )


def _page(path: str, *, chunked: bool) -> Answer:
    if path == _METRICS:
        return Answer(HTTPStatus.OK, metrics=True, chunked=chunked)
    if path == _HEALTHY:
        return Answer(HTTPStatus.OK, "the watch is running\n")
    return Answer(HTTPStatus.NOT_FOUND, f"metrics are at {_METRICS}\n")
