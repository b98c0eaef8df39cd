"""The law of the proof: no single bit of the events is other than it was, and nobody notices."""

# ruff: noqa: S608 - the names of columns are the test's own

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import long_log
from assembly import core_in
from openclaw_manager.application.proof.verification import Verified
from openclaw_manager.domain.errors import StoreError

_TEXTS = ("originator_id", "topic")
_BYTES = ("state", "chain")
_NUMBERS = ("rowid", "originator_version")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("proof") / "home"
    long_log.make(home)
    shutil.copy(home / "events.db", home.parent / "whole.db")
    assert _verify(home).ok
    return home


def _verify(home: Path) -> Verified:
    core = core_in(home)
    try:
        return core.verification.verify()
    finally:
        core.log.close()


def _whole_again(home: Path) -> Path:
    return Path(shutil.copy(home.parent / "whole.db", home / "events.db"))


def _flipped(connection: sqlite3.Connection, position: int, column: str, place: int) -> int:
    """Flip one bit of a value, counted from its beginning and around its end."""
    (value,) = connection.execute(
        f"SELECT CAST({column} AS BLOB) FROM stored_events WHERE rowid = ?",
        (position,),
    ).fetchone()
    if column in _NUMBERS:
        number = int(value) ^ (1 << place % 63)
        connection.execute(
            f"UPDATE stored_events SET {column} = ? WHERE rowid = ?",
            (number, position),
        )
        return number if column == "rowid" else position
    changed = bytearray(value)
    changed[place // 8 % len(changed)] ^= 1 << place % 8
    kind = "TEXT" if column in _TEXTS else "BLOB"
    connection.execute(
        f"UPDATE stored_events SET {column} = CAST(? AS {kind}) WHERE rowid = ?",
        (bytes(changed), position),
    )
    return position


@settings(max_examples=250, deadline=None)
@given(
    position=st.integers(1, long_log.EVENTS),
    column=st.sampled_from([*_TEXTS, *_BYTES, *_NUMBERS]),
    place=st.integers(0, 8 * 400),
)
def test_any_bit_of_any_event_that_is_flipped_is_found_where_it_is(
    home: Path, position: int, column: str, place: int
) -> None:
    with closing(sqlite3.connect(_whole_again(home))) as connection, connection:
        try:
            now_at = _flipped(connection, position, column, place)
        except sqlite3.IntegrityError:
            return  # another row is there, which SQLite itself refuses
    found = {finding.position for finding in _verify(home).findings}

    assert position in found
    assert now_at in found


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_byte_of_the_file_that_is_flipped_is_found_or_says_nothing_of_the_events(
    home: Path, data: st.DataObject
) -> None:
    """Bytes between the events, which nothing ever reads, may be anything."""
    path, whole = _whole_again(home), home.parent / "whole.db"
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    rows = "SELECT rowid, * FROM stored_events ORDER BY rowid"
    with closing(sqlite3.connect(whole)) as before, closing(sqlite3.connect(path)) as after:
        for connection in (before, after):
            connection.text_factory = bytes
        try:
            same = before.execute(rows).fetchall() == after.execute(rows).fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            same = False
    if not same:
        with suppress(StoreError):  # which says that nothing can be verified
            assert not _verify(home).ok
