"""Registering where there are ten thousand instances already."""

import os
import sqlite3
from itertools import count
from pathlib import Path

from bench import Bench, Goal, Result
from homes import TOKEN, fill, open_home, some_urls

from openclaw_manager.application.credentials import GivenCredentials


def large_view_row(bench: Bench) -> list[Result]:
    """Register, ``data.json`` included, and write as many bytes in its place as durably."""
    instances = bench.size(10_000, quick=20)
    home = bench.folder / "home"
    container = open_home(home)
    fill(container, some_urls(instances))
    registering = container.instances()
    given = GivenCredentials(token=TOKEN)
    numbers = count()
    bare = _BareWriter(bench.folder, (home / "data.json").read_bytes())
    ours, floor = bench.medians(
        lambda: registering.register(f"new-{next(numbers)}", "ws://127.0.0.1:18789", given),
        bare.write,
    )
    what = f"register in process, {instances:,} instances present"
    return [Result(what, ours, floor, "ms", ours, Goal("at most", 45, "ms"))]


class _BareWriter:
    """Inserts a row for the secret and one for the event, and replaces a file; all durably."""

    def __init__(self, folder: Path, document: bytes) -> None:
        self._connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE rows (state TEXT)")
        self._file = folder / "bare.json"
        self._document = document

    def write(self) -> None:
        """Do what cannot be left out of a registration."""
        for _ in range(2):
            self._connection.execute("INSERT INTO rows VALUES ('{}')")
        draft = self._file.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(self._document)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
        descriptor = os.open(self._file.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
