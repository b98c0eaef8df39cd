"""Runs the installed console script as a user would: in its own process, with its own home."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
_TAKES_AT_MOST = 60  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """How one run of the script ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Console:
    """A user with a home folder, in which the script keeps everything."""

    home: Path

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run the script with these arguments; of this process's environment it sees nothing."""
        process = subprocess.run(
            [_SCRIPT, *arguments],
            env={"PATH": os.defpath, "HOME": str(self.home), "LANG": "C.UTF-8"} | environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TAKES_AT_MOST,
        )
        return Answer(process.returncode, process.stdout, process.stderr)


def as_at_a_terminal() -> None:
    """Heed Ctrl-C, which a shell lets the processes in its background ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
