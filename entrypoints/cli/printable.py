"""Texts of strangers on a terminal."""

from openclaw_manager.domain.text import is_printable


def printable(text: str) -> str:
    """Spell out what would move the cursor, break a line, or make a text look like another."""
    if is_printable(text):
        return text
    return "".join(one if is_printable(one) else _spelled(one) for one in text)


def _spelled(character: str) -> str:
    return f"\\u{ord(character):04x}"
