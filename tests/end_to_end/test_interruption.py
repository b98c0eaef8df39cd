"""Ctrl-C at any moment: one word, exit status 130, and a store that is whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.console import Console

# What a terminal does, at a moment that is the same each time: when the command imports its
# n-th module. Left out is what is written in C and makes an error of its own of whatever
# disturbs this import, without saying of what.
_COMMAND_THAT_IS_INTERRUPTED = """
import signal, sys

left = int(sys.argv.pop(1))

def interrupt(event, arguments):
    global left
    if event == "import" and arguments[0] != "zlib":
        left -= 1
        if left == 0:
            signal.raise_signal(signal.SIGINT)

from openclaw_manager.entrypoints.cli.start import main

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(interrupt)
main()
"""


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def _interrupted(
    console: Console, moment: int, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            *(sys.executable, "-c", _COMMAND_THAT_IS_INTERRUPTED, str(moment)),
            *(argument.format(moment=moment) for argument in arguments),
        ],
        env={"HOME": str(console.home), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        (("instance", "list"), 7),
        (("instance", "register", "home-{moment}", "--url", "ws://127.0.0.1:9"), 17),
    ],
    ids=["reading", "writing"],
)
def test_ctrl_c_is_heard_also_while_parts_are_imported(
    console: Console, arguments: tuple[str, ...], step: int
) -> None:
    moment = 1
    while (ended := _interrupted(console, moment, *arguments)).returncode == 130:
        assert ended.stderr.strip() == "interrupted"
        assert ended.stdout == ""
        moment += step
    assert (ended.returncode, ended.stderr) == (0, ""), "it was over before that moment"
    assert moment > 5 * step
    assert console.run("doctor").status in (0, 4), "the store is whole, and nobody listens"
