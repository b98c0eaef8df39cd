"""How the parts are put together, each imported and made when it is first needed."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dependency_injector import containers, providers

from openclaw_manager.entrypoints.composition.home import Home
from openclaw_manager.entrypoints.composition.settings import Settings

if TYPE_CHECKING:
    from openclaw_manager.application.history import History
    from openclaw_manager.application.instances import Instances
    from openclaw_manager.application.pinging import Pinging
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.application.projection import Projection


def _late(module: str, name: str) -> Callable[..., Any]:
    """Put an import off until the part is made: a command loads what it uses and no more."""

    def make(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(f"openclaw_manager.{module}"), name)(*args, **kwargs)

    return make


class Container(containers.DeclarativeContainer):
    """Everything that a command or an embedding service may ask for, from one set of settings."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    user_agent = providers.Dependency(instance_of=str)

    home = providers.Singleton(Home, settings.provided.home)

    clock = providers.Singleton(_late("adapters.clock", "SystemClock"))
    device_keys: "providers.Provider[DeviceKeys]" = providers.Singleton(
        _late("adapters.device_keys", "RsaDeviceKeys")
    )
    gateway_link = providers.Singleton(
        _late("adapters.gateway.link", "WebSocketGatewayLink"),
        device_keys,
        user_agent=user_agent,
    )
    secret_store = providers.Selector(
        settings.provided.secret_store,
        file=providers.Singleton(
            _late("adapters.secret_store.sqlite", "SqliteSecretStore"),
            home.provided.place.call("secrets.db"),
            lock_timeout=settings.provided.lock_timeout,
        ),
        keyring=providers.Singleton(
            _late("adapters.secret_store.keyring", "KeyringSecretStore"),
            "openclaw-manager",
        ),
    )
    view = providers.Singleton(
        _late("adapters.data_json.file", "DataJson"),
        home.provided.place.call("data.json"),
        lock_timeout=settings.provided.lock_timeout,
    )
    event_store = providers.Singleton(
        _late("adapters.event_store.sqlite", "SqliteEventStore"),
        home.provided.place_of_log.call("events.db"),
        lock_timeout=settings.provided.lock_timeout,
    )

    event_log = providers.Singleton(_late("application.event_log", "EventLog"), event_store)
    projection: "providers.Provider[Projection]" = providers.Singleton(
        _late("application.projection", "Projection"),
        event_log,
        secret_store,
        view,
        snapshot_secrets=settings.provided.snapshot_secrets,
    )
    facts = providers.Singleton(
        _late("application.recording", "FactRecorder"),
        event_log,
        projection,
        clock,
        settings.provided.actor,
    )
    credential_desk = providers.Singleton(
        _late("application.credentials", "CredentialDesk"), device_keys, secret_store
    )

    instances: "providers.Provider[Instances]" = providers.Singleton(
        _late("application.instances", "Instances"),
        event_log,
        facts,
        credential_desk,
        secret_store,
    )
    pinging: "providers.Provider[Pinging]" = providers.Singleton(
        _late("application.pinging", "Pinging"),
        event_log,
        facts,
        credential_desk,
        secret_store,
        gateway_link,
        clock,
    )
    history: "providers.Provider[History]" = providers.Singleton(
        _late("application.history", "History"), event_log
    )
