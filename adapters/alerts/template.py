"""Texts with placeholders, written for whatever a receiver reads."""

import json
from collections.abc import Callable, Collection, Mapping
from string import Template
from urllib.parse import quote_plus

from openclaw_manager.application.ports.alert_channel import AlertMessage, names_in_messages

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_EXAMPLE = AlertMessage(
    **dict.fromkeys(AlertMessage._fields, 'a "quoted" word'),  # type: ignore[arg-type]
)._replace(tags=("a=b", "c"), failures=3, flaps=0, duration_seconds=90.5)


class MessageTemplate:
    """A text with ``$name`` or ``${name}`` where a part of the message belongs; ``$$`` is a ``$``.

    What is put in is escaped as ``content_type`` needs it: inside the quotes of a JSON text,
    in a form, or not at all. Raises ``ValueError`` with a clause for a text that can never
    be filled in, or that is no JSON once it is.
    """

    def __init__(self, text: str, content_type: str = "") -> None:
        kind = content_type.partition(";")[0].strip().lower()
        is_json = kind == _JSON or kind.endswith("+json")
        self._escaped = _in_json if is_json else quote_plus if kind == _FORM else str
        self._template = _checked(text, [*names_in_messages()])
        if is_json:
            _refuse_what_is_no_json(self.filled(_EXAMPLE.words()))

    def filled(self, words: Mapping[str, str]) -> str:
        """Put the words of a message in."""
        escaped: Callable[[str], str] = self._escaped
        return self._template.substitute({name: escaped(word) for name, word in words.items()})


def _checked(text: str, names: Collection[str]) -> Template:
    template = Template(text)
    if not template.is_valid():
        raise ValueError("has a $ that begins no placeholder; a $ itself is written $$")
    unknown = [name for name in template.get_identifiers() if name not in names]
    if unknown:
        raise ValueError(f"has ${unknown[0]}, and there is only {', '.join(names)}")
    return template


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _refuse_what_is_no_json(filled: str) -> None:
    try:
        json.loads(filled)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"is no JSON once it is filled in ({where})") from error
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
