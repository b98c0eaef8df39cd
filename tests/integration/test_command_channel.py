"""Alerts as programs: real ones, which end, fail, hang, have children and heed nothing."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from alert_receiver import wait_until
from openclaw_manager.adapters.alerts.command import CommandChannel
from openclaw_manager.application.ports.alert_channel import AlertMessage, Undelivered

MESSAGE = AlertMessage(
    "pager",
    "down",
    title="höme is down",
    text="it is",
    at="now",
    name="höme",
    tags=("a=b", "c"),
    failures=3,
    duration_seconds=90.5,
)
_SOON = 0.5  # seconds

# The child, which heeds no word either, writes its id down before anybody waits for it.
_WITH_A_CHILD = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open("ids.tmp", "w") as file:
    file.write(f"{os.getpid()} {child.pid}")
os.rename("ids.tmp", "ids")
time.sleep(60)
"""


def _read(name: str) -> str:
    return Path(name).read_text()


def _python(program: str) -> CommandChannel:
    return CommandChannel([sys.executable, "-c", program])


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain").write_text("no program\n")
    (tmp_path / "empty").write_bytes(b"\x7fELF\0")
    (tmp_path / "empty").chmod(0o700)


async def test_a_command_gets_the_message_twice() -> None:
    program = (
        "import json, os, sys; json.dump([sys.stdin.read(), dict(os.environ)], open('got', 'w'))"
    )
    assert await _python(program).send(MESSAGE, timeout=20) is None
    given, environment = json.loads(_read("got"))
    assert given.endswith("\n")
    assert json.loads(given) == MESSAGE.document()
    ours = {key: value for key, value in environment.items() if key.startswith("OPENCLAW_ALERT_")}
    assert len(ours) == len(MESSAGE)
    assert ours["OPENCLAW_ALERT_TITLE"] == "höme is down"
    assert ours["OPENCLAW_ALERT_TAGS"] == "a=b c"
    assert ours["OPENCLAW_ALERT_DURATION_SECONDS"] == "90.5"
    assert ours["OPENCLAW_ALERT_INCIDENT"] == ""
    assert environment["PATH"] == os.environ["PATH"]


async def test_one_that_reads_nothing_is_as_good() -> None:
    assert await CommandChannel(["true"]).send(MESSAGE, timeout=20) is None


async def test_what_it_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print('x' * 1_000_000); print('y' * 1_000_000, file=sys.stderr)"
    assert await _python(program).send(MESSAGE, timeout=20) is None
    assert capfd.readouterr() == ("", "")


async def test_one_that_fails() -> None:
    assert await _python("raise SystemExit(3)").send(MESSAGE, timeout=20) == Undelivered(
        "the command ended with exit status 3", may_pass=True
    )


async def test_one_that_kills_itself() -> None:
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert await _python(program).send(MESSAGE, timeout=20) == Undelivered(
        "the command was ended by SIGKILL", may_pass=True
    )


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("./missing", "the command could not be run: No such file or directory"),
        ("no-such-command-anywhere", "the command could not be run: No such file or directory"),
        ("./plain", "the command could not be run: Permission denied"),
        (".", "the command could not be run: Permission denied"),
        ("./empty", "the command could not be run: Exec format error"),
    ],
)
async def test_one_that_cannot_be_run(word: str, problem: str) -> None:
    undelivered = await CommandChannel([word]).send(MESSAGE, timeout=20)
    assert undelivered == Undelivered(problem, may_pass=False)


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(") ")[2][0] != "Z"  # a zombie is dead, and not yet collected


async def test_one_that_never_ends_is_ended_with_all_that_it_started() -> None:
    channel = _python(_WITH_A_CHILD)
    undelivered = await channel.send(MESSAGE, timeout=5)
    assert undelivered == Undelivered(
        "the command did not end within 5 s, and was ended", may_pass=True
    )
    pids = [int(pid) for pid in _read("ids").split()]
    assert len(pids) == 2
    wait_until(lambda: not any(map(_is_alive, pids)))


async def test_giving_up_ends_it_too() -> None:
    sending = asyncio.create_task(_python(_WITH_A_CHILD).send(MESSAGE, timeout=60))
    await asyncio.to_thread(wait_until, Path("ids").exists)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    pids = [int(pid) for pid in _read("ids").split()]
    wait_until(lambda: not any(map(_is_alive, pids)))


_HEEDS_NO_WORD = """
import os, signal, time
signal.signal(signal.SIGTERM, lambda *_: os.rename("ids.tmp", "ids"))
with open("ids.tmp", "w") as file:
    file.write(str(os.getpid()))
while True:
    time.sleep(60)
"""


async def test_giving_up_while_it_is_given_time_to_end_ends_it_too() -> None:
    sending = asyncio.create_task(_python(_HEEDS_NO_WORD).send(MESSAGE, timeout=5))
    await asyncio.to_thread(wait_until, Path("ids").exists)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    wait_until(lambda: not _is_alive(int(_read("ids"))))


async def test_it_is_out_of_reach_of_the_terminals_interruptions() -> None:
    program = "import os; open('session', 'w').write(f'{os.getsid(0)} {os.getpid()}')"
    assert await _python(program).send(MESSAGE, timeout=20) is None
    session, pid = _read("session").split()
    assert session == pid
