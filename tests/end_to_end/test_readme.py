"""The README and the guides are true: their sessions end as they say, and example code runs."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

_ROOT = Path(__file__).parents[2]
_README = (_ROOT / "README.md").read_text(encoding="utf-8")
_GUIDES = ("pairing-and-tls.md", "snapshots.md", "audit.md", "proof.md", "metrics.md")
_SCRIPTS = Path(sys.executable).parent
_PATIENCE = 60  # seconds

# What is another at every run, and what stands for it when two outputs are compared.
_DIFFERS_EVERY_TIME = (
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<id>"),
    (r"\b[0-9a-f]{8}\b", "<short id>"),  # which may have no letter
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?", "<time>"),
    (r"\b\d+\.\d ms\b", "<duration>"),
    (r"\b(latency|connect)_ms=[\d.]+", r"\1_ms=<duration>"),
    (r"^\d+ +<time>", "<position> <time>"),  # two pings at once end in either order
    (r"\b[0-9a-f]{64}\b", "<digest>"),  # of a certificate, a device or a gateway
)
_QUESTION = "[y/N]: "


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def _section(heading: str) -> str:
    return _README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def _session(text: str) -> Iterator[tuple[str, str]]:
    """Each command that is typed in a text, and what it prints according to it."""
    for block in _blocks(text, "console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


class _Terminal:
    """A shell in an empty home, whose user says yes to every question.

    A simulator listens on a free port instead of the one it names, and one that takes the place
    of another on the same.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._jobs: list[subprocess.Popen[str]] = []
        self._ports: dict[str, str] = {}

    def type(self, command: str) -> str:
        """Run one command; returns what the terminal shows, of both outputs."""
        if command.endswith("&"):
            return self._start(command.removesuffix("&"))
        if job := re.fullmatch(r"kill %(\d+)", command):
            self._stop(self._jobs[int(job[1]) - 1])
            return ""
        for named, real in self._ports.items():
            command = command.replace(named, real)
        process = subprocess.run(
            ["sh", "-c", command],
            input="y\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE,
            check=False,
            **self._surroundings(),
        )
        answered = process.stdout.replace(_QUESTION, f"{_QUESTION}y\n")  # which no pipe echoes
        return self._as_named(answered)

    def close(self) -> None:
        """Stop what still runs."""
        for job in self._jobs:
            self._stop(job)

    def _start(self, command: str) -> str:
        [named] = re.findall(r"--port (\d+)", command)
        port = self._ports.get(f":{named}", ":0").removeprefix(":")
        job = subprocess.Popen(
            ["sh", "-c", f"exec {command.replace(named, port)}"],
            stdout=subprocess.PIPE,
            **self._surroundings(),
        )
        self._jobs.append(job)
        assert job.stdout is not None
        url = job.stdout.readline()
        self._ports[f":{named}"] = f":{url.strip().rpartition(':')[2]}"
        return self._as_named(url)

    def _stop(self, job: subprocess.Popen[str]) -> None:
        job.terminate()
        assert job.stdout is not None
        job.stdout.close()
        job.wait(_PATIENCE)

    def _as_named(self, output: str) -> str:
        for named, real in self._ports.items():
            output = output.replace(real, named)
        return output

    def _surroundings(self) -> dict[str, Any]:
        environment = {
            "PATH": f"{_SCRIPTS}:{os.defpath}",
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "OPENCLAW_MANAGER_ACTOR": "ana@desk",
        }
        return {"env": environment, "cwd": self._home, "text": True}


@pytest.fixture
def terminal(tmp_path: Path) -> Generator[_Terminal]:
    terminal = _Terminal(tmp_path)
    yield terminal
    terminal.close()


def _lasting(output: str) -> list[str]:
    """Keep what is the same at every run; columns are as wide as what stands in them."""
    for pattern, stand_in in _DIFFERS_EVERY_TIME:
        output = re.sub(pattern, stand_in, output, flags=re.MULTILINE)
    return [" ".join(line.split()) for line in output.splitlines() if line.strip()]


def test_the_first_session_prints_what_the_readme_shows(terminal: _Terminal) -> None:
    """All but ids, times, durations and positions."""
    for command, expected in _session(_section("A first session")):
        assert _lasting(terminal.type(command)) == _lasting(expected), command


@pytest.mark.parametrize("guide", _GUIDES)
def test_a_guide_shows_what_is_printed(terminal: _Terminal, guide: str) -> None:
    """All but ids, times, durations and digests; one waits for approvals, as its reader does."""
    text = (_ROOT / "docs" / guide).read_text(encoding="utf-8")
    for command, expected in _session(text):
        assert _lasting(terminal.type(command)) == _lasting(expected), command


def test_the_simulator_can_be_used_in_a_test_as_the_readme_shows() -> None:
    """With any WebSocket client in the place of the reader's own."""
    [example] = _blocks(_section("Testing your own client"), "python")

    async def connect_to(url: str, *, token: str) -> None:
        async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            await socket.ping()

    names: dict[str, Any] = {"my_client": connect_to}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102 - our own README

    [test] = [value for name, value in names.items() if name.startswith("test_")]
    asyncio.run(test())
