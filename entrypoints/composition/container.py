"""How the parts are put together, each imported and made when it is first needed."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dependency_injector import containers, providers, resources

from openclaw_manager.entrypoints.composition.home import Home
from openclaw_manager.entrypoints.composition.reading import LOG, VIEW, refuse_lost_log
from openclaw_manager.entrypoints.composition.settings import Settings

if TYPE_CHECKING:
    from openclaw_manager.application.checkup.gateways import GatewayCheckup
    from openclaw_manager.application.checkup.home import HomeCheckup
    from openclaw_manager.application.credentials import CredentialDesk
    from openclaw_manager.application.discovering import Discovering
    from openclaw_manager.application.event_log import EventLog
    from openclaw_manager.application.history import History
    from openclaw_manager.application.instances import Instances
    from openclaw_manager.application.own_device import OwnDevice
    from openclaw_manager.application.pairing import Pairing
    from openclaw_manager.application.pinging import Pinging
    from openclaw_manager.application.ports.certificates import Authorities
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.application.projection import Projection
    from openclaw_manager.application.trusting import Trusting


def _late(module: str, name: str) -> Callable[..., Any]:
    """Put an import off until the part is made: a command loads what it uses and no more."""

    def make(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(f"openclaw_manager.{module}"), name)(*args, **kwargs)

    return make


class _WhenAsked:
    """Stands for a part until something is asked of it.

    Of the parts that a command has at hand, some are asked rarely: those that use keys take
    as long to import as all the rest.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


def _when_asked(module: str, name: str, *needs: Any) -> "providers.Singleton[Any]":
    part = providers.Singleton(_late(module, name), *needs)
    return providers.Singleton(_WhenAsked, part.provider)


class _OpenLog(resources.Resource["EventLog"]):
    """Opens the log, and closes it when the container gives its resources up.

    The last one to close an SQLite log brings all of it into the one file. A generator would
    be shorter, and would close the log as soon as nobody holds the container any more.
    """

    def init(self, make: Callable[..., "EventLog"], event_store: Any) -> "EventLog":
        """Open it."""
        return make(event_store)

    def shutdown(self, resource: "EventLog | None") -> None:
        """Close it, if it was opened."""
        if resource is not None:
            resource.close()


class Container(containers.DeclarativeContainer):
    """Everything that a command or an embedding service may ask for, from one set of settings."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    user_agent = providers.Dependency(instance_of=str)

    home = providers.Singleton(Home, settings.provided.home)

    clock = providers.Singleton(_late("adapters.clock", "SystemClock"))
    device_keys: "providers.Provider[DeviceKeys]" = _when_asked(
        "adapters.device_keys", "PemDeviceKeys"
    )
    authorities: "providers.Provider[Authorities]" = providers.Singleton(
        _late("adapters.certificates", "PemAuthorities")
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

    event_log: "providers.Provider[EventLog]" = providers.Resource(
        _OpenLog, _late("application.event_log", "EventLog"), event_store
    )
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
        secret_store,
        projection,
        clock,
        settings.provided.actor,
    )
    credential_desk: "providers.Provider[CredentialDesk]" = _when_asked(
        "application.credentials", "CredentialDesk", device_keys, secret_store
    )
    own_device: "providers.Provider[OwnDevice]" = _when_asked(
        "application.own_device", "OwnDevice", device_keys, secret_store
    )
    targets = providers.Singleton(
        _late("application.targets", "Targets"),
        secret_store,
        device_keys,
        own_device,
        sys.platform,
    )

    instances: "providers.Provider[Instances]" = providers.Singleton(
        _late("application.instances", "Instances"),
        event_log,
        facts,
        credential_desk,
    )
    pinging: "providers.Provider[Pinging]" = providers.Singleton(
        _late("application.pinging", "Pinging"),
        event_log,
        facts,
        credential_desk,
        targets,
        gateway_link,
        clock,
    )
    pairing: "providers.Provider[Pairing]" = providers.Singleton(
        _late("application.pairing", "Pairing"),
        event_log,
        facts,
        credential_desk,
        targets,
        gateway_link,
    )
    trusting: "providers.Provider[Trusting]" = providers.Singleton(
        _late("application.trusting", "Trusting"), event_log, facts, targets, gateway_link
    )
    history: "providers.Provider[History]" = providers.Singleton(
        _late("application.history", "History"), event_log
    )

    discovering: "providers.Factory[Discovering]" = providers.Factory(
        _late("entrypoints.composition.discovery", "discovering_on"),
        instances=instances.provider,
    )

    # The checkup looks at files as they are: these providers neither make nor mend any.
    home_files = providers.Singleton(
        _late("adapters.home_files", "HomeFiles"), settings.provided.home
    )
    log_head = providers.Singleton(
        _late("adapters.event_store.head", "SqliteLogHead"),
        providers.Callable(os.path.join, settings.provided.home, LOG),
        lock_timeout=settings.provided.lock_timeout,
    )
    secret_examination = providers.Selector(
        settings.provided.secret_store,
        file=providers.Singleton(
            _late("adapters.secret_store.examination", "SqliteSecretExamination"),
            home.provided.place.call("secrets.db"),
            lock_timeout=settings.provided.lock_timeout,
        ),
        keyring=providers.Singleton(
            _late("adapters.secret_store.examination", "KeyringExamination"), "openclaw-manager"
        ),
    )
    home_checkup: "providers.Provider[HomeCheckup]" = providers.Singleton(
        _late("application.checkup.home", "HomeCheckup"),
        providers.List(
            home_files,
            providers.Singleton(
                _late("adapters.event_store.examination", "SqliteLogExamination"),
                providers.Callable(os.path.join, settings.provided.home, LOG),
                lock_timeout=settings.provided.lock_timeout,
                refuse_lost=providers.Callable(refuse_lost_log, settings.provided.home).provider,
            ),
            secret_examination,
            providers.Singleton(
                _late("adapters.data_json.examination", "DataJsonExamination"),
                providers.Callable(os.path.join, settings.provided.home, VIEW),
                head=log_head.provided.stamp,
            ),
            providers.Singleton(
                _late("application.checkup.records", "LogRecords"), event_log.provider, clock
            ),
            providers.Singleton(
                _late("application.checkup.records", "SecretRecords"),
                event_log.provider,
                secret_store,
                secret_examination,
                own_device,
            ),
        ),
        home_files,
        projection.provider,
    )
    gateway_checkup: "providers.Provider[GatewayCheckup]" = providers.Singleton(
        _late("application.checkup.gateways", "GatewayCheckup"),
        event_log,
        targets,
        gateway_link,
        providers.Singleton(_late("adapters.gateway_http", "BareGatewayHttp")),
        clock,
    )
