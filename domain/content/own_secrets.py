"""The secrets that we hold of an instance, in the spellings in which its gateway may echo them."""

import json
import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from urllib.parse import quote, quote_plus

from openclaw_manager.domain.content.marks import MARKS, REDACTED
from openclaw_manager.domain.content.secret_shapes import Shape

_SHORTEST = 4
"""Texts shorter than this stand everywhere by chance; they are redacted as whole values only."""
_SHORTEST_ENCODED = 8
_SHORTEST_LINE = 16
_MARK = "|".join(re.escape(mark) for mark in sorted(MARKS))


class OwnSecrets:
    """All spellings of some secrets, worked out once for all the values to be searched."""

    def __init__(self, secrets: Collection[str]) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret.strip())}
        spellings.update(line for secret in secrets for line in _lines_of_key(secret))
        self._spellings = sorted(spellings, key=lambda text: (-len(text), text))

    def shapes_in(self, everything: str) -> list[Shape]:
        """Make a shape of each spelling that occurs in a text, the longest first."""
        return [_shape(spelling) for spelling in self._spellings if spelling in everything]


def _shape(spelling: str) -> Shape:
    literal = re.escape(spelling)
    if len(spelling) < _SHORTEST:
        literal = rf"\A{literal}\Z"
    # A mark is stepped over, so that a secret like "redacted" does not make it grow.
    pattern = re.compile(f"({_MARK})|{literal}")
    return Shape((spelling,), lambda text: pattern.sub(lambda found: found[1] or REDACTED, text))


def _spellings(secret: str) -> Iterator[str]:
    if not secret:
        return
    yield secret
    if len(secret) < _SHORTEST:
        return
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield json.dumps(secret)[1:-1]
    content = secret.encode("utf-8", "surrogatepass")
    yield content.hex()
    for encoded in (
        quote(content, safe=""),
        quote(content, safe="/"),
        quote(content, safe="!'()*"),  # as JavaScript does it
        quote_plus(content),
    ):
        yield encoded
        yield re.sub("%..", lambda found: found[0].lower(), encoded)
    for shift in range(3):
        inner = _inside_base64(content, shift)
        if len(inner) >= _SHORTEST_ENCODED:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


def _lines_of_key(secret: str) -> list[str]:
    """List the lines of a PEM, since a key may be told without what stands around it."""
    if "-----BEGIN " not in secret:
        return []
    lines = (line.strip() for line in secret.splitlines())
    return [line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith("-----")]


def _inside_base64(content: bytes, shift: int) -> str:
    """Give what Base64 makes of bytes after ``shift`` others, less what depends on neighbours."""
    bits = 8 * (shift + len(content))
    first = -(-8 * shift // 6)
    return b64encode(b"\0" * shift + content).decode()[first : bits // 6]
