"""A secret that was replaced is erased; where that fails, the fact is recorded all the same."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assembly import core_in
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.domain.errors import OldSecretKept, ViewBehind

TOKEN = "tok-MARKER"


def test_an_old_secret_that_cannot_be_erased_is_said_and_the_fact_is_recorded(
    tmp_path: Path,
) -> None:
    core = core_in(tmp_path / "home", lock_timeout="0.1")
    core.instances.register("home", "ws://home", GivenCredentials(token=TOKEN))
    secrets = core.home / "secrets.db"
    with closing(sqlite3.connect(secrets, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(OldSecretKept) as failure:
            core.instances.update("home", given=GivenCredentials(drop_token=True))
    assert str(failure.value).startswith(
        f"recorded, but the secret of before is not erased: {secrets}: "
    )
    assert core.history.of("home")[-1].event == "CredentialsChanged"
    assert TOKEN not in core.data_json.read_text(), "the view is brought along"
    assert TOKEN.encode() in secrets.read_bytes()


def test_where_the_view_cannot_be_written_either_both_are_known(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home", lock_timeout="0.1")
    core.instances.register("home", "ws://home", GivenCredentials(token=TOKEN))
    lock = core.home / "data.json.lock"
    lock.unlink()
    lock.mkdir()
    with closing(sqlite3.connect(core.home / "secrets.db", isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(OldSecretKept) as failure:
            core.instances.update("home", given=GivenCredentials(drop_token=True))
    assert any(isinstance(error, ViewBehind) for error in _behind(failure.value))
    assert core.history.of("home")[-1].event == "CredentialsChanged"


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__context__
