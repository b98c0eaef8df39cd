"""What becomes of an error: a sentence, the exit status, and what to type next."""

import os
import re
import shlex
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress

import click

from openclaw_manager.domain import errors
from openclaw_manager.entrypoints.cli.asked_for import options_in, wants_json
from openclaw_manager.entrypoints.cli.output import json_text
from openclaw_manager.entrypoints.cli.start import was_interrupted

DONE, FAILED, REFUSED_INPUT, NO_SUCH_INSTANCE = 0, 1, 2, 3
TARGET_DOWN, TARGET_REFUSED, STORE_AT_FAULT, INTERRUPTED = 4, 5, 6, 130

_INTERRUPTED = "interrupted"
_LOOK_AT_FILE = "check who may use it: ls -la {place}"

# The first class that fits decides.
_STATUSES: tuple[tuple[type[BaseException], int], ...] = (
    (errors.InvalidInput, REFUSED_INPUT),
    (errors.LogExists, REFUSED_INPUT),
    (errors.NameTaken, REFUSED_INPUT),
    (errors.InstanceNotRemoved, REFUSED_INPUT),
    (errors.InstanceNotPaired, REFUSED_INPUT),
    (errors.InstanceNotFound, NO_SUCH_INSTANCE),
    (errors.AmbiguousInstance, NO_SUCH_INSTANCE),
    (errors.NothingSelected, NO_SUCH_INSTANCE),
    (errors.InstanceRemoved, NO_SUCH_INSTANCE),
    (errors.IncidentNotFound, NO_SUCH_INSTANCE),
    (errors.SnapshotNotFound, NO_SUCH_INSTANCE),
    (errors.AmbiguousSnapshot, NO_SUCH_INSTANCE),
    (errors.NeverCaptured, NO_SUCH_INSTANCE),
    (errors.SectionNotCaptured, NO_SUCH_INSTANCE),
    (errors.AlertNotFound, NO_SUCH_INSTANCE),
    (errors.StoreError, STORE_AT_FAULT),
    (click.UsageError, REFUSED_INPUT),
    (click.Abort, INTERRUPTED),
    (KeyboardInterrupt, INTERRUPTED),
)

_HINTS: tuple[tuple[type[BaseException], str], ...] = (
    (
        errors.NameTakenMeanwhile,
        "restore it under another: openclaw-manager instance restore {instance_id} --as NAME",
    ),
    (errors.NameTaken, "see who has it: openclaw-manager instance show {holder}"),
    (errors.InstanceNotFound, "see what there is: openclaw-manager instance list --all"),
    (errors.AmbiguousInstance, "give more of the id"),
    (errors.NothingSelected, "see what tags there are: openclaw-manager instance list -o yaml"),
    (errors.InstanceStillPresent, "remove it: openclaw-manager instance remove {name}"),
    (errors.LogExists, "use another home: openclaw-manager --home DIR audit import FILE"),
    (errors.IncidentNotFound, "see what there is: openclaw-manager incident list"),
    (errors.SnapshotNotFound, "see what there is: openclaw-manager snapshot list NAME"),
    (errors.AmbiguousSnapshot, "give more of the id"),
    (errors.NeverCaptured, "capture it: openclaw-manager snapshot capture {name}"),
    (errors.SectionNotOffered, "see what it has: openclaw-manager snapshot show {snapshot}"),
    (errors.SectionNotCaptured, "capture it again: openclaw-manager snapshot capture {name}"),
    (errors.InstanceNotPaired, "pair it: openclaw-manager instance pair {name}"),
    (
        errors.SignedByAnother,
        (
            "give the public key that signed it: openclaw-manager audit verify "
            "--checkpoint FILE --key FILE"
        ),
    ),
    (errors.InvalidAuthorities, "a CA file holds certificates, as PEM, and nothing else"),
    (errors.TooMuchContention, "try again"),
    (errors.InstanceRemoved, "take the removal back: openclaw-manager instance restore {name}"),
    (errors.InvalidUrl, "a URL looks like ws://192.168.1.10:18789 or wss://gateway.example.com"),
    (errors.KeyRefused, "give a key as @device.pem; openclaw-manager keys generate makes one"),
    (errors.InvalidSetting, "see what can be set: openclaw-manager settings --help"),
    (
        errors.AlertSecretMissing,
        "keep it: openclaw-manager alert secret {secret} --value @FILE",
    ),
    (errors.InvalidAlert, "see what an alert may have: openclaw-manager alert --help"),
    (errors.FileRefused, "nothing was adopted, and the file is as it was"),
    (
        errors.ErasureUnfinished,
        "finish it: openclaw-manager instance purge --yes {instance_id}",
    ),
    (
        errors.OldSecretKept,
        "revoke it at the gateway; here it goes when the instance is removed and purged",
    ),
    (errors.ViewBehind, "nothing is lost: the next command brings it up to date"),
    (errors.AlreadyWatched, "see what it finds: openclaw-manager instance list"),
    (
        errors.StoreNotInitialised,
        "make it ready, as a user who may create a schema there: openclaw-manager store init",
    ),
    (
        errors.SecretsSealed,
        (
            "give the key that the others have, in key_file or OPENCLAW_MANAGER_KEY; "
            "the first of all makes one: openclaw-manager store key"
        ),
    ),
    (errors.StoreLocked, "find who holds it: fuser -v {place}"),
    (errors.StoreFull, "make room on that disk, and try again"),
    (errors.DeviceKeyDamaged, "make another: openclaw-manager keys replace"),
    (errors.StoreDamaged, "keep a copy of the folder before anything else, and restore a backup"),
    (errors.StoreUnavailable, _LOOK_AT_FILE),
)


_HINTS_OF_SERVERS: tuple[tuple[type[BaseException], str], ...] = (
    (errors.StoreLocked, "find who holds it: SELECT * FROM pg_stat_activity"),
    (errors.StoreFull, "make room on the server, and try again"),
    (errors.StoreDamaged, "keep a copy before anything else (pg_dump), and restore a backup"),
)

_SECRET_HINTS = {
    "token": "give it again: openclaw-manager instance update {name} --token @FILE",
    "private key": (
        "give it again: openclaw-manager instance update {name} --private-key @device.pem"
    ),
    "device token": "pair again: openclaw-manager instance pair {name}",
}


def report(error: BaseException, arguments: Sequence[str]) -> int:
    """Say an error, on standard error and as an object where JSON was asked for.

    Returns the exit status.
    """
    if isinstance(error, SystemExit | click.exceptions.Exit):
        return int(getattr(error, "code", None) or getattr(error, "exit_code", 0) or 0)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return REFUSED_INPUT
    if isinstance(error, BrokenPipeError):  # whoever read us has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if "--debug" in dict(options_in(arguments)):
        traceback.print_exception(error)
    if _is_fault(error) and was_interrupted(error):
        error = KeyboardInterrupt()
    message, hint = _sentence(error), _hint(error)
    say(message if message == _INTERRUPTED else f"error: {message}", hint)
    if wants_json(arguments):
        problem = {"code": _code(error), "message": message, "hint": hint}
        with suppress(OSError):
            click.echo(json_text({"error": problem}))
    return _status(error)


def say_of(name: str, undone: str, error: errors.OpenClawManagerError) -> None:
    """Say why something was not done for one instance, where the others had no part in it."""
    say(f"error: {name} {undone}: {_sentence(error)}", _hint(error))


def say(message: str, hint: str | None) -> None:
    """Tell the person at the terminal, if anybody is left to hear it."""
    with suppress(OSError):  # the exit status still says it
        click.echo(message, err=True)
        if hint:
            click.echo(f"hint: {hint}", err=True)


def _status(error: BaseException) -> int:
    of_its_kind = (status for kind, status in _STATUSES if isinstance(error, kind))
    return int(getattr(error, "exit_status", next(of_its_kind, FAILED)))


def _sentence(error: BaseException) -> str:
    match error:
        case errors.OpenClawManagerError():
            return str(error)
        case click.ClickException():
            return error.format_message()
        case click.Abort() | KeyboardInterrupt():
            return _INTERRUPTED
        case OSError():
            return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
    return f"a fault in openclaw-manager: {type(error).__name__}; --debug shows where"


def _is_fault(error: BaseException) -> bool:
    """Whether nobody foresaw an error, which is then a mistake in this program."""
    foreseen = (errors.OpenClawManagerError, click.ClickException, click.Abort, OSError)
    return not isinstance(error, foreseen)


def _hint(error: BaseException) -> str | None:
    if isinstance(error, errors.OpenClawManagerError) and hasattr(error, "hint"):
        return None if error.hint is None else str(error.hint)
    if isinstance(error, errors.SecretMissing):
        return _SECRET_HINTS[error.kind].format(name=shlex.quote(error.name))
    if isinstance(error, click.UsageError) and error.ctx:
        return f"see {error.ctx.command_path} --help"
    hints = _HINTS
    if isinstance(error, errors.StoreError) and str(error.place).startswith("PostgreSQL"):
        hints = _HINTS_OF_SERVERS + _HINTS
    hint = next((hint for kind, hint in hints if isinstance(error, kind)), None)
    if hint == _LOOK_AT_FILE and not os.path.isabs(str(getattr(error, "place", ""))):
        return None  # a keyring or a server: there is no file to look at
    return hint and hint.format_map({key: shlex.quote(str(it)) for key, it in vars(error).items()})


def _code(error: BaseException) -> str:
    """Name the kind of an error, as in ``name-taken``, or take the code that it has."""
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return _INTERRUPTED
    if isinstance(error, errors.OpenClawManagerError) and hasattr(error, "code"):
        return str(error.code)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
