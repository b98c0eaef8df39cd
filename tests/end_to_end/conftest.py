"""What the tests against real gateways share: the gateways, one version after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.console import Console
from end_to_end.openclaw_gateway.addresses import own_address
from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.installation import VERSIONS, Installation, installed_gateway
from end_to_end.openclaw_gateway.process import RunningGateway, running_gateway
from end_to_end.openclaw_gateway.user import User


@pytest.fixture(scope="session", params=VERSIONS)
def installation(request: pytest.FixtureRequest) -> Installation:
    """Install each version in turn; pytest ends with one before it begins with the next."""
    return installed_gateway(request.param)


@pytest.fixture(scope="session")
def gateway(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    """Lend one gateway to all tests that leave it running; it listens on every address."""
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(installation, folder, bind="lan") as running:
        yield running


@pytest.fixture(scope="session")
def administrator(gateway: RunningGateway) -> Administrator:
    """Lend its owner."""
    owner = Administrator(gateway.url, gateway.token)
    owner.devices()  # so that the owner's own device is paired before any test counts
    return owner


@pytest.fixture(scope="session")
def remote_url(gateway: RunningGateway) -> Iterator[str]:
    """Lend the URL of the gateway as another machine would use it."""
    with own_address() as address:
        yield gateway.url_at(address)


@pytest.fixture
def user(tmp_path: Path) -> User:
    """Give each test a user who has never used the program."""
    return User(Console(tmp_path))
