"""Many instances at once as a user types it: by labels, with progress, and interrupted."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.console import Answer, Console, as_at_a_terminal
from end_to_end.gateway import gateway

TOKEN = "a-token-of-thirty-two-characters"
NOWHERE = "ws://127.0.0.1:1"
_SCRIPT = Path(sys.executable).with_name("openclaw-manager")


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with gateway("openclaw", "--token", "env:TOKEN", TOKEN=TOKEN) as url:
        yield url


def _register(console: Console, name: str, url: str, *tags: str) -> None:
    options = [f"--tag={tag}" for tag in tags]
    token = ("--token", "env:TOKEN")
    added = console.run("instance", "register", name, "--url", url, *token, *options, TOKEN=TOKEN)
    assert added.status == 0, added.err


def _names(answer: Answer) -> list[str]:
    assert answer.err == ""
    return answer.out.split()


def test_labels_select_what_they_say_in_every_command(console: Console, url: str) -> None:
    _register(console, "b", url, "env=prod", "web")
    _register(console, "a", url, "env=prod")
    _register(console, "c", NOWHERE, "env=test")
    listed = ("instance", "list", "-o", "name", "-l")
    assert _names(console.run(*listed, "env=prod")) == ["b", "a"]
    assert _names(console.run(*listed, "env=prod,!web")) == ["a"]
    assert _names(console.run(*listed, "env", "-l", "env!=prod")) == ["c"]
    retagged = console.run("instance", "update", "a", "--untag", "env", "--tag", "env=dev")
    assert retagged.status == 0
    assert _names(console.run(*listed, "env=prod")) == ["b"]
    assert _names(console.run(*listed, "env=prod", "--at", "2")) == ["b"]

    pinged = console.run("instance", "ping", "-l", "env!=test", "-o", "name")
    assert (pinged.status, pinged.out.split()) == (0, ["a", "b"])
    assert "these are the same gateway: " in pinged.err
    assert console.run("instance", "ping", "-l", "env=test").status == 4
    captured = console.run("snapshot", "capture", "-l", "env!=test", "--json").json
    assert [one["instance"] for one in captured] == ["a", "b"]
    drifts = console.run("snapshot", "drift", "--baseline", "a", "-l", "env", "--json").json
    assert [(one["instance"], one["state"]) for one in drifts] == [
        ("b", "same"),
        ("c", "never-captured"),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("instance", "ping"),
        ("snapshot", "capture"),
        ("instance", "watch"),
    ],
    ids=" ".join,
)
def test_labels_that_nobody_has_and_labels_that_are_none(
    console: Console, command: tuple[str, ...]
) -> None:
    _register(console, "a", NOWHERE, "env=prod")
    nobody = console.run(*command, "-l", "env=test")
    assert (nobody.status, nobody.out) == (3, "")
    assert nobody.err == (
        "error: no instance has the labels env=test\n"
        "hint: see what tags there are: openclaw-manager instance list -o yaml\n"
    )
    malformed = console.run(*command, "-l", "env=")
    assert malformed.status == 3, "nobody has it without a value"
    malformed = console.run(*command, "-l", "=")
    assert (malformed.status, malformed.out) == (2, "")
    assert malformed.err == "error: the selector '=' is not key=value, key!=value, key or !key\n"
    assert console.run(*command, "a", "-l", "env").status == 2


def test_to_list_what_nobody_has_is_no_mistake(console: Console) -> None:
    _register(console, "a", NOWHERE, "env=prod")
    assert console.run("instance", "list", "-l", "!env", "--json").json == []
    listed = console.run("instance", "list", "-l", "!env")
    assert (listed.status, listed.out) == (0, "no instance has the labels !env\n")
    assert console.run("instance", "list", "-l", "a b").status == 2


def test_progress_is_shown_on_a_terminal_and_what_came_before_ctrl_c_is_recorded(
    console: Console, url: str
) -> None:
    for number in range(5):
        _register(console, f"home-{number}", url)
    with gateway("openclaw", "--fault", "silent") as silence:
        _register(console, "a-silent-one", silence)
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [_SCRIPT, "instance", "ping", "--all", "--timeout", "60s"],
            env={"PATH": os.defpath, "HOME": str(console.home), "TERM": "xterm"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            preexec_fn=as_at_a_terminal,  # noqa: PLW1509 - nothing here has threads
        ) as process:
            os.close(theirs)
            shown = b""
            while b"pinged 5 of 6" not in shown:  # or the terminal is gone, which is an error
                shown += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
            assert process.stdout is not None
            assert process.stdout.read() == b""
        os.close(ours)
    listed = console.run("instance", "list", "--json").json
    assert [one["fields"]["status"] for one in listed] == [*["reachable"] * 5, "registered"]


def test_fewer_files_than_gateways_at_once_are_no_fault_of_the_gateways(
    console: Console, url: str
) -> None:
    for number in range(12):
        _register(console, f"home-{number}", url)
    pinged = subprocess.run(
        ["sh", "-c", 'ulimit -n 70; exec "$0" "$@"', _SCRIPT, "instance", "ping", "--all"],
        env={"PATH": os.defpath, "HOME": str(console.home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert pinged.returncode == 0, pinged.stderr
    assert "warning: only 6 at once, and not 256: more files cannot be open" in pinged.stderr
