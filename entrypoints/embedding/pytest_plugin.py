"""Fixtures for the tests of those who use this package; pytest finds them where it is installed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from openclaw_manager import Manager
    from openclaw_manager.simulation import RunningGateway


@pytest.fixture
def openclaw_gateway() -> "Iterator[Callable[..., RunningGateway]]":
    """Run simulated gateways until the end of the test.

    Call it for each: ``openclaw_gateway("challenge", token="secret", faults=["http-500"])``.
    The arguments are those of ``RunningGateway``; without any, the gateway speaks ``openclaw``
    and takes every token.
    """
    from openclaw_manager.simulation import RunningGateway

    with ExitStack() as running:

        def run(dialect: str = "openclaw", **options: Any) -> RunningGateway:
            return running.enter_context(RunningGateway(dialect, **options))

        yield run


@pytest.fixture
def openclaw_home(tmp_path: Path) -> Path:
    """Give a folder for the home of managers, which nobody else has and is not made yet."""
    return tmp_path / "openclaw-manager"


@pytest.fixture
def openclaw_manager(openclaw_home: Path) -> "Iterator[Manager]":
    """Open a manager on a home of its own, and close it at the end of the test."""
    from openclaw_manager import Manager

    with Manager.open(openclaw_home) as manager:
        yield manager
