"""Pages of a gateway, read with one bare request that carries nothing secret."""

import asyncio
import json
import os
import ssl
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from openclaw_manager.application.ports.gateway_http import Page

_MOST = 65536  # bytes; what a gateway says of its health is a tenth of that at most
_PORTS = {"ws": 80, "wss": 443}


class BareGatewayHttp:
    """Speaks HTTP/1.0, in which an answer ends with the connection and comes in one piece."""

    async def get(self, url: str, path: str, *, timeout: float) -> Page | str:
        """Read a page; see the port."""
        try:
            async with asyncio.timeout(timeout):
                return _page(await _answer(url, path))
        except TimeoutError:
            return f"{path} gave no answer within {timeout:g} s"
        except ssl.SSLError:
            return f"{path} could not be read: TLS failed"
        except OSError as error:
            known = error.errno is not None and error.errno > 0  # those of name resolution are not
            reason = os.strerror(error.errno or 0) if known else type(error).__name__
            return f"{path} could not be read: {reason}"
        except ValueError:
            return f"{path} was not answered in HTTP"


async def _answer(url: str, path: str) -> bytes:
    where = urlsplit(url)
    tls = _any_certificate() if where.scheme == "wss" else None
    reader, writer = await asyncio.open_connection(
        where.hostname, where.port or _PORTS[where.scheme], ssl=tls
    )
    try:
        lines = (f"GET {path} HTTP/1.0", f"Host: {where.netloc}", "Accept: application/json")
        writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        received = b""
        while len(received) < _MOST and (more := await reader.read(_MOST)):
            received += more
        return received
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):  # an orderly end is the other side's to give
                await writer.wait_closed()


def _any_certificate() -> ssl.SSLContext:
    """Take whatever certificate is shown: that it is the right one is for the ping to find."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _page(answer: bytes) -> Page:
    """Take an answer apart; raises ``ValueError`` for what is not HTTP."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status, *_ = [*first.split(maxsplit=2), ""]
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    headers = dict(line.lower().split(":", 1) for line in lines if ":" in line)
    kind = headers.get("content-type", "").partition(";")[0].strip()
    return Page(int(status), _object(body) if kind == "application/json" else None)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
