"""The lock that a watch holds as long as it lasts, with who holds it written inside."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from openclaw_manager.domain.errors import AlreadyWatched, StoreUnavailable

_LONGEST = 4096  # bytes of what is written inside


@contextmanager
def only_watch(path: Path) -> Iterator[None]:
    """Be the only watch of a home; raises ``AlreadyWatched``, or ``StoreUnavailable``.

    The system takes the lock back from a process that dies. The file stays: without it, those
    who come would take another lock than the one that is held.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreUnavailable(path, f"cannot be locked: {error.strerror}") from error
    try:
        _acquire(path, descriptor)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _whose().encode(), 0)
    except BlockingIOError:
        raise AlreadyWatched(path, *_held_by(descriptor)) from None
    except OSError as error:
        raise StoreUnavailable(path, f"cannot be locked: {error.strerror}") from error


def _whose() -> str:
    return json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat()})


def _held_by(descriptor: int) -> tuple[int | None, datetime | None]:
    """Read who holds it, unless they have not come to write it yet."""
    try:
        written = json.loads(os.pread(descriptor, _LONGEST, 0))
        return int(written["pid"]), datetime.fromisoformat(written["since"])
    except (ValueError, LookupError, TypeError):
        return None, None
