"""Taking secrets out of what a gateway said, before anybody keeps it.

A log that is never rewritten must never learn a secret, so this errs on the safe side: a
word too many is redacted before one too few. Recognised are names that promise a secret
(``secret_names``), looks (``secret_shapes``, ``named_secrets``) and the secrets that we hold
ourselves (``own_secrets``), also where the gateway redacts on its own: 2026.3.28 was
measured to leave a key in the query of a provider's URL.

The text of a configuration file (``raw`` beside ``parsed``) is redacted as a whole: it says
nothing that its parsed form does not, but for comments, in which secrets look like anything.
"""

from collections.abc import Callable, Collection
from typing import TypeAlias

from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.marks import REDACTED, is_no_secret
from openclaw_manager.domain.content.own_secrets import OwnSecrets
from openclaw_manager.domain.content.recognition import Recognition
from openclaw_manager.domain.content.secret_names import (
    Promise,
    promise_of,
    promises_secret_text,
)

_NAMES_OF_PAIRS = ("name", "key", "header", "variable")
_REFERENCE_KEYS = frozenset({"source", "provider", "id"})
_REFERENCE_SOURCES = frozenset({"env", "file", "exec"})

_Treatment: TypeAlias = Callable[[Json], Json]


def redacted(value: Json, secrets: Collection[str] | OwnSecrets = ()) -> Json:
    """Copy a value without its secrets; ``secrets`` are those of the instance, in plain text.

    Lists, mappings, their sizes and all that is not secret stay as they are, and redacting
    twice is the same as redacting once. Two keys that become equal are numbered. Raises
    ``ContentRefused`` for what is nested too deep.
    """
    own = secrets if isinstance(secrets, OwnSecrets) else OwnSecrets(secrets)
    return _Redaction(Recognition(value, own)).of(value)


class _Redaction:
    """One walk through one value."""

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition
        self._replacements = recognition.replacements
        self._keys: dict[str, tuple[str, _Treatment]] = {}
        self._treatments: dict[Promise, _Treatment] = {
            Promise.NOTHING: self.of,
            Promise.SECRET: self._secret,
            Promise.SECRET_TEXT: self._secret_text,
            Promise.SETTINGS: self._settings,
        }

    def of(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._replacements.get(value, value)
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list):
            return self._list(value)
        return value

    def _mapping(self, mapping: dict[str, Json]) -> Json:
        result: dict[str, Json] = {}
        if "parsed" in mapping and isinstance(mapping.get("raw"), str):
            mapping = mapping | {"raw": self._secret(mapping["raw"])}
        if "value" in mapping and _is_pair_with_secret(mapping):
            mapping = mapping | {"value": self._secret(mapping["value"])}
        for key, child in mapping.items():
            name, treat = self._keys.get(key) or self._key(key)
            if name is not key and name != key:
                name = _unused(name, result, mapping)
            result[name] = treat(child)
        return result

    def _key(self, key: str) -> tuple[str, _Treatment]:
        known = self._replacements.get(key, key), self._treatments[promise_of(key)]
        self._keys[key] = known
        return known

    def _list(self, items: list[Json]) -> Json:
        """Redact items, also the one that follows ``--token`` in a list of arguments.

        That one may begin with dashes itself: nobody can tell a secret from an option then.
        """
        result: list[Json] = []
        expected = False
        for item in items:
            is_secret = expected and isinstance(item, str)
            result.append(self._secret(item) if is_secret else self.of(item))
            expected = _is_option_with_secret(item)
        return result

    def _secret(self, value: Json) -> Json:
        """Redact all below a name that promises a secret, and keep the structure.

        Truth values stay, and so does OpenClaw's reference to a secret that lies elsewhere.
        """
        if isinstance(value, int | float) and not isinstance(value, bool):
            return REDACTED
        return self._secrets(value, self._secret)

    def _secret_text(self, value: Json) -> Json:
        """Redact all texts, and no numbers, below a name that promises secrets."""
        return self._secrets(value, self._secret_text)

    def _secrets(self, value: Json, treat: _Treatment) -> Json:
        if isinstance(value, str):
            return self.of(value) if is_no_secret(value) else REDACTED
        if isinstance(value, list):
            return [treat(child) for child in value]
        if not isinstance(value, dict) or _is_reference(value):
            return self.of(value)
        result: dict[str, Json] = {}
        for key, child in value.items():
            name, _ = self._keys.get(key) or self._key(key)
            result[name if name == key else _unused(name, result, value)] = treat(child)
        return result

    def _settings(self, value: Json) -> Json:
        """Redact a mapping of variables, or a list of ``NAME=value`` or of pairs."""
        if isinstance(value, dict):
            return self._secret(value)
        if isinstance(value, list):
            return [self._setting(item) for item in value]
        return self.of(value)

    def _setting(self, item: Json) -> Json:
        if isinstance(item, dict) and "value" in item:
            return self._mapping(item | {"value": self._secret(item["value"])})
        name, sign, value = _parts(item)
        if sign:
            return f"{self._recognition.without_secrets(name)}{sign}{self._secret(value)}"
        return self.of(item)


def _unused(name: str, result: dict[str, Json], mapping: dict[str, Json]) -> str:
    """Give a redacted key a number where it would hide another."""
    candidate, number = name, 1
    while candidate in result or candidate in mapping:
        number += 1
        candidate = f"{name}#{number}"
    return candidate


def _is_pair_with_secret(mapping: dict[str, Json]) -> bool:
    names = (mapping.get(key) for key in _NAMES_OF_PAIRS)
    return any(isinstance(name, str) and promises_secret_text(name) for name in names)


def _is_reference(mapping: dict[str, Json]) -> bool:
    source = mapping.get("source")
    known = isinstance(source, str) and source in _REFERENCE_SOURCES
    return known and mapping.keys() <= _REFERENCE_KEYS


def _is_option_with_secret(item: Json) -> bool:
    return isinstance(item, str) and item.startswith("-") and promises_secret_text(item)


def _parts(setting: Json) -> tuple[str, str, str]:
    """Take ``NAME=value`` or ``Name: value`` apart; the sign is empty where it is neither."""
    if not isinstance(setting, str):
        return "", "", ""
    sign = "=" if "=" in setting else ":"
    name, found, value = setting.partition(sign)
    return name, found, value.strip()
