"""What the contracts hold for."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stores import PostgresStore, SqliteStore, Store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with ExitStack() as closing:
        if request.param == "sqlite":
            yield SqliteStore(tmp_path / "events.db")
        else:
            yield PostgresStore(request.getfixturevalue("postgres"), closing)
