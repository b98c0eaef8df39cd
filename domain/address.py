"""Where a gateway listens."""

import re
from collections.abc import Sequence
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from openclaw_manager.domain.errors import InvalidUrl

_LONGEST = 2048
_SECRET_KEYS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "auth",
        "authorization",
        "key",
        "password",
        "secret",
        "token",
    }
)
_LOOPBACK = re.compile(r"localhost|.*\.localhost|127(\.\d+){3}|::1")


class GatewayUrl(str):
    """A ``ws://`` or ``wss://`` URL with a host, and without user info or a fragment.

    Raises ``InvalidUrl`` for anything else. The text is kept as it was given.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a URL, or say what is wrong with it."""
        problem = _problem_with(text)
        if problem:
            raise InvalidUrl(_without_secrets(text), problem)
        return super().__new__(cls, text)

    @property
    def is_secure(self) -> bool:
        """Whether TLS is spoken on the way."""
        return urlsplit(self).scheme == "wss"

    @property
    def is_plain_to_another_machine(self) -> bool:
        """Whether others on the way could read what is sent; only loopback is surely our own."""
        return not self.is_secure and not self.is_on_this_machine

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the host is loopback, which needs no network."""
        return _LOOPBACK.fullmatch(urlsplit(self).hostname or "") is not None

    @property
    def endpoint(self) -> str:
        """The form in which two URLs are compared: lower-case, with the port, and the path.

        The names and addresses of loopback are one place.
        """
        url = urlsplit(self.lower())
        host = url.hostname or ""
        place = "localhost" if _LOOPBACK.fullmatch(host) else host
        port = url.port or (443 if self.is_secure else 80)
        path = urlsplit(self).path.rstrip("/")
        return f"{url.scheme}://{place}:{port}{path}"


def _problem_with(text: str) -> str | None:
    if problem := problem_with_any_url(text, ("ws", "wss"), longest=_LONGEST):
        return problem
    url = urlsplit(text)
    if "@" in url.netloc:
        return "has user info; give the credential with --token instead"
    if any(key.lower() in _SECRET_KEYS for key, _ in parse_qsl(url.query, keep_blank_values=True)):
        return "has a credential in its query; give it with --token instead"
    if "#" in text:
        return "has a fragment, which a gateway never sees"
    return None


def problem_with_any_url(  # noqa: PLR0911 - a table, read from top to bottom
    text: str, schemes: Sequence[str], *, longest: int
) -> str | None:
    """Say in a clause why nothing can be reached under a URL, without repeating any of it.

    It has to have one of the schemes, and at most ``longest`` characters. None where it can.
    """
    if len(text) > longest:
        return f"is longer than {longest} characters"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "has characters that no URL has; write them percent-encoded"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return "has a bad host or port; a port is a number from 1 to 65535"
    if url.scheme not in schemes:
        return "does not begin with " + " or ".join(f"{scheme}://" for scheme in schemes)
    if not url.hostname:
        return "has no host"
    if port == 0 or url.netloc.endswith(":"):
        return "has a bad port; a port is a number from 1 to 65535"
    return None


def _without_secrets(text: str) -> str:
    """Leave out what may not be repeated of a refused URL: a password in it is a secret too."""
    text, query, _ = text.partition("?")
    scheme, slashes, rest = text.partition("://") if "://" in text else ("", "", text)
    _secret, at, remainder = rest.rpartition("@")
    shown = f"{scheme}{slashes}…@{remainder}" if at else text
    return (shown + (query and "?…"))[:_LONGEST]
