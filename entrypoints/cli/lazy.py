"""Groups whose commands are imported when they are called, so that each starts fast."""

from importlib import import_module
from typing import Any

import click

_COMMANDS = "openclaw_manager.entrypoints.cli"


class LazyGroup(click.Group):
    """A group that knows its commands by where they are: ``{"list": "instance.reading:list_"}``."""

    def __init__(self, *args: Any, places: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands in the order in which they were listed."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command of that name."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.split(":")
        command = getattr(import_module(f"{_COMMANDS}.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command
