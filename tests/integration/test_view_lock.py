"""The lock on the view: one holder at a time, whoever asks, and none that is dead."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest

from openclaw_manager.adapters.data_json.lock import locked

_AMPLE = 30.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.json.lock"


def test_threads_of_one_process_hold_it_one_after_the_other(path: Path) -> None:
    counted = 0

    def count(_: int) -> None:
        nonlocal counted
        for _ in range(50):
            with locked(path, timeout=_AMPLE):
                before = counted
                path.stat()  # lets the other threads run
                counted = before + 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert counted == 200


def test_who_holds_it_already_waits_in_vain(path: Path) -> None:
    with locked(path, timeout=_AMPLE), pytest.raises(TimeoutError), locked(path, timeout=0.01):
        pass


def test_an_error_gives_it_back(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(path, timeout=_AMPLE):
        raise ZeroDivisionError
    with locked(path, timeout=0):
        pass


_HOLD = """
import sys
from openclaw_manager.adapters.data_json.lock import locked
with locked(sys.argv[1], timeout=30):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_holder_that_is_killed_gives_it_back(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(TimeoutError), locked(path, timeout=0):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(_AMPLE)
        with locked(path, timeout=0):
            pass


def test_a_file_that_was_deleted_under_its_holder_locks_those_who_come(path: Path) -> None:
    with locked(path, timeout=_AMPLE):
        path.unlink()
        with locked(path, timeout=0):
            assert S_IMODE(path.stat().st_mode) == 0o600
            with pytest.raises(TimeoutError), locked(path, timeout=0):
                pass


def test_a_link_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"), locked(path, timeout=0):
        pass
    assert not (tmp_path / "elsewhere").exists()
