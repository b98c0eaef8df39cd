"""Secrets in running text that are introduced by a name.

``?token=…`` in a URL, ``API_KEY=…`` in a list of variables, ``X-Api-Key: …`` of a header,
``--token …`` of a command line, ``"password": "…"`` of JSON in a text, also escaped.
"""

import re

from openclaw_manager.domain.content.marks import REDACTED, is_no_secret
from openclaw_manager.domain.content.secret_names import (
    STEMS,
    Promise,
    promise_of,
    promises_secret_in_query,
)

# Each is compiled when a text is first searched for it: together they would take as long as
# half of what there is to search in a whole capture.
_INTRODUCTION = r"""(?x) (?<![\w.-])
    (?: (?P<name>[\w.-]+) (?P<close>\\*["'])? [ \t]* (?P<sign> =(?!=) | %3[Dd] | : ) [ \t]*
      | (?P<option>--[\w-]+) [ \t]+ )"""
_QUOTED = r"""(?xs) (?P<quote>\\*["'])
    (?P<value> (?: (?!(?P=quote)) (?: \\. | [^\\] ) )* )
    (?: (?P=quote) | \Z )"""
_ASSIGNED = r"""(?P<value>[^\s&"'<>]+)"""
_NO_LITERAL = r"""(?! [\[{] | // | (?: true | false | null ) \b )"""
_IN_JSON = "(?x)" + _NO_LITERAL + r"""(?P<value>[^\s,"'<>}\]]+)"""
_TO_THE_END_OF_THE_LINE = "(?x)" + _NO_LITERAL + r"""(?P<value>[^\n"'<>]+)"""
_COUNT = r"[\d._]+(?=[\s,;]|\Z)"


def without_named_secrets(text: str) -> str:
    """Redact the values of all names in a text that promise a secret."""
    lowered = text.lower()
    if not any(stem in lowered for stem in STEMS):
        return text
    parts: list[str] = []
    done = 0
    for introduction in re.finditer(_INTRODUCTION, text):
        value = _secret_after(introduction) if introduction.start() >= done else None
        if value:
            parts += (text[done : value.start("value")], REDACTED)
            done = value.end("value")
    return "".join((*parts, text[done:]))


def _secret_after(introduction: re.Match[str]) -> re.Match[str] | None:
    promise = _promise(introduction)
    if promise not in {Promise.SECRET, Promise.SECRET_TEXT}:
        return None
    text, start = introduction.string, introduction.end()
    unquoted = _unquoted(introduction)
    value = re.compile(_QUOTED).match(text, start) or re.compile(unquoted).match(text, start)
    if value is None or is_no_secret(value["value"]):
        return None
    is_count = promise is Promise.SECRET_TEXT and re.match(_COUNT, value["value"])
    return None if is_count else value


def _promise(introduction: re.Match[str]) -> Promise:
    name = introduction["name"] or introduction["option"]
    before = introduction.string[introduction.start() - 1 : introduction.start()]
    if before == "%" and name[:2] in {"3F", "3f", "26"}:  # a ? or & that was percent-encoded
        before, name = "?", name[2:]
    if before in {"?", "&"} and promises_secret_in_query(name):
        return Promise.SECRET
    return promise_of(name)


def _unquoted(introduction: re.Match[str]) -> str:
    if introduction["sign"] != ":":
        return _ASSIGNED
    return _IN_JSON if introduction["close"] else _TO_THE_END_OF_THE_LINE
