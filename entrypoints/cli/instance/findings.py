"""How what was found at a gateway is told: in words, as an exit status, or as an error."""

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.entrypoints.cli.causes import advice_on
from openclaw_manager.entrypoints.cli.errors import DONE, TARGET_DOWN, TARGET_REFUSED

if TYPE_CHECKING:
    from openclaw_manager.domain.ping import PingOutcome


class TargetFailed(OpenClawManagerError):
    """A command could not do its work because of what its one gateway did."""

    def __init__(self, name: str, outcome: "PingOutcome", hint: str | None = None) -> None:
        super().__init__(name, outcome)
        self._name = name
        self._outcome = outcome
        self._hint = hint

    def __str__(self) -> str:
        return what_happened(self._name, self._outcome)

    @property
    def code(self) -> str:
        """The cause, where others have the name of their class."""
        return str(self._outcome.cause)

    @property
    def hint(self) -> str | None:
        """What to type next."""
        return self._hint or what_next(self._name, self._outcome)

    @property
    def exit_status(self) -> int:
        """The exit status that the gateway's condition leads to."""
        return status_of([self._outcome.condition])


def what_happened(name: str, outcome: "PingOutcome") -> str:
    """Say of an outcome that is not ok what happened, in one sentence."""
    assert outcome.cause is not None, "whatever is not ok has a cause"
    detail = f": {outcome.detail}" if outcome.detail else ""
    return f"{name}: {advice_on(outcome.cause, outcome.dialect).happened}{detail}"


def what_next(name: str, outcome: "PingOutcome") -> str:
    """Say of an outcome that is not ok what to type next."""
    assert outcome.cause is not None, "whatever is not ok has a cause"
    return advice_on(outcome.cause, outcome.dialect).next.format(name=shlex.quote(name))


def advise(name: str, outcome: "PingOutcome") -> None:
    """Tell the person at the terminal about an outcome that is not ok."""
    if outcome.cause is not None:
        click.echo(what_happened(name, outcome), err=True)
        click.echo(f"  next: {what_next(name, outcome)}", err=True)


def status_of(conditions: Iterable[Condition]) -> int:
    """Tell the exit status that some conditions lead to: having been refused is the worst."""
    found = set(conditions)
    if Condition.REFUSED in found:
        return TARGET_REFUSED
    return TARGET_DOWN if found & {Condition.DOWN, Condition.STARTING} else DONE
