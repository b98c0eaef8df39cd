"""Questions: where nobody can answer one, the flag that answers it is named."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.console import Console
from end_to_end.gateway import gateway

_NOBODY = "error: nobody is there to answer the question; give"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with gateway("challenge", "--tls") as url:
        yield url


@pytest.fixture
def console(tmp_path: Path, url: str) -> Console:
    console = Console(tmp_path)
    assert console.run("instance", "register", "home", "--url", url).status == 0
    return console


def test_nobody_is_asked_in_vain_whether_to_trust(console: Console) -> None:
    answer = console.run("instance", "trust", "home")
    assert answer.status == 2
    assert "presented certificate  sha256:" in answer.err
    assert f"\n{_NOBODY} --fingerprint with what its host shows, or --yes\n" in answer.err
    assert console.run("instance", "history", "home", "-o", "name").out == "Registered\n"


def test_a_closed_standard_input_answers_nothing(console: Console) -> None:
    script = Path(sys.executable).with_name("openclaw-manager")
    ended = subprocess.run(
        ["sh", "-c", f"exec '{script}' instance trust home --json <&-"],
        env={"HOME": str(console.home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["error"]["code"] == "usage-error"


def test_an_answer_may_come_through_a_pipe(console: Console) -> None:
    script = Path(sys.executable).with_name("openclaw-manager")
    ended = subprocess.run(
        [script, "instance", "trust", "home", "-o", "name"],
        env={"HOME": str(console.home), "PATH": "/usr/bin:/bin"},
        input="y\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (0, "home\n")


def test_a_gateway_without_pairing_is_said_to_have_none(console: Console) -> None:
    console.run("instance", "trust", "home", "--yes")
    answer = console.run("instance", "pair", "home", "--json")
    assert answer.status == 5
    assert answer.json["error"] == {
        "code": "pairing-unsupported",
        "message": "home: the gateway has no pairing, and needs none: "
        "it speaks the challenge dialect",
        "hint": "openclaw-manager instance ping home",
    }
