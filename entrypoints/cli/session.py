"""What one call of the command line has in hand: its flags, and what they lead to."""

import os
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.entrypoints.composition.settings import Settings, fallback, resolve
from openclaw_manager.entrypoints.composition.surroundings import this_user, user_agent

if TYPE_CHECKING:
    from openclaw_manager.application.ports.view import Minion
    from openclaw_manager.entrypoints.composition.container import Container
    from openclaw_manager.entrypoints.composition.core import Core


class Session:
    """Resolves settings and builds the container when a command first asks for them."""

    def __init__(self, home: str | None) -> None:
        self._flags: dict[str, Any] = {"home": home}
        self._settings: Settings | None = None
        self._core: Core | None = None
        self._container: Container | None = None

    def flag(self, key: str, value: Any) -> None:
        """Let a flag of a command beat the environment and ``config.toml``."""
        self._flags[key] = value

    @property
    def settings(self) -> Settings:
        """The settings in force; raises ``InvalidSetting``."""
        if self._settings is None:
            self._settings = resolve(self._flags, os.environ, {"actor": this_user()})
        return self._settings

    @property
    def core(self) -> "Core":
        """The parts that a command may ask for which needs no others, none of them made yet."""
        if self._core is None:
            from openclaw_manager.entrypoints.cli.terminal import let_warnings_be_heard
            from openclaw_manager.entrypoints.composition.core import Core

            let_warnings_be_heard()
            self._core = Core(settings=self.settings, user_agent=user_agent())
        return self._core

    @property
    def container(self) -> "Container":
        """All parts of the program, none of them made yet."""
        if self._container is None:
            assert self._core is None, "a command that needs other parts has no use for the core"
            from openclaw_manager.entrypoints.cli.terminal import let_warnings_be_heard
            from openclaw_manager.entrypoints.composition.container import Container

            let_warnings_be_heard()
            self._container = Container(settings=self.settings, user_agent=user_agent())
            self._core = self._container
        return self._container

    def checkup_container(self) -> "tuple[Container, OpenClawManagerError | None]":
        """Give all parts, made to look and not to touch.

        Where the settings are at fault, the error says why, and the defaults are taken.
        """
        from openclaw_manager.entrypoints.cli.terminal import let_warnings_be_heard
        from openclaw_manager.entrypoints.composition.untouched import untouched_container

        let_warnings_be_heard()
        try:
            settings, problem = self.settings, None
        except OpenClawManagerError as error:
            settings = fallback(self._flags, os.environ, {"actor": this_user()})
            problem = error
        self._core = self._container = untouched_container(settings, user_agent())
        return self._container, problem

    def close(self) -> None:
        """Close what was opened; the log is left as one file."""
        if self._core is not None:
            self._core.shutdown_resources()

    def instances(self) -> "list[Minion]":
        """Read all instances from the view, which is caught up first where it is behind."""
        from openclaw_manager.entrypoints.cli.terminal import warn
        from openclaw_manager.entrypoints.composition.reading import read_instances

        return read_instances(
            self.settings,
            catch_up=lambda: self.core.projection().catch_up(),
            make_anew=lambda: self.core.projection().catch_up(anew=True),
            warn=warn,
        )


def session() -> Session:
    """Find the session of the command that is running."""
    return click.get_current_context().ensure_object(Session)
