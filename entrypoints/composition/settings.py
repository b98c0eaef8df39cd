"""Settings: a flag beats the environment beats ``config.toml`` beats the default."""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from openclaw_manager.domain.errors import InvalidSetting, StoreUnavailable
from openclaw_manager.entrypoints.composition.store_address import SQLITE, shown, store_in
from openclaw_manager.entrypoints.duration import seconds_in

_VARIABLES = "OPENCLAW_MANAGER_"
KEY = f"{_VARIABLES}KEY"
"""The variable that has the key for sealed secrets, which stands in no file of settings."""
_CONFIG = "config.toml"
ALERTS = "alerts"
"""What alerts stand under in the file; they are read by those who need them."""
_LONGEST = 86400.0  # seconds
SEALED = "sealed"
"""Secrets in the database of the log, sealed with a key that is not there."""


class Settings(NamedTuple):
    """The values in force, times in seconds, and for each the place that it came from."""

    home: str
    store: str
    secret_store: str
    key_file: str
    snapshot_secrets: str
    snapshots_shown: int
    timeout: float
    concurrency: int
    interval: float
    failures: int
    successes: int
    lock_timeout: float
    actor: str
    origins: Mapping[str, str]
    unshown: "Unshown"
    """What the environment says to the library of PostgreSQL, and the key for its secrets."""

    @property
    def store_kind(self) -> str:
        """Whether the log is in ``sqlite`` or in ``postgresql``."""
        return "postgresql" if self.is_shared else SQLITE

    @property
    def is_shared(self) -> bool:
        """Whether other machines may have the same log."""
        return self.store != SQLITE


class Unshown(dict[str, str]):
    """What may hold a password, and is not shown."""

    def __repr__(self) -> str:
        return "…"


class _Setting(NamedTuple):
    default: Any
    read: Callable[[Any], Any]
    """Turns what was written into a value; raises ``ValueError`` with a clause."""
    shown: Callable[[Any], Any] = lambda written: written
    """What people are told of it where it is refused."""


def _one_of(*choices: str) -> Callable[[Any], str]:
    def read(written: Any) -> str:
        if written not in choices:
            raise ValueError(f"is not {' or '.join(choices)}")
        return str(written)

    return read


def _seconds(written: Any) -> float:
    seconds = written if isinstance(written, float) else seconds_in(str(written))
    if not seconds > 0:
        raise ValueError("is not longer than nothing")
    if seconds > _LONGEST:  # far more would overflow the milliseconds that SQLite counts
        raise ValueError("is longer than a day")
    return seconds


def _count_from(least: int) -> Callable[[Any], int]:
    def read(written: Any) -> int:
        if not str(written).isdecimal() or int(written) < least:
            raise ValueError(f"is not a whole number of {least} or more")
        return int(written)

    return read


def _line(written: Any) -> str:
    if not isinstance(written, str) or not written.isprintable() or not written.strip():
        raise ValueError("is not one line of text")
    return written


_SETTINGS = {
    "store": _Setting(SQLITE, store_in, shown),
    "secret_store": _Setting("file", _one_of("file", "keyring", SEALED)),
    "key_file": _Setting("store.key", _line),
    "snapshot_secrets": _Setting("include", _one_of("include", "omit")),
    "snapshots_shown": _Setting(3, _count_from(0)),
    "timeout": _Setting("10s", _seconds),
    "concurrency": _Setting(256, _count_from(1)),
    "interval": _Setting("30s", _seconds),
    "failures": _Setting(3, _count_from(1)),
    "successes": _Setting(2, _count_from(1)),
    "lock_timeout": _Setting("10s", _seconds),
    "actor": _Setting("unknown", _line),
}


def _flag(key: str) -> str:
    return f"flag --{key.replace('_', '-')}"


def resolve(
    flags: Mapping[str, Any],
    environment: Mapping[str, str],
    defaults: Mapping[str, Any],
    *,
    called: Callable[[str], str] = _flag,
) -> Settings:
    """Work out the values in force; raises ``InvalidSetting`` for one that cannot be taken.

    ``flags`` are the values given on the command line, None where nothing was given, and
    ``defaults`` those that depend on the machine. ``called`` tells what a flag is called, where
    they are none.
    """
    home, origin = _home(flags, environment)
    given = {called(key): {key: value} for key, value in flags.items()}
    layers = given | {
        f"environment {_VARIABLES}{key.upper()}": {key: environment.get(_VARIABLES + key.upper())}
        for key in _SETTINGS
    }
    layers |= {
        _CONFIG: read_config(home),
        "default": {key: setting.default for key, setting in _SETTINGS.items()} | dict(defaults),
    }
    values: dict[str, Any] = {}
    origins = {"home": called("home") if flags.get("home") else origin}
    for key, setting in _SETTINGS.items():
        origins[key] = next(place for place, layer in layers.items() if layer.get(key) is not None)
        values[key] = _read(key, layers[origins[key]][key], origins[key], setting)
    values["secret_store"] = _fitting(values["store"], values["secret_store"], origins)
    return Settings(home=home, origins=origins, unshown=_unshown(environment), **values)


def _fitting(store: str, secret_store: str, origins: Mapping[str, str]) -> str:
    """Keep secrets where the log is, unless somebody says otherwise."""
    if store != SQLITE and origins["secret_store"] == "default":
        return SEALED
    if store == SQLITE and secret_store == SEALED:
        problem = "is only for a log in PostgreSQL"
        raise InvalidSetting("secret_store", secret_store, origins["secret_store"], problem)
    return secret_store


def fallback(
    flags: Mapping[str, Any], environment: Mapping[str, str], defaults: Mapping[str, Any]
) -> Settings:
    """Take the home that is meant, and the default where no flag says otherwise.

    For a checkup, which goes on where what is written in other places cannot be taken.
    """
    home, origin = _home(flags, environment)
    values = {
        key: _read(key, flags.get(key) or defaults.get(key, setting.default), "default", setting)
        for key, setting in _SETTINGS.items()
    }
    return Settings(home=home, origins={"home": origin}, unshown=_unshown(environment), **values)


def _unshown(environment: Mapping[str, str]) -> Unshown:
    return Unshown(
        {key: value for key, value in environment.items() if key.startswith(("PG", KEY))}
    )


def taken(key: str, given: Any, origin: str) -> Any:
    """Take a value in place of a setting for once; raises ``InvalidSetting``."""
    return _read(key, given, origin, _SETTINGS[key])


def _home(flags: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[str, str]:
    """Find the home, which cannot stand in the file that is in the home."""
    variable = f"{_VARIABLES}HOME"
    if flags.get("home"):
        return os.path.abspath(flags["home"]), "flag --home"
    if environment.get(variable):
        return os.path.abspath(environment[variable]), f"environment {variable}"
    return os.path.expanduser("~/.openclaw-manager"), "default"


def _read(key: str, written: Any, origin: str, setting: _Setting) -> Any:
    try:
        return setting.read(written)
    except ValueError as problem:
        raise InvalidSetting(key, setting.shown(written), origin, str(problem)) from problem


def read_config(home: str) -> dict[str, Any]:
    """Read what ``config.toml`` says, settings and alerts, none of which is looked at yet.

    Raises ``InvalidSetting`` where it is no such file or says something unknown, and
    ``StoreUnavailable``.
    """
    path = os.path.join(home, _CONFIG)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise InvalidSetting("config", _CONFIG, path, "is not UTF-8") from error
    except OSError as error:
        raise StoreUnavailable(path, f"cannot be read: {error.strerror}") from error
    import tomllib

    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidSetting("config", _CONFIG, path, f"is not TOML: {error}") from error
    unknown = sorted(config.keys() - _SETTINGS.keys() - {ALERTS})
    if unknown:
        value = config[unknown[0]]
        shown = value if isinstance(value, int | float) else "…"  # else it may be a secret
        raise InvalidSetting(unknown[0], shown, path, "is no setting")
    return config
