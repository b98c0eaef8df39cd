"""What the secret store in a file does to its file."""

import random
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.domain.errors import StoreDamaged, StoreLocked, StoreUnavailable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.db"


@pytest.fixture
def store(path: Path) -> SqliteSecretStore:
    return SqliteSecretStore(path, lock_timeout=10)


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_looking_and_erasing_make_no_file(store: SqliteSecretStore, path: Path) -> None:
    assert store.get(["a"]) == {}
    store.erase(["a"])
    store.put({})
    assert not path.exists()


def test_every_file_is_for_its_owner_alone(store: SqliteSecretStore, path: Path) -> None:
    store.put({"a": "1"})
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("DELETE FROM secrets")
        journals = [file for file in path.parent.iterdir() if file != path]
        assert journals
        for file in (path, *journals):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_byte_of_an_erased_secret_is_left_in_any_file(
    store: SqliteSecretStore, path: Path
) -> None:
    """Also not of those that SQLite moved between pages before they were erased."""
    chance = random.Random(40)  # noqa: S311 - a repeatable order, not a key
    live: dict[str, str] = {}
    erased: list[str] = []
    for step in range(40):
        arrivals = {
            f"ref-{chance.getrandbits(64)}": f"SECRET-{step:03}-{number:03}-" + "x" * size
            for number, size in enumerate(chance.choices((20, 300, 900, 1700), k=12))
        }
        store.put(arrivals)
        live |= arrivals
        leaving = chance.sample(sorted(live), k=len(live) // 3)
        store.erase(leaving)
        erased += [live.pop(ref) for ref in leaving]
        left = bytes_in(path.parent)
        assert not [secret[:14] for secret in erased if secret[:14].encode() in left]
    assert store.get(live) == live


def test_an_interrupted_erasure_is_completed_by_repeating_it(
    store: SqliteSecretStore, path: Path
) -> None:
    """The row may be gone when the process dies, and its bytes not yet."""
    store.put({"a": "SECRET-" + "y" * 900, "b": "2"})
    with closing(sqlite3.connect(path, isolation_level=None)) as interrupted:
        interrupted.execute("PRAGMA secure_delete = OFF")
        interrupted.execute("DELETE FROM secrets WHERE ref = 'a'")
    assert b"yyyyyyyy" in bytes_in(path.parent)
    store.erase(["a"])
    assert b"yyyyyyyy" not in bytes_in(path.parent)
    assert store.get(["a", "b"]) == {"b": "2"}


def test_threads_share_a_store(store: SqliteSecretStore) -> None:
    def work(number: int) -> dict[str, str]:
        store.put({f"ref-{number}": str(number)})
        return store.get([f"ref-{number}"])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(40)))
    assert found == [{f"ref-{number}": str(number)} for number in range(40)]


WRITER = """
import sys
from pathlib import Path
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
store = SqliteSecretStore(Path(sys.argv[1]), lock_timeout=30)
print("ready", flush=True)
sys.stdin.readline()
for number in range(10):
    store.put({f"{sys.argv[2]}-{number}": "secret"})
"""


def test_eight_processes_make_the_file_at_once(store: SqliteSecretStore, path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    try:
        for writer in writers:
            assert writer.stdout
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin
            writer.stdin.write("go\n")
            writer.stdin.flush()
        for writer in writers:
            writer.communicate(timeout=60)
        assert [writer.returncode for writer in writers] == [0] * 8
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    refs = [f"{writer}-{number}" for writer in range(8) for number in range(10)]
    assert store.get(refs) == dict.fromkeys(refs, "secret")


def test_a_file_that_was_made_and_not_yet_laid_out_is_an_empty_store(
    store: SqliteSecretStore, path: Path
) -> None:
    """What a process leaves that dies between the two."""
    path.touch(0o600)
    assert store.get(["a"]) == {}
    store.erase(["a"])
    store.put({"a": "1"})
    assert store.get(["a"]) == {"a": "1"}


def test_a_lock_that_is_held_too_long_is_an_error(path: Path) -> None:
    hasty = SqliteSecretStore(path, lock_timeout=0.05)
    hasty.put({"a": "1"})
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        for attempt in (
            lambda: hasty.put({"b": "2"}),
            lambda: hasty.get(["a"]),
            lambda: hasty.erase(["a"]),
        ):
            with pytest.raises(StoreLocked):
                attempt()
    assert hasty.get(["a", "b"]) == {"a": "1"}


def no_database(path: Path) -> None:
    path.write_bytes(b"this is not a database, but a text that is long enough\n" * 20)


def other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE secrets (ref, value)")


def later_layout(path: Path) -> None:
    SqliteSecretStore(path, lock_timeout=1).put({"a": "1"})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def without_its_table(path: Path) -> None:
    SqliteSecretStore(path, lock_timeout=1).put({"a": "1"})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE secrets")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (no_database, "is not an SQLite database"),
        (other_database, "is not a secret store of openclaw-manager"),
        (later_layout, r"was written by another version of openclaw-manager \(layout 99\)"),
        (without_its_table, "does not hold the tables that it should"),
    ],
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    store: SqliteSecretStore, path: Path, spoil: object, problem: str
) -> None:
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes()
    for attempt in (
        lambda: store.put({"b": "2"}),
        lambda: store.get(["a"]),
        lambda: store.erase(["a"]),
    ):
        with pytest.raises(StoreDamaged, match=problem) as refusal:
            attempt()
        assert str(path) in str(refusal.value)
    assert path.read_bytes() == before


def test_a_damaged_secret_is_not_repeated_in_the_error(
    store: SqliteSecretStore, path: Path
) -> None:
    """Python's own error for text that is not UTF-8 quotes it."""
    store.put({"a": "1"})
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE secrets SET value = CAST(x'746F6B2DFF' AS TEXT)")
    with pytest.raises(StoreDamaged) as refusal:
        store.get(["a"])
    causes: BaseException | None = refusal.value
    while causes is not None:
        assert "tok-" not in str(causes)
        causes = causes.__cause__


@pytest.mark.parametrize("place", ["missing/secrets.db", "file/secrets.db", "folder"])
def test_a_place_that_cannot_be_used_is_an_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    store = SqliteSecretStore(tmp_path / place, lock_timeout=1)
    with pytest.raises(StoreUnavailable) as refusal:
        store.put({"a": "1"})
    assert place in str(refusal.value)


@pytest.mark.parametrize("name", ["a?mode=memory", "per%20cent#1.db", "spa ce ü.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    """SQLite is given the name inside a URI, where these characters mean something."""
    store = SqliteSecretStore(tmp_path / name, lock_timeout=1)
    store.put({"a": "1"})
    assert store.get(["a"]) == {"a": "1"}
    assert (tmp_path / name).stat().st_size > 0
