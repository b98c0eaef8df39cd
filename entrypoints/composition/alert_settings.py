"""Alerts as they stand in ``config.toml``, each as one table ``[[alerts]]``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from openclaw_manager.adapters.alerts.template import MessageTemplate
from openclaw_manager.application.alerting.messages import spoken
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.errors import InvalidAlert, InvalidLabelSelector
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.entrypoints.composition.alert_urls import problem_with_url
from openclaw_manager.entrypoints.composition.settings import ALERTS, read_config
from openclaw_manager.entrypoints.duration import seconds_in

_SECRET = "secret:"
_ON = (About.DOWN, About.RECOVERY)
_METHODS = ("POST", "PUT", "PATCH", "GET")
_LONGEST_TIMEOUT, _SHORTEST_REPEAT, _LONGEST_REPEAT = 300.0, 1.0, 30 * 86400.0  # seconds
_MOST_RETRIES = 10
_OF_ALL = ("name", "type", "on", "repeat", "select", "timeout", "retries")
_OF_TYPE = {
    "webhook": ("url", "method", "headers", "content_type", "body"),
    "command": ("command",),
}
_is_header_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_OURS = ("host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade")
_is_content_type = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w-]+=[\w.\"-]+)*", re.ASCII).fullmatch

is_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch
"""Whether an alert, or a secret of one, can have this name."""
NAME_SHAPE = "up to 63 letters, digits and . _ -, and begins with one of the first two"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """An HTTP request; ``url`` and the values of headers may name a secret."""

    url: str = field(repr=False)
    method: str
    headers: Mapping[str, str] = field(repr=False)
    content_type: str
    body: MessageTemplate | None


@dataclass(frozen=True, slots=True)
class CommandSettings:
    """A program with its arguments."""

    command: tuple[str, ...] = field(repr=False)


class AlertSettings(NamedTuple):
    """One alert, as it was written; times in seconds."""

    name: str
    type: str
    on: tuple[About, ...]
    repeat: float | None
    selector: LabelSelector | None
    timeout: float
    retries: int
    target: WebhookSettings | CommandSettings


def read_alerts(home: str) -> list[AlertSettings]:
    """Read the alerts in ``config.toml``; without such a file there are none.

    Raises ``InvalidAlert``, and what ``read_config`` raises.
    """
    tables = read_config(home).get(ALERTS, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise InvalidAlert("the alerts", "each of them begins with a line [[alerts]]")
    alerts = [_Table(number, table).read() for number, table in enumerate(tables, 1)]
    names = [alert.name.casefold() for alert in alerts]
    for name in {name for name in names if names.count(name) > 1}:
        raise InvalidAlert(f"the alert {name!r}", "another one has the same name")
    return alerts


def named_secret(text: str) -> str | None:
    """Tell which secret a text names, as in ``secret:NAME``, if it names one."""
    return text.removeprefix(_SECRET) if text.startswith(_SECRET) else None


class _Table:
    """Reads one table, and refuses what it cannot take in the name of the alert."""

    def __init__(self, number: int, table: Mapping[str, Any]) -> None:
        self._table = table
        name = table.get("name")
        known = isinstance(name, str) and is_name(name)  # else it may be anything, even a secret
        self._alert = f"the alert {name!r}" if known else f"alert number {number}"

    def read(self) -> AlertSettings:
        kind = self._one_of("type", tuple(_OF_TYPE), None)
        self._refuse_unknown((*_OF_ALL, *_OF_TYPE[kind]))
        on = self._on()
        return AlertSettings(
            name=self._name(),
            type=kind,
            on=on,
            repeat=self._repeat(on),
            selector=self._selector(),
            timeout=self._seconds("timeout", 10.0, 0.0, _LONGEST_TIMEOUT) or 10.0,
            retries=self._retries(),
            target=self._webhook() if kind == "webhook" else self._command(),
        )

    def _refuse(self, problem: str) -> InvalidAlert:
        return InvalidAlert(self._alert, problem)

    def _refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in self._table:
            if key not in known:
                raise self._refuse(f"it has {key!r}, and there is only {', '.join(known)}")

    def _text(self, key: str, default: str | None = None) -> str:
        value = self._table.get(key, default)
        if value is None:
            raise self._refuse(f"it has no {key}")
        if not isinstance(value, str):
            raise self._refuse(f"its {key} is no text")
        return value

    def _one_of(self, key: str, choices: tuple[str, ...], default: str | None) -> str:
        value = self._text(key, default)
        if value not in choices:
            raise self._refuse(f"its {key} {value!r} is none of {', '.join(choices)}")
        return value

    def _name(self) -> str:
        name = self._text("name")
        if not is_name(name):
            raise self._refuse(f"a name has {NAME_SHAPE}")
        return name

    def _on(self) -> tuple[About, ...]:
        value = self._table.get("on", [*_ON])
        if not isinstance(value, list) or not value or any(one not in _ON for one in value):
            raise self._refuse('its on is no list of "down" and "recovery", or of one of them')
        return tuple(about for about in _ON if about in value)

    def _repeat(self, on: tuple[About, ...]) -> float | None:
        repeat = self._seconds("repeat", None, _SHORTEST_REPEAT, _LONGEST_REPEAT)
        if repeat is not None and About.DOWN not in on:
            raise self._refuse('it has a repeat, and "down" is not in its on')
        return repeat

    def _seconds(self, key: str, default: float | None, least: float, most: float) -> float | None:
        value = self._table.get(key)
        if value is None:
            return default
        try:
            seconds = seconds_in(str(value))
        except ValueError as problem:
            raise self._refuse(f"its {key} {value!r} {problem}") from problem
        if not least <= seconds <= most or not seconds:
            raise self._refuse(f"its {key} {value!r} is not between {least:g} s and {spoken(most)}")
        return seconds

    def _selector(self) -> LabelSelector | None:
        if "select" not in self._table:
            return None
        try:
            return LabelSelector.parse(self._text("select"))
        except InvalidLabelSelector as problem:
            raise self._refuse(f"its select: {problem}") from problem

    def _retries(self) -> int:
        value = self._table.get("retries", 3)
        if type(value) is not int or not 0 <= value <= _MOST_RETRIES:
            raise self._refuse(f"its retries are no whole number from 0 to {_MOST_RETRIES}")
        return value

    def _command(self) -> CommandSettings:
        words = self._table.get("command")
        if words is None:
            raise self._refuse("it has no command")
        if not isinstance(words, list) or not words:
            raise self._refuse('its command is no list of words, as in ["notify", "--urgent"]')
        if not all(isinstance(word, str) and "\0" not in word for word in words) or not words[0]:
            raise self._refuse("a word of its command is no text")
        return CommandSettings(tuple(words))

    def _webhook(self) -> WebhookSettings:
        method = self._one_of("method", _METHODS, "POST")
        if method == "GET" and "body" in self._table:
            raise self._refuse("it has a body, which the method GET does not send")
        if "content_type" in self._table and "body" not in self._table:
            raise self._refuse("it has a content_type and no body")
        content_type = self._text("content_type", "application/json")
        if not _is_content_type(content_type):
            raise self._refuse("its content_type is none; one is like text/plain")
        return WebhookSettings(
            url=self._url(),
            method=method,
            headers=dict(self._headers()),
            content_type=content_type,
            body=self._body(content_type),
        )

    def _url(self) -> str:
        url = self._text("url")
        if named_secret(url) is None and (problem := problem_with_url(url)):
            raise self._refuse(f"its url {problem}")
        self._refuse_unusual_secret("its url", url)
        return url

    def _headers(self) -> Iterator[tuple[str, str]]:
        headers = self._table.get("headers", {})
        if not isinstance(headers, dict):
            raise self._refuse('its headers are no table, as in { Title = "$title" }')
        for name, value in headers.items():
            what = f"its header {name}"
            if not _is_header_name(name):
                raise self._refuse(f"{name!r} can be no header")
            if name.lower() in _OURS:
                other = "; give content_type" if name.lower() == "content-type" else ""
                raise self._refuse(f"{what} is set by itself{other}")
            if not isinstance(value, str) or not value.isprintable():
                raise self._refuse(f"{what} is not one line of text")
            self._refuse_unusual_secret(what, value)
            if named_secret(value) is None:
                self._template(what, value, "")
            yield name, value

    def _body(self, content_type: str) -> MessageTemplate | None:
        if "body" not in self._table:
            return None
        return self._template("its body", self._text("body"), content_type)

    def _template(self, what: str, text: str, content_type: str) -> MessageTemplate:
        try:
            return MessageTemplate(text, content_type)
        except ValueError as problem:
            raise self._refuse(f"{what} {problem}") from problem

    def _refuse_unusual_secret(self, what: str, text: str) -> None:
        secret = named_secret(text)
        if secret is not None and not is_name(secret):
            raise self._refuse(f"{what} names a secret, whose name has {NAME_SHAPE}")
