"""URLs that alerts may go to. None of this repeats one: any part of it may be a secret."""

from urllib.parse import urlsplit

from openclaw_manager.domain.address import problem_with_any_url

_LONGEST = 8192


def problem_with_url(text: str) -> str | None:
    """Say in a clause why a request cannot be sent there, if it cannot."""
    return problem_with_any_url(text, ("https", "http"), longest=_LONGEST)


def origin(text: str) -> str:
    """Show of a URL where it leads to, and nothing that could be a secret."""
    url = urlsplit(text)
    host = url.netloc.rpartition("@")[2]
    return f"{url.scheme}://{host}" + ("/…" if url.path.strip("/") or url.query else "")
