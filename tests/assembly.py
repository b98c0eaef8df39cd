"""The core put together as the program does it, in a folder of the test.

The log, the view and the secrets are the real ones; keys, gateways and the clock are fakes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dependency_injector import providers

from fakes.clock import TickingClock
from fakes.device_keys import FakeDeviceKeys
from fakes.gateway_link import FakeGatewayLink
from openclaw_manager.adapters.data_json.file import DataJson
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.adoption.adopting import Adopting
from openclaw_manager.application.adoption.entries import EntryReader
from openclaw_manager.application.capturing import Capturing
from openclaw_manager.application.comparing import Comparing
from openclaw_manager.application.configurations import Configurations
from openclaw_manager.application.credentials import CredentialDesk
from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.history import History
from openclaw_manager.application.instances import Instances
from openclaw_manager.application.pairing import Pairing
from openclaw_manager.application.pinging import Pinging
from openclaw_manager.application.probing import Probes
from openclaw_manager.application.projection import Projection
from openclaw_manager.application.proof.checkpoints import Checkpoints
from openclaw_manager.application.proof.verification import Verification
from openclaw_manager.application.purging import Purging
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.application.showing import Showing
from openclaw_manager.application.snapshots import Snapshots
from openclaw_manager.application.targets import Targets
from openclaw_manager.application.time_travel import TimeTravel
from openclaw_manager.application.trusting import Trusting
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.settings import resolve


@dataclass(frozen=True, slots=True)
class Core:
    """Everything that commands are made of, on one home folder."""

    home: Path
    log: EventLog
    view: DataJson
    secrets: SqliteSecretStore
    projection: Projection
    facts: FactRecorder
    desk: CredentialDesk
    targets: Targets
    instances: Instances
    probes: Probes
    pinging: Pinging
    capturing: Capturing
    snapshots: Snapshots
    comparing: Comparing
    configurations: Configurations
    showing: Showing
    pairing: Pairing
    trusting: Trusting
    entry_reader: EntryReader
    adopting: Adopting
    purging: Purging
    verification: Verification
    checkpoints: Checkpoints
    history: History
    travel: TimeTravel
    keys: FakeDeviceKeys
    gateways: FakeGatewayLink

    @property
    def data_json(self) -> Path:
        """The view's file."""
        return self.home / "data.json"

    def read_view(self) -> Any:
        """Read the view as any other tool would."""
        return json.loads(self.data_json.read_text())


def core_in(home: Path, **settings: str) -> Core:
    """Put the core together; each call is like another process on the same home."""
    keys, gateways = FakeDeviceKeys(), FakeGatewayLink()
    environment = {f"OPENCLAW_MANAGER_{key.upper()}": value for key, value in settings.items()}
    container = Container(
        settings=resolve({"home": str(home)}, environment, {"actor": "ada@lovelace"}),
        user_agent="tests",
        device_keys=providers.Object(keys),
        gateway_link=providers.Object(gateways),
        clock=providers.Singleton(TickingClock),
    )
    return Core(
        home=home,
        log=container.event_log(),
        view=container.view(),
        secrets=container.secret_store(),
        projection=container.projection(),
        facts=container.facts(),
        desk=container.credential_desk(),
        targets=container.targets(),
        instances=container.instances(),
        probes=container.probes(),
        pinging=container.pinging(),
        capturing=container.capturing(),
        snapshots=container.snapshots(),
        comparing=container.comparing(),
        configurations=container.configurations(),
        showing=container.showing(),
        pairing=container.pairing(),
        trusting=container.trusting(),
        entry_reader=container.entry_reader(),
        adopting=container.adopting(),
        purging=container.purging(),
        verification=container.verification(),
        checkpoints=container.checkpoints(),
        history=container.history(),
        travel=container.time_travel(),
        keys=keys,
        gateways=gateways,
    )
