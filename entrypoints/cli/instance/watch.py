"""``instance watch``: ping gateways on and on, and show how they stand."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.entrypoints.cli.given import DURATION, INSTANCE
from openclaw_manager.entrypoints.cli.instance.options import selector_option
from openclaw_manager.entrypoints.cli.listening import LISTEN_ADDRESS, ListenAddress
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from openclaw_manager.domain.label import LabelSelector

_AT_LEAST_ONE = click.IntRange(min=1)


@click.command
@click.argument("instances", nargs=-1, type=INSTANCE, metavar="[INSTANCE]...")
@selector_option
@click.option(
    "--interval", type=DURATION, help="How often each is pinged.  [default: the setting, 30s]"
)
@click.option(
    "--jitter",
    type=DURATION,
    help="Over how much of the interval the pings are spread.  [default: all of it]",
)
@click.option(
    "--timeout", type=DURATION, help="How long one ping may take in all.  [default: the setting]"
)
@click.option(
    "--concurrency",
    type=_AT_LEAST_ONE,
    help="How many at once.  [default: as many as the schedule takes]",
)
@click.option(
    "--failures",
    type=_AT_LEAST_ONE,
    help="How many failures in a row mean down.  [default: the setting, 3]",
)
@click.option(
    "--successes",
    type=_AT_LEAST_ONE,
    help="How many successes in a row mean up again.  [default: the setting, 2]",
)
@click.option(
    "--metrics",
    type=LISTEN_ADDRESS,
    metavar="[HOST:]PORT",
    help="Serve metrics for Prometheus there.",
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "jsonl"]),
    help="The form of what is shown.  [default: a table on a terminal, else jsonl]",
)
@click.pass_context
def watch(
    ctx: click.Context,
    /,
    instances: tuple[str, ...],
    labels: LabelSelector | None,
    jitter: float | None,
    metrics: ListenAddress | None,
    output: str | None,
    **flags: Any,
) -> None:
    """Ping gateways on and on, and show how they stand.

    Watches each INSTANCE, or those that -l selects, or all, also those that come meanwhile.
    Only transitions and summaries of each hour are recorded. Ctrl-C or SIGTERM ends it,
    SIGHUP has it read all instances and secrets anew. There is one watch in a home.

    Exit status 0 after SIGTERM, 130 after Ctrl-C; 6: another watch goes on here.
    """
    import asyncio

    from openclaw_manager.entrypoints.cli.watching.run import Asked, run_watch

    if instances and labels is not None:
        raise click.UsageError("name the instances to watch, or select with -l")
    form = _form(output)
    for key, value in flags.items():
        session().flag(key, value)
    settings = session().settings
    if jitter is not None and jitter > settings.interval:
        raise click.BadParameter("is longer than the interval", param_hint="'--jitter'")
    gc.enable()  # unlike other commands, this one runs for long
    asked = Asked(instances, labels, jitter, metrics, form, color=ctx.color is not False)
    with session().container.watch_lock():
        ctx.exit(asyncio.run(run_watch(session().container, settings, asked)))


def _form(output: str | None) -> str:
    """Decide what is shown; a table can only be kept up to date where the cursor can be moved."""
    on_a_terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if output == "table" and not on_a_terminal:
        raise click.UsageError("a live table needs a terminal; give -o jsonl")
    return output or ("table" if on_a_terminal else "jsonl")
