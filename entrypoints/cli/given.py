"""Values as they are given on the command line: secrets, durations, places, instances."""

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.terminal import warn
from openclaw_manager.entrypoints.duration import seconds_in

if TYPE_CHECKING:
    from datetime import datetime

    from click.shell_completion import CompletionItem


class _Given(click.ParamType[str]):
    """A text: ``@FILE``, ``-`` for standard input, ``env:NAME``, or the value itself."""

    name = "value"

    def __init__(self, *, secret: bool) -> None:
        self._secret = secret

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Fetch the text from where it is said to be."""
        try:
            fetched = _fetch(value)
        except KeyError as error:
            self.fail(f"there is no environment variable {error.args[0]!r}", param, ctx)
        except UnicodeDecodeError:
            self.fail(f"{value} is not text", param, ctx)
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or error
            self.fail(f"{value} cannot be read: {problem}", param, ctx)
        if fetched == value and self._secret:
            warn(
                f"other users of this machine can see {param.opts[0] if param else 'a secret'} "
                "in the process list; give @FILE, - or env:NAME instead"
            )
        return fetched.removesuffix("\n")


def _fetch(value: str) -> str:
    if value == "-":
        return sys.stdin.read()
    if value.startswith("@"):
        with open(value[1:], encoding="utf-8") as file:
            return file.read()
    if value.startswith("env:"):
        return os.environ[value[len("env:") :]]
    return value


class _Duration(click.ParamType[float]):
    """Seconds, or a number with its unit: ``500ms``, ``5s``, ``2m``, ``2h``."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the duration as seconds."""
        try:
            return value if isinstance(value, float) else seconds_in(value)
        except ValueError as problem:
            self.fail(f"{value!r} {problem}", param, ctx)


class _Place(click.ParamType["datetime | int"]):
    """A moment, or a position in the log."""

    name = "time|position"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click calls it so
        ctx: click.Context | None,  # noqa: ARG002 - the same
    ) -> "datetime | int":
        """Read it as of now, where this machine is; raises ``InvalidMoment``."""
        from datetime import UTC, datetime

        from openclaw_manager.entrypoints.moment import place_in

        return place_in(value, datetime.now(UTC)) if isinstance(value, str) else value


class _Moment(click.ParamType["datetime"]):
    """A moment in the past."""

    name = "time"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - click calls it so
        ctx: click.Context | None,  # noqa: ARG002 - the same
    ) -> "datetime":
        """Read it as of now, where this machine is; raises ``InvalidMoment``."""
        from datetime import UTC, datetime

        from openclaw_manager.domain.errors import InvalidMoment
        from openclaw_manager.entrypoints.moment import moment_in

        now = datetime.now(UTC)
        moment = moment_in(value, now) if isinstance(value, str) else value
        if moment > now:
            raise InvalidMoment(str(value), "is in the future, of which nothing is known")
        return moment


class _InstanceSelector(click.ParamType[str]):
    """An instance: its id, its name in whatever case, or the beginning of its id."""

    name = "instance"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click calls it so
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Offer the names of the instances that begin so."""
        from click.shell_completion import CompletionItem

        from openclaw_manager.entrypoints.cli.session import Session

        home = ctx.find_root().params.get("home")
        names = [minion["title"] for minion in Session(home).instances()]
        return [
            CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())
        ]


SECRET = _Given(secret=True)
TEXT = _Given(secret=False)
DURATION = _Duration()
PLACE = _Place()
MOMENT = _Moment()
INSTANCE = _InstanceSelector()
