"""URLs that alerts may go to. None of this repeats one: any part of it may be a secret."""

from urllib.parse import urlsplit

_LONGEST = 8192


def problem_with_url(text: str) -> str | None:  # noqa: PLR0911 - a table, read from top down
    """Say in a clause why a request cannot be sent there, if it cannot."""
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "has characters that no URL has; write them percent-encoded"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return "has a bad host or port; a port is a number from 1 to 65535"
    if url.scheme not in ("http", "https"):
        return "does not begin with https:// or http://"
    if not url.hostname:
        return "has no host"
    if port == 0 or url.netloc.endswith(":"):
        return "has a bad port; a port is a number from 1 to 65535"
    return None


def origin(text: str) -> str:
    """Show of a URL where it leads to, and nothing that could be a secret."""
    url = urlsplit(text)
    host = url.netloc.rpartition("@")[2]
    return f"{url.scheme}://{host}" + ("/…" if url.path.strip("/") or url.query else "")
