"""Homes of managers, opened in this process and filled."""

from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.provenance import FactKeeper
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.settings import resolve

TOKEN = "a-token-of-thirty-two-characters"


def open_home(home: Path) -> Container:
    """Put the program together as a service that embeds it would."""
    home.mkdir(mode=0o700, exist_ok=True)
    settings = resolve({"home": str(home)}, {}, {"actor": "benchmark"})
    return Container(settings=settings, user_agent="openclaw-manager/benchmark")


def fill(
    container: Container, urls: Iterable[str], private_key: str | None = None
) -> list[Instance]:
    """Register an instance for each URL, ``gw0`` and so on, each with a token.

    All at once, since the thousands that some rows begin with are not what they measure; the
    key, if any, is admitted once for all of them.
    """
    by = container.facts().provenance()
    keyed = container.credential_desk().admit(uuid4(), GivenCredentials(private_key=private_key))
    secrets = dict(keyed.secrets)
    instances: list[Instance] = []
    reservations: list[FactKeeper] = []
    for number, url in enumerate(urls):
        id_, name = uuid4(), InstanceName(f"gw{number}")
        admitted = container.credential_desk().admit(id_, GivenCredentials(token=TOKEN))
        secrets |= admitted.secrets
        credentials = NO_CREDENTIALS | keyed.changes | admitted.changes
        reservations.append(NameReservation.reserve_first(name, id_, by))
        instances.append(Instance.register(id_, name, GatewayUrl(url), credentials, [], by))
    container.secret_store().put(secrets)
    container.event_log().save(*instances, *reservations)
    container.projection().catch_up()
    return instances


def some_urls(count: int) -> list[str]:
    """Make up addresses at which nobody has to be."""
    return [f"ws://gateway-{number}.example.com:18789" for number in range(count)]
