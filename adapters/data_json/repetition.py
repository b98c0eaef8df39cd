"""Other tools' texts in which a secret of ours stands once more."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

# One tool repeats all of an entry there in lower case, so that it can search for it.
_SEARCH_TEXT = "searchableText"
_NO_COINCIDENCE = 8  # characters; a shorter secret may well be a word of a note


def secret_pieces(values: Iterable[Any]) -> frozenset[str]:
    """List what tells that a secret is repeated: the secrets, and the lines of their PEM."""
    secrets = {value.strip().lower() for value in values if isinstance(value, str)}
    lines = {line for secret in secrets for line in secret.splitlines()[1:-1]}
    telling = {line for line in lines if len(line) >= _NO_COINCIDENCE}
    return frozenset(filter(None, secrets | telling))


def repeats(key: str, value: Any, pieces: Collection[str]) -> bool:
    """Whether what stands under a key of another tool repeats a secret, in whatever case."""
    telling = [one for one in pieces if key == _SEARCH_TEXT or len(one) >= _NO_COINCIDENCE]
    return any(piece in text for text in map(str.lower, _texts_in(value)) for piece in telling)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from _texts_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts_in(child)
