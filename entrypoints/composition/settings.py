"""Settings: a flag beats the environment beats ``config.toml`` beats the default."""

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from openclaw_manager.domain.errors import InvalidSetting, StoreUnavailable
from openclaw_manager.entrypoints.duration import seconds_in

_VARIABLES = "OPENCLAW_MANAGER_"
_CONFIG = "config.toml"
_LONGEST = 86400.0  # seconds


class Settings(NamedTuple):
    """The values in force, times in seconds, and for each the place that it came from."""

    home: str
    store: str
    secret_store: str
    snapshot_secrets: str
    snapshots_shown: int
    timeout: float
    concurrency: int
    lock_timeout: float
    actor: str
    origins: Mapping[str, str]


class _Setting(NamedTuple):
    default: Any
    read: Callable[[Any], Any]
    """Turns what was written into a value; raises ``ValueError`` with a clause."""


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
    "store": _Setting("sqlite", _one_of("sqlite")),
    "secret_store": _Setting("file", _one_of("file", "keyring")),
    "snapshot_secrets": _Setting("include", _one_of("include", "omit")),
    "snapshots_shown": _Setting(3, _count_from(0)),
    "timeout": _Setting("10s", _seconds),
    "concurrency": _Setting(32, _count_from(1)),
    "lock_timeout": _Setting("10s", _seconds),
    "actor": _Setting("unknown", _line),
}


def resolve(
    flags: Mapping[str, Any], environment: Mapping[str, str], defaults: Mapping[str, Any]
) -> Settings:
    """Work out the values in force; raises ``InvalidSetting`` for one that cannot be taken.

    ``flags`` are the values given on the command line, None where nothing was given, and
    ``defaults`` those that depend on the machine.
    """
    home, origin = _home(flags, environment)
    given = {f"flag --{key.replace('_', '-')}": {key: value} for key, value in flags.items()}
    layers = given | {
        f"environment {_VARIABLES}{key.upper()}": {key: environment.get(_VARIABLES + key.upper())}
        for key in _SETTINGS
    }
    layers |= {
        _CONFIG: _read_config(os.path.join(home, _CONFIG)),
        "default": {key: setting.default for key, setting in _SETTINGS.items()} | dict(defaults),
    }
    values: dict[str, Any] = {}
    origins = {"home": origin}
    for key, setting in _SETTINGS.items():
        origins[key] = next(place for place, layer in layers.items() if layer.get(key) is not None)
        values[key] = _read(key, layers[origins[key]][key], origins[key], setting)
    return Settings(home=home, origins=origins, **values)


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
    return Settings(home=home, origins={"home": origin}, **values)


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
        raise InvalidSetting(key, written, origin, str(problem)) from problem


def _read_config(path: str) -> dict[str, Any]:
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
    unknown = sorted(config.keys() - _SETTINGS.keys())
    if unknown:
        raise InvalidSetting(unknown[0], config[unknown[0]], path, "is no setting")
    return config
