"""The program inside of another one: on the same parts, with some that the host brings along."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dependency_injector import providers

from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.reading import read_instances
from openclaw_manager.entrypoints.composition.settings import Settings, resolve
from openclaw_manager.entrypoints.composition.surroundings import this_user, user_agent
from openclaw_manager.entrypoints.composition.untouched import untouched_container

if TYPE_CHECKING:
    from openclaw_manager.application.ports.clock import Clock
    from openclaw_manager.application.ports.device_keys import DeviceKeys
    from openclaw_manager.application.ports.gateway_link import GatewayLink
    from openclaw_manager.application.ports.secret_store import SecretStore
    from openclaw_manager.application.ports.view import Minion

_NOBODY_HAS_THIS = "openclaw-manager/doctor"


@dataclass(frozen=True, slots=True)
class HostParts:
    """What the host uses in place of ours; None leaves ours where it is."""

    secrets: "SecretStore | None" = None
    keys: "DeviceKeys | None" = None
    clock: "Clock | None" = None
    link: "GatewayLink | None" = None

    def providers(self) -> dict[str, "providers.Provider[Any]"]:
        """Put them under the names that they have in the container."""
        brought = {
            "secret_store": self.secrets,
            "secret_examination": self.secrets and _HostSecrets(self.secrets),
            "device_keys": self.keys,
            "clock": self.clock,
            "gateway_link": self.link,
        }
        return {name: providers.Object(part) for name, part in brought.items() if part is not None}


class _HostSecrets:
    """Stands for the examination of a secret store that nobody but the host can look into."""

    ids = (CheckId.SECRET_STORE,)
    needs = frozenset({CheckId.CONFIG})

    def __init__(self, secrets: "SecretStore") -> None:
        self._secrets = secrets

    def examine(self) -> Iterator[Check]:
        """Ask for a secret that is not there."""
        self._secrets.get([_NOBODY_HAS_THIS])
        yield Check(CheckId.SECRET_STORE, Verdict.OK, "the secret store of the host answers")

    def references(self) -> None:
        """Tell nothing: what a crash left there without a reference is for the host to find."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """How a host wants the program: its arguments, and the environment that it hands over.

    ``arguments`` are values of settings, ``home`` among them, None where nothing was given.
    ``config.toml`` in the home counts, as everywhere: it says how that home is kept.
    """

    arguments: Mapping[str, Any]
    environment: Mapping[str, str]
    parts: HostParts

    def container(self) -> Container:
        """Put everything together; nothing is opened or made yet. Raises ``InvalidSetting``."""
        return Container(
            settings=self._settings(), user_agent=user_agent(), **self.parts.providers()
        )

    def untouched_container(self) -> Container:
        """Put it together for a checkup, which changes nothing."""
        return untouched_container(self._settings(), user_agent(), **self.parts.providers())

    def _settings(self) -> Settings:
        return resolve(self.arguments, self.environment, {"actor": this_user()}, called=argument)


def argument(key: str) -> str:
    """Name an argument where a value came from."""
    return f"argument {key}"


def read_all(container: Container) -> "list[Minion]":
    """Read all instances from the view, which is caught up first where it is behind."""
    return read_instances(
        container.settings(),
        catch_up=lambda: container.projection().catch_up(),
        make_anew=lambda: container.projection().catch_up(anew=True),
        warn=logging.getLogger("openclaw_manager").warning,
    )
