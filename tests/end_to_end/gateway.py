"""A simulated gateway as a process of its own, as a user would run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")


@contextmanager
def gateway(dialect: str, *arguments: str, **environment: str) -> Iterator[str]:
    """Run one until the end of the block; gives its URL."""
    with subprocess.Popen(
        [_SCRIPT, "simulate", "--dialect", dialect, *arguments],
        env={"PATH": os.defpath, "LANG": "C.UTF-8"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            assert url, "the simulator did not start"
            yield url
        finally:
            process.terminate()
            process.wait(30)
