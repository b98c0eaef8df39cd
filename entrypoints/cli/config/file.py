"""Configurations in files of people, which may be JSON or JSON5."""

import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from openclaw_manager.domain.content.canonical import canonical
from openclaw_manager.domain.content.errors import ContentRefused
from openclaw_manager.domain.errors import InvalidInput

if TYPE_CHECKING:
    from openclaw_manager.domain.content.canonical import Json

_LARGEST = 26_214_400  # bytes; what a gateway may answer
_LARGEST_JSON5 = 1_048_576  # characters; reading them takes some fifteen seconds
_STANDARD_INPUT = "-"


class ConfigurationRefused(InvalidInput):
    """A file that is no configuration; nothing was compared."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(file, problem)
        self.file = file
        self.problem = problem

    def __str__(self) -> str:
        name = "standard input" if self.file == _STANDARD_INPUT else self.file
        return f"{name} {self.problem}"


def read_configuration(file: str) -> "dict[str, Json]":
    """Read a configuration; ``-`` is standard input. Raises ``ConfigurationRefused``."""
    try:
        value = _parsed(_text_in(file))
        canonical(value)
    except OSError as error:
        raise ConfigurationRefused(file, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationRefused(file, "is not UTF-8") from error
    except RecursionError as error:
        raise ConfigurationRefused(file, "is nested too deep to be read") from error
    except ContentRefused as error:
        raise ConfigurationRefused(file, error.problem) from error
    except ValueError as error:
        where = str(error).replace("<string>:", "line ")  # as the library calls what it is given
        raise ConfigurationRefused(file, f"is neither JSON nor JSON5: {where}") from error
    if not isinstance(value, dict):
        raise ConfigurationRefused(file, "holds no object, and a configuration is one")
    return value


def _text_in(file: str) -> str:
    source = sys.stdin.fileno() if file == _STANDARD_INPUT else file
    with open(source, "rb", closefd=file != _STANDARD_INPUT) as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ContentRefused(f"is larger than {_LARGEST:,} bytes")
    return data.decode("utf-8-sig")


def _parsed(text: str) -> Any:
    """Read JSON, and only what is none as JSON5, which takes a thousand times as long."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        if len(text) > _LARGEST_JSON5:
            raise ContentRefused(f"is no JSON ({error}), and too large for JSON5") from error
        import json5

        return json5.loads(text)


def _refuse(constant: str) -> NoReturn:
    raise ContentRefused(f"has {constant}, and no configuration has such a number")
