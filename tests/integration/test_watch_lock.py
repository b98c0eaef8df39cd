"""There is one watch in a home, and a second one says who holds it."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from openclaw_manager.adapters.watch_lock import only_watch
from openclaw_manager.domain.errors import AlreadyWatched, StoreUnavailable

_HOLD = """
import sys
from pathlib import Path
from openclaw_manager.adapters.watch_lock import only_watch

with only_watch(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "watch.lock"


def test_a_second_watch_says_who_holds_it_and_since_when(lock: Path) -> None:
    with only_watch(lock), pytest.raises(AlreadyWatched) as refusal, only_watch(lock):
        pass
    assert refusal.value.pid == os.getpid()
    assert refusal.value.since is not None
    assert f"process {os.getpid()} watches the instances of this home already" in str(refusal.value)


def test_the_next_one_has_it_and_nobody_else_may_read_the_file(lock: Path) -> None:
    for _ in range(2):
        with only_watch(lock):
            assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    assert lock.read_bytes() == b"", "nobody holds it"


def test_it_is_let_go_whatever_ends_the_watch(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_watch(lock):
        raise ZeroDivisionError
    with only_watch(lock):
        pass


def test_the_system_takes_it_back_from_a_process_that_dies(lock: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyWatched) as refusal, only_watch(lock):
            pass
        assert refusal.value.pid == holder.pid
        holder.send_signal(signal.SIGKILL)
        holder.wait(30)
    with only_watch(lock):
        pass


@pytest.mark.parametrize("written", [b"", b"{}", b"[1]", b'{"pid": "x", "since": 1}', b"\xff"])
def test_a_holder_that_has_not_said_who_it_is_is_another_process(
    lock: Path, written: bytes
) -> None:
    with ExitStack() as stack:
        stack.enter_context(only_watch(lock))
        lock.write_bytes(written)
        with pytest.raises(AlreadyWatched, match="another process watches"):
            stack.enter_context(only_watch(lock))


def test_where_there_can_be_no_lock_the_store_is_at_fault(lock: Path, tmp_path: Path) -> None:
    lock.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable, match="cannot be locked"), only_watch(lock):
        pass
    assert not (tmp_path / "elsewhere").exists()
