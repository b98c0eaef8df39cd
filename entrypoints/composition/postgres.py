"""What is put together where the log is in PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from openclaw_manager.domain.errors import StoreUnavailable

if TYPE_CHECKING:
    from openclaw_manager.adapters.postgres.connections import Connections
    from openclaw_manager.adapters.postgres.initialisation import PostgresInitialisation
    from openclaw_manager.adapters.postgres.secrets import SealedSecretStore
    from openclaw_manager.application.ports.log_head import LogHead
    from openclaw_manager.application.ports.watch_records import WatchRecords
    from openclaw_manager.entrypoints.composition.settings import Settings


def connections_of(settings: "Settings", *, initialised: bool = True) -> "Connections":
    """Prepare to connect to the server that is set; raises ``StoreUnavailable``.

    ``initialised`` tells whether there has to be a log already.
    """
    try:
        from openclaw_manager.adapters.postgres.connections import Connections
        from openclaw_manager.adapters.postgres.server import server_at
    except ModuleNotFoundError as error:
        missing = f"needs the package {error.name!r}, which is not installed"
        raise StoreUnavailable("PostgreSQL", missing) from error
    server = server_at(settings.store, settings.unshown, patience=settings.lock_timeout)
    return Connections(server, patience=settings.lock_timeout, initialised=initialised)


def initialisation_of(settings: "Settings") -> "PostgresInitialisation":
    """Prepare to make the database ready; raises ``StoreUnavailable``."""
    connections = connections_of(settings, initialised=False)
    from openclaw_manager.adapters.postgres.initialisation import PostgresInitialisation

    return PostgresInitialisation(connections)


def sealed_secrets(connections: "Connections", settings: "Settings") -> "SealedSecretStore":
    """Keep secrets in the database of the log, sealed with the key that is set."""
    from openclaw_manager.adapters.postgres.secrets import SealedSecretStore
    from openclaw_manager.entrypoints.composition.store_key import key_of

    return SealedSecretStore(connections, lambda: key_of(settings))


@contextmanager
def head_over(settings: "Settings") -> "Iterator[LogHead]":
    """Look at the log's head over a connection of its own."""
    with closing(connections_of(settings)) as connections:
        from openclaw_manager.adapters.postgres.head import PostgresLogHead

        yield PostgresLogHead(connections)


def watch_records_of(settings: "Settings") -> "WatchRecords":
    """Read outages and pings, over connections that are closed when nobody does any more."""
    connections = connections_of(settings)
    from openclaw_manager.adapters.postgres.watch_records import PostgresWatchRecords

    return PostgresWatchRecords(connections)
