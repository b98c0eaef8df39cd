"""Which characters may stand in what people name things."""

import unicodedata

# Control characters and surrogates break terminals and encodings; line and paragraph
# separators break tables; directional overrides make one name look like another.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONAL = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_printable(text: str) -> bool:
    """Whether a text can stand on one line of a terminal and mean what it shows."""
    if text.isascii():
        return text.isprintable()
    return not any(
        unicodedata.category(character) in _FORBIDDEN_CATEGORIES or character in _DIRECTIONAL
        for character in text
    )
