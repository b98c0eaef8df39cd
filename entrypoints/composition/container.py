"""How the parts are put together, each imported and made when it is first needed."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from openclaw_manager.entrypoints.composition.core import Core
from openclaw_manager.entrypoints.composition.files import LOG, VIEW, refuse_lost_log
from openclaw_manager.entrypoints.composition.parts import late

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from openclaw_manager.adapters.metrics.observer import MetricsObserver
    from openclaw_manager.adapters.metrics.server import MetricsServer
    from openclaw_manager.adapters.postgres.initialisation import PostgresInitialisation
    from openclaw_manager.application.adoption.adopting import Adopting
    from openclaw_manager.application.adoption.entries import EntryReader
    from openclaw_manager.application.alerting.alert import Alert
    from openclaw_manager.application.alerting.alerting import Alerting
    from openclaw_manager.application.alerting.secrets import AlertSecrets
    from openclaw_manager.application.alerting.trials import Trials
    from openclaw_manager.application.checkup.gateways import GatewayCheckup
    from openclaw_manager.application.checkup.home import HomeCheckup
    from openclaw_manager.application.comparing import Comparing
    from openclaw_manager.application.configurations import Configurations
    from openclaw_manager.application.discovering import Discovering
    from openclaw_manager.application.exporting import Exporting
    from openclaw_manager.application.history import History
    from openclaw_manager.application.importing import Importing
    from openclaw_manager.application.pairing import Pairing
    from openclaw_manager.application.proof.checkpoints import Checkpoints
    from openclaw_manager.application.proof.verification import Verification
    from openclaw_manager.application.purging import Purging
    from openclaw_manager.application.snapshots import Snapshots
    from openclaw_manager.application.time_travel import TimeTravel
    from openclaw_manager.application.trusting import Trusting
    from openclaw_manager.application.watching.ledger import Ledger
    from openclaw_manager.application.watching.registry import Registry
    from openclaw_manager.application.watching.watch import Watch


class Container(Core):
    """Everything that a command or an embedding service may ask for, from one set of settings."""

    snapshots: "providers.Provider[Snapshots]" = providers.Singleton(
        late("application.snapshots", "Snapshots"), Core.event_log
    )
    comparing: "providers.Provider[Comparing]" = providers.Singleton(
        late("application.comparing", "Comparing"), Core.event_log, snapshots
    )
    configurations: "providers.Provider[Configurations]" = providers.Singleton(
        late("application.configurations", "Configurations"),
        Core.event_log,
        Core.secret_store,
        snapshots,
    )
    pairing: "providers.Provider[Pairing]" = providers.Singleton(
        late("application.pairing", "Pairing"),
        Core.event_log,
        Core.facts,
        Core.credential_desk,
        Core.targets,
        Core.gateway_link,
    )
    trusting: "providers.Provider[Trusting]" = providers.Singleton(
        late("application.trusting", "Trusting"),
        Core.event_log,
        Core.facts,
        Core.targets,
        Core.gateway_link,
    )
    entry_reader: "providers.Provider[EntryReader]" = providers.Singleton(
        late("application.adoption.entries", "EntryReader"), Core.credential_desk, Core.authorities
    )
    adopting: "providers.Provider[Adopting]" = providers.Singleton(
        late("application.adoption.adopting", "Adopting"), Core.event_log, Core.facts, Core.view
    )
    history: "providers.Provider[History]" = providers.Singleton(
        late("application.history", "History"), Core.event_log
    )
    time_travel: "providers.Provider[TimeTravel]" = providers.Singleton(
        late("application.time_travel", "TimeTravel"),
        Core.event_log,
        Core.showing,
        Core.clock,
        snapshot_secrets=Core.settings.provided.snapshot_secrets,
    )
    view_text: "providers.Provider[Callable[..., str]]" = providers.Object(
        late("adapters.data_json.document", "text_of")
    )

    log_evidence = providers.Selector(
        Core.settings.provided.store_kind,
        sqlite=providers.Singleton(
            late("adapters.event_store.evidence", "SqliteLogEvidence"),
            providers.Callable(os.path.join, Core.settings.provided.home, LOG),
            lock_timeout=Core.settings.provided.lock_timeout,
        ),
        postgresql=providers.Singleton(
            late("adapters.postgres.evidence", "PostgresLogEvidence"), Core.postgres
        ),
    )
    checkpoints: "providers.Provider[Checkpoints]" = providers.Singleton(
        late("application.proof.checkpoints", "Checkpoints"),
        log_evidence,
        Core.own_device,
        Core.device_keys,
        Core.clock,
    )
    view_reading = providers.Singleton(
        late("adapters.data_json.reading", "DataJsonReading"),
        providers.Callable(os.path.join, Core.settings.provided.home, VIEW),
    )
    verification: "providers.Provider[Verification]" = providers.Singleton(
        late("application.proof.verification", "Verification"),
        log_evidence,
        providers.Singleton(late("application.event_log", "fact_mapper")),
        Core.showing.provider,
        view_reading,
        is_shared=Core.settings.provided.is_shared,
    )
    sealing = providers.Singleton(late("adapters.sealing", "PassphraseSealing"))
    exporting: "providers.Provider[Exporting]" = providers.Singleton(
        late("application.exporting", "Exporting"),
        Core.event_log,
        log_evidence,
        Core.secret_store,
        sealing,
    )
    importing: "providers.Provider[Importing]" = providers.Singleton(
        late("application.importing", "Importing"),
        providers.Selector(
            Core.settings.provided.store_kind,
            sqlite=providers.Singleton(
                late("adapters.event_store.restoration", "SqliteLogRestoration"),
                Core.home.provided.place.call(LOG),
            ),
            postgresql=providers.Singleton(
                late("adapters.postgres.restoration", "PostgresLogRestoration"), Core.postgres
            ),
        ),
        Core.secret_store,
        sealing,
    )

    watch_lock: "providers.Factory[AbstractContextManager[None]]" = providers.Factory(
        late("adapters.watch_lock", "only_watch"), Core.home.provided.place.call("watch.lock")
    )
    registry: "providers.Factory[Registry]" = providers.Factory(
        late("application.watching.registry", "registry_of"), Core.event_log, Core.targets
    )
    ledger: "providers.Factory[Ledger]" = providers.Factory(
        late("application.watching.ledger", "Ledger"),
        Core.event_log,
        Core.facts,
        Core.credential_desk,
    )
    watch: "providers.Factory[Watch]" = providers.Factory(
        late("application.watching.watch", "Watch"),
        link=Core.gateway_link,
        network=providers.Singleton(late("adapters.local_network", "SystemNetwork")),
        clock=Core.clock,
    )
    metrics_observer: "providers.Provider[MetricsObserver]" = providers.Singleton(
        late("entrypoints.composition.metrics", "watch_metrics"), Core.clock
    )
    metrics_server: "providers.Factory[MetricsServer]" = providers.Factory(
        late("adapters.metrics.server", "MetricsServer"), metrics_observer.provided.page
    )

    alerts: "providers.Provider[Sequence[Alert]]" = providers.Singleton(
        late("entrypoints.composition.alerts", "alerts_of"),
        Core.settings.provided.home,
        Core.secret_store.provider,
        user_agent=Core.user_agent,
    )
    alert_list: "providers.Provider[list[dict[str, Any]]]" = providers.Callable(
        late("entrypoints.composition.alerts", "listed"),
        Core.settings.provided.home,
        Core.secret_store.provider,
    )
    alert_records = providers.Singleton(
        late("application.alerting.journal", "AlertRecords"), Core.event_log, Core.facts
    )
    alerting: "providers.Provider[Alerting]" = providers.Singleton(
        late("application.alerting.alerting", "Alerting"),
        alerts,
        providers.Singleton(late("application.alerting.resuming", "OpenOutages"), Core.event_log),
        alert_records,
        Core.clock,
    )
    trials: "providers.Provider[Trials]" = providers.Singleton(
        late("application.alerting.trials", "Trials"),
        alerts,
        Core.event_log,
        alert_records,
        Core.clock,
    )
    alert_secrets: "providers.Provider[AlertSecrets]" = providers.Singleton(
        late("application.alerting.secrets", "AlertSecrets"), Core.secret_store
    )

    discovering: "providers.Factory[Discovering]" = providers.Factory(
        late("entrypoints.composition.discovery", "discovering_on"),
        instances=Core.instances.provider,
    )

    log_examination = providers.Selector(
        Core.settings.provided.store_kind,
        sqlite=providers.Singleton(
            late("adapters.event_store.examination", "SqliteLogExamination"),
            providers.Callable(os.path.join, Core.settings.provided.home, LOG),
            lock_timeout=Core.settings.provided.lock_timeout,
            refuse_lost=providers.Callable(refuse_lost_log, Core.settings.provided.home).provider,
        ),
        postgresql=providers.Singleton(
            late("adapters.postgres.examination", "PostgresLogExamination"), Core.postgres
        ),
    )

    initialisation: "providers.Provider[PostgresInitialisation]" = providers.Singleton(
        late("entrypoints.composition.postgres", "initialisation_of"), Core.settings
    )

    # The checkup looks at files as they are: these providers neither make nor mend any.
    home_files = providers.Singleton(
        late("adapters.home_files", "HomeFiles"), Core.settings.provided.home
    )
    log_head = providers.Selector(
        Core.settings.provided.store_kind,
        sqlite=providers.Singleton(
            late("adapters.event_store.head", "SqliteLogHead"),
            providers.Callable(os.path.join, Core.settings.provided.home, LOG),
            lock_timeout=Core.settings.provided.lock_timeout,
        ),
        postgresql=providers.Singleton(
            late("adapters.postgres.head", "PostgresLogHead"), Core.postgres
        ),
    )
    secret_examination = providers.Selector(
        Core.settings.provided.secret_store,
        file=providers.Singleton(
            late("adapters.secret_store.examination", "SqliteSecretExamination"),
            Core.home.provided.place.call("secrets.db"),
            lock_timeout=Core.settings.provided.lock_timeout,
        ),
        keyring=providers.Singleton(
            late("adapters.secret_store.examination", "KeyringExamination"), "openclaw-manager"
        ),
        sealed=Core.secret_store,
    )
    purging: "providers.Provider[Purging]" = providers.Singleton(
        late("application.purging", "Purging"),
        Core.event_log,
        Core.facts,
        Core.secret_store,
        secret_examination,
    )
    home_checkup: "providers.Provider[HomeCheckup]" = providers.Singleton(
        late("application.checkup.home", "HomeCheckup"),
        providers.List(
            home_files,
            log_examination,
            secret_examination,
            providers.Singleton(
                late("adapters.data_json.examination", "DataJsonExamination"),
                providers.Callable(os.path.join, Core.settings.provided.home, VIEW),
                head=log_head.provided.stamp,
            ),
            providers.Singleton(
                late("application.checkup.records", "LogRecords"),
                Core.event_log.provider,
                Core.clock,
            ),
            providers.Singleton(
                late("application.checkup.view_records", "ViewRecords"),
                Core.event_log.provider,
                Core.showing.provider,
                view_reading,
            ),
            providers.Singleton(
                late("application.checkup.records", "SecretRecords"),
                Core.event_log.provider,
                Core.secret_store,
                secret_examination,
                Core.own_device,
            ),
            providers.Singleton(
                late("entrypoints.composition.alert_examination", "AlertExamination"),
                Core.settings.provided.home,
                Core.secret_store.provider,
            ),
        ),
        home_files,
        Core.projection.provider,
    )
    gateway_checkup: "providers.Provider[GatewayCheckup]" = providers.Singleton(
        late("application.checkup.gateways", "GatewayCheckup"),
        Core.event_log,
        Core.targets,
        Core.gateway_link,
        providers.Singleton(late("adapters.gateway_http", "BareGatewayHttp")),
        Core.clock,
    )
