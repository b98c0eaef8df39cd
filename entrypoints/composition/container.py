"""How the parts are put together, each imported and made when it is first needed."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from dependency_injector import providers

from openclaw_manager.entrypoints.composition.core import Core
from openclaw_manager.entrypoints.composition.files import LOG, VIEW, refuse_lost_log
from openclaw_manager.entrypoints.composition.parts import late

if TYPE_CHECKING:
    from openclaw_manager.application.adoption.adopting import Adopting
    from openclaw_manager.application.adoption.entries import EntryReader
    from openclaw_manager.application.capturing import Capturing
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


class Container(Core):
    """Everything that a command or an embedding service may ask for, from one set of settings."""

    capturing: "providers.Provider[Capturing]" = providers.Singleton(
        late("application.capturing", "Capturing"),
        Core.event_log,
        Core.facts,
        Core.credential_desk,
        Core.secret_store,
        Core.gateway_link,
        Core.clock,
    )
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

    log_evidence = providers.Singleton(
        late("adapters.event_store.evidence", "SqliteLogEvidence"),
        providers.Callable(os.path.join, Core.settings.provided.home, LOG),
        lock_timeout=Core.settings.provided.lock_timeout,
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
        providers.Singleton(
            late("adapters.event_store.restoration", "SqliteLogRestoration"),
            Core.home.provided.place.call(LOG),
        ),
        Core.secret_store,
        sealing,
    )

    discovering: "providers.Factory[Discovering]" = providers.Factory(
        late("entrypoints.composition.discovery", "discovering_on"),
        instances=Core.instances.provider,
    )

    # The checkup looks at files as they are: these providers neither make nor mend any.
    home_files = providers.Singleton(
        late("adapters.home_files", "HomeFiles"), Core.settings.provided.home
    )
    log_head = providers.Singleton(
        late("adapters.event_store.head", "SqliteLogHead"),
        providers.Callable(os.path.join, Core.settings.provided.home, LOG),
        lock_timeout=Core.settings.provided.lock_timeout,
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
            providers.Singleton(
                late("adapters.event_store.examination", "SqliteLogExamination"),
                providers.Callable(os.path.join, Core.settings.provided.home, LOG),
                lock_timeout=Core.settings.provided.lock_timeout,
                refuse_lost=providers.Callable(
                    refuse_lost_log, Core.settings.provided.home
                ).provider,
            ),
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
