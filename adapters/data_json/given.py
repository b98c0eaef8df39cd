"""A file of this form that somebody gave us: read whole or refused, and never changed."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from openclaw_manager.adapters.data_json.entries import Cursor
from openclaw_manager.application.ports.view import Written, is_snapshot
from openclaw_manager.domain.errors import FileRefused

LARGEST = 67_108_864  # bytes; room for 20,000 instances with keys, or for many notes


class GivenFile(NamedTuple):
    """What stands in the file; the text of a relation or a snapshot has every digit."""

    entries: list[Written]
    relations: list[Written]


def read_given(path: str) -> GivenFile:
    """Read a file of at most ``LARGEST`` bytes; raises ``FileRefused`` for anything else."""
    text = _decoded(path, _bytes_of(path))
    try:
        return _parsed(Cursor(text))
    except json.JSONDecodeError as error:
        problem = f"is no JSON, or was cut: line {error.lineno}, column {error.colno}"
        raise FileRefused(path, problem) from None
    except RecursionError:
        raise FileRefused(path, "is nested too deep") from None
    except ValueError:
        raise FileRefused(path, "is no complete JSON object with a list of minions") from None


def _bytes_of(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise FileRefused(path, f"cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise FileRefused(path, f"is larger than {LARGEST} bytes, the most that is adopted")
    if not data.strip():
        raise FileRefused(path, "is empty")
    return data


def _decoded(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")  # a byte order mark is no harm
    except UnicodeDecodeError as error:
        raise FileRefused(path, f"is not UTF-8: byte {error.start + 1}") from None


def _parsed(cursor: Cursor) -> GivenFile:
    entries: list[Written] | None = None
    relations: list[Written] = []
    for key, _ in cursor.members():
        if key == "minions":
            entries = list(_entries(cursor))
        else:
            value, text = cursor.value()
            if key == "relations" and isinstance(value, list):
                relations = [Written(*item) for item in Cursor(text).items()]
    cursor.expect_end()
    if entries is None:
        raise ValueError
    return GivenFile(entries, relations)


def _entries(cursor: Cursor) -> Iterator[Written]:
    """Read entries one by one, with the text of those that may be carried over."""
    for value, text in cursor.items():
        yield Written(value, text if is_snapshot(value) else "")
