"""Alerts as HTTP requests, to whatever takes such."""

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from urllib.parse import SplitResult, unquote, urlsplit

import h11

from openclaw_manager.adapters.alerts.http import Answer, Place, Request, ask
from openclaw_manager.adapters.alerts.template import MessageTemplate
from openclaw_manager.application.ports.alert_channel import AlertMessage, Undelivered
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.text import is_printable

_PORTS = {"http": 80, "https": 443}
_SUCCESSES = range(200, 300)
_REDIRECTS = range(300, 400)
_MAY_PASS = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_FAULTS = 500  # the first status that says that the receiver is at fault
_LONGEST_SAID = 200
_OTHER_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


@dataclass(frozen=True, slots=True)
class Webhook:
    """What is sent, and where to; ``url``, and whatever a header says, may be secrets.

    ``url`` has a scheme of ``http`` or ``https`` and a host. A header is filled in, or sent as
    it is where it is a secret. Without a ``body`` the whole message is sent as JSON, but for
    the method ``GET``, which sends none.
    """

    url: str = field(repr=False)
    method: str
    headers: Mapping[str, MessageTemplate | str] = field(repr=False)
    content_type: str
    body: MessageTemplate | None


class WebhookChannel:
    """Sends one request for each message, follows no redirect, and uses no proxy.

    A certificate must be one that this machine trusts.
    """

    def __init__(self, webhook: Webhook, *, user_agent: str) -> None:
        self._webhook = webhook
        self._user_agent = user_agent

    async def send(self, message: AlertMessage, *, timeout: float) -> Undelivered | None:
        """Send the request; see the port."""
        try:
            answer = await ask(self._place, self._request(message), timeout=timeout)
        except TimeoutError:
            return Undelivered(f"there was no answer within {timeout:g} s", may_pass=True)
        except ssl.SSLCertVerificationError as error:
            return Undelivered(_mistrust(error), may_pass=False)
        except (OSError, UnicodeError, h11.RemoteProtocolError) as error:
            return Undelivered(_breakdown(error), may_pass=True)
        return self._judged(answer)

    @property
    def _url(self) -> SplitResult:
        return urlsplit(self._webhook.url)  # not kept, since it would show the secret it may be

    @cached_property
    def _place(self) -> Place:
        secure = self._url.scheme == "https"
        return Place(
            self._url.hostname or "",
            self._url.port or _PORTS[self._url.scheme],
            ssl.create_default_context() if secure else None,
        )

    def _request(self, message: AlertMessage) -> Request:
        url, words, body = self._url, message.words(), self._body(message)
        headers = {
            "host": url.netloc.rpartition("@")[2],
            "user-agent": self._user_agent,
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "close",
        }
        if url.username is not None:
            headers["authorization"] = _basic(url)
        if self._webhook.method != "GET":
            headers["content-type"] = self._webhook.content_type
            headers["content-length"] = str(len(body))
        for name, value in self._webhook.headers.items():
            headers[name.lower()] = value if isinstance(value, str) else value.filled(words)
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        encoded = [(name.encode(), value.strip().encode()) for name, value in headers.items()]
        return Request(self._webhook.method, target, encoded, body)

    def _body(self, message: AlertMessage) -> bytes:
        if self._webhook.method == "GET":
            return b""
        if self._webhook.body is None:
            return json.dumps(message.document(), ensure_ascii=False).encode()
        return self._webhook.body.filled(message.words()).encode()

    def _judged(self, answer: Answer) -> Undelivered | None:
        status = answer.status
        if status in _SUCCESSES:
            return None
        if status in _REDIRECTS:
            elsewhere = f"it answered {_named(status)}, a redirect, which is not followed"
            return Undelivered(elsewhere, may_pass=False)
        return Undelivered(
            f"it answered {_named(status)}",
            may_pass=status >= _FAULTS or status in _MAY_PASS,
            after=_seconds_in(answer.retry_after),
            said=self._said(answer.body),
        )

    def _said(self, body: bytes) -> str | None:
        """Clean what a receiver said: it knows our secrets, and may repeat them."""
        text = re.sub(r"\s+", " ", body.decode(errors="replace")).strip()
        clean = redacted(text, [*self._secrets()])
        shown = "".join(one for one in str(clean) if is_printable(one))
        return shown[:_LONGEST_SAID] or None

    def _secrets(self) -> set[str]:
        """List what may be secret in what we send, whole and in its parts."""
        url = self._url
        parts = {self._webhook.url, url.netloc, url.path, url.query, url.path + "?" + url.query}
        parts.update(re.split(r"[/?&=:@]", f"{url.path}?{url.query}&{url.netloc}"))
        parts.update(value for value in self._webhook.headers.values() if isinstance(value, str))
        return {unquote(part) for part in parts} | parts


def _basic(url: SplitResult) -> str:
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _seconds_in(retry_after: str | None) -> float | None:
    """Read a header ``Retry-After``: seconds, or the time of a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        then = parsedate_to_datetime(retry_after)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):  # a TypeError for a time without an offset
        return None


def _mistrust(error: ssl.SSLCertVerificationError) -> str:
    """Say what is wrong with a certificate, without the name that OpenSSL repeats."""
    if error.verify_code in _OTHER_NAME:
        return "its certificate is one for another name"
    return f"its certificate is not trusted: {error.verify_message}"


def _breakdown(error: Exception) -> str:  # noqa: PLR0911 - a table, read from top to bottom
    """Say in our words what happened on the way: those of libraries may hold the URL."""
    match error:
        case h11.RemoteProtocolError():
            return "it did not answer in HTTP"
        case UnicodeError():
            return "its host can be no name"
        case ssl.SSLError():
            return "TLS failed"
        case ConnectionRefusedError():
            return "nothing listens there"
        case ConnectionError():
            return "the connection was closed before there was an answer"
        case OSError(errno=int() as number) if number < 0:
            return "the name of its host was not resolved"
        case OSError(strerror=str() as reason):
            return f"it could not be reached: {reason}"
    return f"it could not be reached ({type(error).__name__})"
