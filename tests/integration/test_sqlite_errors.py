"""What SQLite really raises, said in our words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from openclaw_manager.adapters.sqlite_errors import store_error
from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnavailable,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as opened:
        opened.execute("CREATE TABLE things (thing TEXT UNIQUE)")
        yield opened


def no_space(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("PRAGMA max_page_count = 3")
    connection.execute("INSERT INTO things VALUES (?)", ("x" * 100_000,))


def held_by_another(connection: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        connection.execute("SELECT * FROM things")


def overwritten(connection: sqlite3.Connection, path: Path) -> None:
    connection.close()
    path.write_bytes(b"no database" * 1000)
    with closing(sqlite3.connect(path)) as again:
        again.execute("SELECT * FROM things")


def damaged_inside(connection: sqlite3.Connection, path: Path) -> None:
    connection.close()
    content = bytearray(path.read_bytes())
    page_size = 4096
    content[page_size : page_size + 100] = b"\xff" * 100
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as again:
        again.execute("SELECT * FROM things").fetchall()


def table_missing(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("SELECT * FROM others")


def text_damaged(connection: sqlite3.Connection, _: Path) -> None:
    connection.execute("INSERT INTO things VALUES (CAST(x'746F6B2DFF' AS TEXT))")
    connection.execute("SELECT * FROM things").fetchall()


def read_only(_: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
        reader.execute("INSERT INTO things VALUES ('x')")


def folder_missing(_: sqlite3.Connection, path: Path) -> None:
    sqlite3.connect(path / "deeper" / "some.db")


def rule_broken(connection: sqlite3.Connection, _: Path) -> None:
    connection.executemany("INSERT INTO things VALUES (?)", [("x",), ("x",)])


def used_after_closing(connection: sqlite3.Connection, _: Path) -> None:
    connection.close()
    connection.execute("SELECT * FROM things")


@pytest.mark.parametrize(
    ("fail", "kind", "problem"),
    [
        (no_space, StoreFull, "there is no space left on its disk"),
        (held_by_another, StoreLocked, "was kept locked by another process"),
        (overwritten, StoreDamaged, "is not an SQLite database"),
        (damaged_inside, StoreDamaged, "is damaged"),
        (table_missing, StoreDamaged, "does not hold the tables that it should"),
        (text_damaged, StoreDamaged, "is damaged: it holds text that is not UTF-8"),
        (read_only, StoreUnavailable, "cannot be written, only read"),
        (folder_missing, StoreUnavailable, "cannot be opened"),
        (rule_broken, StoreUnavailable, "SQLITE_CONSTRAINT_UNIQUE"),
        (used_after_closing, StoreUnavailable, "ProgrammingError"),
    ],
)
def test_each_failure_of_sqlite_has_its_error(
    connection: sqlite3.Connection,
    path: Path,
    fail: Callable[[sqlite3.Connection, Path], None],
    kind: type[StoreError],
    problem: str,
) -> None:
    with pytest.raises(sqlite3.Error) as raised:
        fail(connection, path)
    error = store_error(path, raised.value)
    assert type(error) is kind
    assert str(error).startswith(f"{path}: ")
    assert problem in str(error)
    assert "tok-" not in str(error)
