"""How what was found at a gateway is told: in words, and as an exit status."""

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.condition import Condition
from openclaw_manager.entrypoints.cli.causes import ADVICE
from openclaw_manager.entrypoints.cli.errors import DONE, TARGET_DOWN, TARGET_REFUSED

if TYPE_CHECKING:
    from openclaw_manager.domain.ping import PingOutcome


def advise(name: str, outcome: "PingOutcome") -> None:
    """Say of an outcome that is not ok what happened, and what to type next."""
    if outcome.cause is None:
        return
    advice = ADVICE[outcome.cause]
    detail = f": {outcome.detail}" if outcome.detail else ""
    click.echo(f"{name}: {advice.happened}{detail}", err=True)
    click.echo(f"  next: {advice.next.format(name=shlex.quote(name))}", err=True)


def status_of(conditions: Iterable[Condition]) -> int:
    """Tell the exit status that some conditions lead to: having been refused is the worst."""
    found = set(conditions)
    if Condition.REFUSED in found:
        return TARGET_REFUSED
    return TARGET_DOWN if found & {Condition.DOWN, Condition.STARTING} else DONE
