"""A lock between processes, and between threads of one, on a file that is there for nothing else.

By hand, since the import of the library for it takes 8 ms of each command that writes, as long
as everything else in this package together.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

_SHORTEST_WAIT, _LONGEST_WAIT = 0.001, 0.05  # seconds


@contextmanager
def locked(path: str | os.PathLike[str], *, timeout: float) -> Iterator[None]:
    """Hold the lock, which the system takes back from a process that dies.

    Raises ``TimeoutError`` after ``timeout`` seconds, and any other ``OSError`` where there can
    be no lock. The file stays: without it, those who wait would wait for another lock than
    those who come.
    """
    descriptor = _acquired(path, monotonic() + timeout)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a forked process may have the descriptor too
        os.close(descriptor)


def _acquired(path: str | os.PathLike[str], deadline: float) -> int:
    wait = _SHORTEST_WAIT
    while (descriptor := _acquired_at_once(path)) is None:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        sleep(min(wait, left))
        wait = min(2 * wait, _LONGEST_WAIT)
    return descriptor


def _acquired_at_once(path: str | os.PathLike[str]) -> int | None:
    """Take the lock if it is free; None if it is not, or if somebody deleted the file just now."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:
            return descriptor
    except BlockingIOError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None
