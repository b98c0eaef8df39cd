"""Where a gateway listens."""

from typing import Self
from urllib.parse import urlsplit

from openclaw_manager.domain.errors import InvalidUrl

_LONGEST = 2048


class GatewayUrl(str):
    """A ``ws://`` or ``wss://`` URL with a host, and without user info or a fragment.

    Raises ``InvalidUrl`` for anything else. The text is kept as it was given.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Take a text as a URL, or say what is wrong with it."""
        problem = _problem_with(text)
        if problem:
            raise InvalidUrl(_without_user_info(text), problem)
        return super().__new__(cls, text)


def _problem_with(text: str) -> str | None:  # noqa: PLR0911 - a table, read from top to bottom
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "has characters that no URL has; write them percent-encoded"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return "has a bad host or port; a port is a number from 1 to 65535"
    if url.scheme not in ("ws", "wss"):
        return "does not begin with ws:// or wss://"
    if "@" in url.netloc:
        return "has user info; give the credential with --token instead"
    if not url.hostname:
        return "has no host"
    if port == 0 or url.netloc.endswith(":"):
        return "has a bad port; a port is a number from 1 to 65535"
    if "#" in text:
        return "has a fragment, which a gateway never sees"
    return None


def _without_user_info(text: str) -> str:
    """Leave out what may not be repeated of a refused URL: a password in it is a secret too."""
    scheme, slashes, rest = text[:_LONGEST].partition("://")
    authority, at, remainder = rest.rpartition("@")
    return f"{scheme}{slashes}…@{remainder}" if authority or at else text[:_LONGEST]
