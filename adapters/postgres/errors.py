"""What PostgreSQL's errors mean to a person, and which of them pass by themselves."""

import re
from collections.abc import Callable

import psycopg

from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreNotInitialised,
    StoreUnavailable,
)

_Meaning = tuple[type[StoreError], str]

_NOT_ALLOWED: _Meaning = (StoreUnavailable, "this user may not do that: its role lacks a right")
_READ_ONLY: _Meaning = (StoreUnavailable, "cannot be written, only read: the server is read-only")
_NO_TABLES: _Meaning = (StoreNotInitialised, "was never made ready for openclaw-manager")
_BUSY: _Meaning = (StoreUnavailable, "gives no more connections")
_LOCKED: _Meaning = (StoreLocked, "was kept locked by another process for longer than we waited")
_STOPS: _Meaning = (StoreUnavailable, "is starting or stopping")

# By SQLSTATE (PostgreSQL documentation, appendix A), the first that fits.
_MEANINGS: tuple[tuple[str, _Meaning], ...] = (
    ("42P01", _NO_TABLES),
    ("3F000", _NO_TABLES),
    ("42703", (StoreDamaged, "does not hold the tables that it should")),
    ("42501", _NOT_ALLOWED),
    ("25006", _READ_ONLY),
    ("53300", _BUSY),
    ("53100", (StoreFull, "there is no space left on the server's disk")),
    ("53", (StoreUnavailable, "lacks memory or another resource")),
    ("55P03", _LOCKED),
    ("40", (StoreLocked, "others changed the same at every try")),
    ("57014", (StoreUnavailable, "gave up on it: its own limit of time was reached")),
    ("57P", _STOPS),
    ("08", (StoreUnavailable, "the connection was lost")),
    ("28", (StoreUnavailable, "does not let us in")),
    ("3D000", (StoreUnavailable, "does not exist")),
    ("XX", (StoreDamaged, "is damaged, as the server says")),
    ("58", (StoreUnavailable, "cannot be read or written: the server's disk reports a fault")),
)
_LOST: _Meaning = (StoreUnavailable, "the connection was lost")

# A refused connection has no SQLSTATE that libpq would tell, only what it says in English.
_REFUSALS: tuple[tuple[re.Pattern[str], _Meaning], ...] = tuple(
    (re.compile(words, re.IGNORECASE), meaning)
    for words, meaning in (
        ("too many clients|too many connections|connection slots", _BUSY),
        ("is (starting|shutting) |recovery mode|not yet accepting", _STOPS),
        ("no password supplied", (StoreUnavailable, "wants a password, and none was given")),
        (
            "password authentication failed",
            (StoreUnavailable, "does not take the password, or does not know the user"),
        ),
        ("database .* does not exist", (StoreUnavailable, "does not exist")),
        ("role .* does not exist", (StoreUnavailable, "does not know the user")),
        (
            "pg_hba|authentication failed|permission denied for database",
            (StoreUnavailable, "does not let this user in from here"),
        ),
        (
            "certificate|ssl|tls",
            (StoreUnavailable, "cannot be reached over TLS as it is asked for"),
        ),
        (
            "resolve host|translate host",
            (StoreUnavailable, "cannot be reached: the name of the host is not known"),
        ),
        (
            "timeout|timed out",
            (StoreUnavailable, "cannot be reached: it did not answer in time"),
        ),
        (
            "connection refused|no such file",
            (StoreUnavailable, "cannot be reached: no server answers there"),
        ),
    )
)
_UNREACHABLE: _Meaning = (StoreUnavailable, "cannot be reached")

_PASSING = ("57P01", "57P02", "57P03", "57P05", "53300", "40001", "40P01", "08")
_may_pass: Callable[[str], object] = re.compile(
    "too many clients|too many connections|connection slots|is (starting|shutting) |recovery mode"
    "|not yet accepting|connection refused|no such file|reset by peer|closed the connection"
    "|terminating connection|timeout|timed out|unreachable|could not receive|broken pipe",
    re.IGNORECASE,
).search


def store_error(place: str, error: psycopg.Error) -> StoreError:
    """Say in our words why PostgreSQL failed; its own may quote what the log holds."""
    kind, problem = _meaning(error)
    return kind(place, problem)


def refusal(place: str, error: psycopg.Error) -> StoreError:
    """Say in our words why no connection came about."""
    said = str(error)
    meaning = next((meaning for words, meaning in _REFUSALS if words.search(said)), _UNREACHABLE)
    kind, problem = meaning
    return kind(place, problem)


def was_lost(error: psycopg.Error) -> bool:
    """Whether the connection is gone, so that nobody knows how far it came."""
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return lost and (error.sqlstate is None or error.sqlstate.startswith(("57P", "08")))


def passes(error: psycopg.Error) -> bool:
    """Whether it makes sense to try again, with another connection."""
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_PASSING)
    return was_lost(error)


def refusal_passes(error: psycopg.Error) -> bool:
    """Whether it makes sense to try again to connect."""
    return bool(_may_pass(str(error)))


def _meaning(error: psycopg.Error) -> _Meaning:
    state = error.sqlstate
    if state is None:
        return _LOST if was_lost(error) else _unknown(type(error).__name__)
    found = next((meaning for start, meaning in _MEANINGS if state.startswith(start)), None)
    return found or _unknown(state)


def _unknown(name: str) -> _Meaning:
    return (StoreUnavailable, f"failed in a way that is not known ({name})")
