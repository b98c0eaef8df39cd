"""Processes that are measured or needed: the console script, bare scripts, simulators."""

import os
import py_compile
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

SCRIPT = str(Path(sys.executable).with_name("openclaw-manager"))
_BARE = Path(__file__).with_name("bare")


def environment(home: Path) -> dict[str, str]:
    """Make an environment that has nothing of the one in which this runs."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "OPENCLAW_MANAGER_HOME": str(home),
    }


def run(command: list[str], home: Path, *, status: int = 0) -> str:
    """Run a command to its end and return what it printed; it has to end with that status."""
    done = subprocess.run(
        command, env=environment(home), cwd=home, capture_output=True, text=True, check=False
    )
    if done.returncode != status:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def bare_script(name: str, folder: Path) -> list[str]:
    """Compile a bare script, as the modules of an installed program are, and say how to run it."""
    for script in _BARE.glob("*.py"):
        py_compile.compile(str(script), str(folder / f"{script.stem}.pyc"), doraise=True)
    return [sys.executable, str(folder / f"{name}.pyc")]


def bare_database(folder: Path) -> str:
    """Make a database for the bare scripts to insert into, and tell where it is."""
    path = folder / "bare.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, state BLOB)")
    return str(path)


@contextmanager
def simulator(folder: Path, dialect: str, *options: str) -> Iterator[str]:
    """Run a gateway in a process of its own, and tell its URL."""
    process = subprocess.Popen(
        [SCRIPT, "simulate", "--dialect", dialect, *options],
        env=environment(folder),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    try:
        url = process.stdout.readline().strip()
        assert url, "the simulator did not start"
        yield url
    finally:
        process.terminate()
        process.stdout.close()
        process.wait()
