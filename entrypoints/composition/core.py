"""How the parts are put together that almost every command needs."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dependency_injector import containers, providers, resources

from openclaw_manager.entrypoints.composition.home import Home
from openclaw_manager.entrypoints.composition.parts import late, when_asked
from openclaw_manager.entrypoints.composition.settings import Settings

if TYPE_CHECKING:
    from openclaw_manager.application.capturing import Capturing
    from openclaw_manager.application.credentials import CredentialDesk
    from openclaw_manager.application.event_log import EventLog
    from openclaw_manager.application.instances import Instances
    from openclaw_manager.application.own_device import OwnDevice
    from openclaw_manager.application.pinging import Pinging
    from openclaw_manager.application.ports.certificates import Authorities
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.application.probing import Probes
    from openclaw_manager.application.projection import Projection
    from openclaw_manager.application.showing import Showing


class _Opened(resources.Resource[Any]):
    """Opens what has to be closed when the container gives its resources up.

    The last one to close an SQLite log brings all of it into the one file. A generator would
    be shorter, and would close the log as soon as nobody holds the container any more.
    """

    def init(self, make: Callable[..., Any], needed: Any) -> Any:
        """Open it."""
        return make(needed)

    def shutdown(self, resource: Any) -> None:
        """Close it, if it was opened."""
        if resource is not None:
            resource.close()


class Core(containers.DeclarativeContainer):
    """What to register, to ping and to capture takes, from one set of settings.

    These are the commands that people wait for most often, and a container copies all that it
    has when it is made: this one is made in half the time that ``Container`` takes.
    """

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    user_agent = providers.Dependency(instance_of=str)

    home = providers.Singleton(Home, settings.provided.home)

    clock = providers.Singleton(late("adapters.clock", "SystemClock"))
    device_keys: "providers.Provider[DeviceKeys]" = when_asked(
        "adapters.device_keys", "PemDeviceKeys"
    )
    authorities: "providers.Provider[Authorities]" = providers.Singleton(
        late("adapters.certificates", "PemAuthorities")
    )
    gateway_link = providers.Singleton(
        late("adapters.gateway.link", "WebSocketGatewayLink"),
        device_keys,
        user_agent=user_agent,
    )
    postgres = providers.Resource(
        _Opened, late("entrypoints.composition.postgres", "connections_of"), settings
    )
    secret_store = providers.Selector(
        settings.provided.secret_store,
        file=providers.Singleton(
            late("adapters.secret_store.sqlite", "SqliteSecretStore"),
            home.provided.place.call("secrets.db"),
            lock_timeout=settings.provided.lock_timeout,
        ),
        keyring=providers.Singleton(
            late("adapters.secret_store.keyring", "KeyringSecretStore"),
            "openclaw-manager",
        ),
        sealed=providers.Singleton(
            late("entrypoints.composition.postgres", "sealed_secrets"), postgres, settings
        ),
    )
    view = providers.Singleton(
        late("adapters.data_json.file", "DataJson"),
        home.provided.place.call("data.json"),
        lock_timeout=settings.provided.lock_timeout,
    )
    event_store = providers.Selector(
        settings.provided.store_kind,
        sqlite=providers.Singleton(
            late("adapters.event_store.sqlite", "SqliteEventStore"),
            home.provided.place_of_log.call("events.db"),
            lock_timeout=settings.provided.lock_timeout,
        ),
        postgresql=providers.Singleton(
            late("adapters.postgres.store", "PostgresEventStore"), postgres
        ),
    )

    event_log: "providers.Provider[EventLog]" = providers.Resource(
        _Opened, late("application.event_log", "EventLog"), event_store
    )
    showing: "providers.Provider[Showing]" = providers.Singleton(
        late("application.showing", "Showing"),
        event_log,
        secret_store,
        with_secrets=providers.Callable("include".__eq__, settings.provided.snapshot_secrets),
        snapshots_shown=settings.provided.snapshots_shown,
    )
    projection: "providers.Provider[Projection]" = providers.Singleton(
        late("application.projection", "Projection"), event_log, view, showing
    )
    facts = providers.Singleton(
        late("application.recording", "FactRecorder"),
        event_log,
        secret_store,
        projection,
        clock,
        settings.provided.actor,
    )
    credential_desk: "providers.Provider[CredentialDesk]" = when_asked(
        "application.credentials", "CredentialDesk", device_keys, secret_store
    )
    own_device: "providers.Provider[OwnDevice]" = when_asked(
        "application.own_device", "OwnDevice", device_keys, secret_store
    )
    targets = providers.Singleton(
        late("application.targets", "Targets"),
        secret_store,
        device_keys,
        own_device,
        sys.platform,
    )

    instances: "providers.Provider[Instances]" = providers.Singleton(
        late("application.instances", "Instances"),
        event_log,
        facts,
        credential_desk,
    )
    probes: "providers.Provider[Probes]" = providers.Singleton(
        late("application.probing", "Probes"), event_log, targets
    )
    pinging: "providers.Provider[Pinging]" = providers.Singleton(
        late("application.pinging", "Pinging"),
        event_log,
        facts,
        credential_desk,
        gateway_link,
        clock,
    )
    capturing: "providers.Provider[Capturing]" = providers.Singleton(
        late("application.capturing", "Capturing"),
        event_log,
        facts,
        credential_desk,
        secret_store,
        gateway_link,
        clock,
    )
