"""A watch as a process of its own, with its output in a pipe or on a terminal."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from end_to_end.console import as_at_a_terminal

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
_TAKES_AT_MOST = 60  # seconds


def _environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm"} | more


class PipedWatch:
    """A watch that a program reads."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [_SCRIPT, "instance", "watch", *arguments],
            env=_environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=as_at_a_terminal,  # noqa: PLW1509 - it takes no lock
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=_TAKES_AT_MOST)

    def next(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """Read on until a line of that kind says what is wanted."""
        assert self.process.stdout
        for line in self.process.stdout:
            said: dict[str, Any] = json.loads(line)
            if said["type"] == kind and wanted.items() <= said.items():
                return said
        raise AssertionError(f"it ended without saying {kind}: {self.process.communicate()[1]}")

    def send(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self) -> tuple[int, str]:
        """Wait for its end; gives its exit status, and what it had to say besides."""
        _, err = self.process.communicate(timeout=_TAKES_AT_MOST)
        return self.process.returncode, err


class Terminal:
    """A terminal of 80 by 24, and a watch on it."""

    def __init__(self, home: Path, *arguments: str, **environment: str) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes = termios.tcgetattr(self.slave)
        self.shown = ""
        self.process = subprocess.Popen(
            [_SCRIPT, *arguments],
            env=_environment(home, **environment),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=_be_controlled,  # noqa: PLW1509 - it takes no lock
        )

    def read_until(self, enough: Callable[[str], bool]) -> str:
        """Read what is shown until it is enough; gives all that was shown so far."""
        while not enough(self.shown):
            self.shown += os.read(self.master, 65536).decode()
        return self.shown

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.master, keys)

    def ended(self) -> int:
        """Wait for the end; gives the exit status, with all that was shown in ``shown``."""
        status = self.process.wait(_TAKES_AT_MOST)
        os.set_blocking(self.master, False)
        with suppress(BlockingIOError):
            while data := os.read(self.master, 65536):
                self.shown += data.decode()
        return status


@contextmanager
def terminal(home: Path, *arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run a command on a terminal."""
    opened = Terminal(home, *arguments, **environment)
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.send_signal(signal.SIGKILL)
            opened.process.wait(_TAKES_AT_MOST)
        for descriptor in (opened.master, opened.slave):
            with suppress(OSError):
                os.close(descriptor)


def _be_controlled() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
