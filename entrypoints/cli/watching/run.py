"""Running a watch: what it shows, who looks on, and how it is stopped."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import NamedTuple

import click

from openclaw_manager.application.ports.watch_observer import WatchObserver
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.thresholds import Thresholds
from openclaw_manager.entrypoints.cli.listening import CannotListen, ListenAddress, why_not
from openclaw_manager.entrypoints.cli.terminal import warn
from openclaw_manager.entrypoints.cli.watching.lines import WatchLines
from openclaw_manager.entrypoints.cli.watching.outlet import Outlet
from openclaw_manager.entrypoints.cli.watching.screen import Screen
from openclaw_manager.entrypoints.cli.watching.signals import Signals
from openclaw_manager.entrypoints.cli.watching.table import WatchTable
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.descriptors import connections_at_most
from openclaw_manager.entrypoints.composition.settings import Settings

_UNTIL_READ = 0.3  # seconds that a reader has to take the last lines
_WITHOUT_A_WORD = 1.0  # seconds


class Asked(NamedTuple):
    """What was asked for besides the settings; ``jitter`` in seconds."""

    instances: tuple[str, ...]
    labels: LabelSelector | None
    jitter: float | None
    metrics: ListenAddress | None
    form: str
    color: bool


async def run_watch(container: Container, settings: Settings, asked: Asked) -> int:
    """Watch until a signal comes; gives the exit status."""
    registry = container.registry(asked.instances, asked.labels)
    plan, stop = _plan(settings, asked.jitter), asyncio.Event()
    async with AsyncExitStack() as stack:
        onlookers = await _onlookers(stack, container, asked)
        display = _Table(settings, asked) if asked.form == "table" else _Lines()
        signals = Signals(stop, display.screen)
        display.begin(signals.reader_is_gone)
        stack.callback(display.leave)
        watch = container.watch(
            registry,
            container.ledger(
                thresholds=Thresholds(settings.failures, settings.successes),
                longest_gap=plan.longest_gap,
            ),
            plan=plan,
            observers=[display.observer, *onlookers],
        )
        signals.heed(watch.reload)
        watching = asyncio.create_task(watch.run(stop))
        watching.add_done_callback(lambda _: stop.set())
        await stop.wait()
        display.leave()
        await _ended(watching)
    return signals.status


async def _ended(watching: asyncio.Task[None]) -> None:
    """Wait until all is recorded, and say so where that takes long, as with a locked store."""
    done, _ = await asyncio.wait({watching}, timeout=_WITHOUT_A_WORD)
    if not done:
        click.echo("recording what was found last; the next signal does not wait for it", err=True)
    await watching


async def _onlookers(
    stack: AsyncExitStack, container: Container, asked: Asked
) -> list[WatchObserver]:
    """Gather those who look on besides the display; they work until the stack is closed."""
    onlookers: list[WatchObserver] = []
    if container.alerts():
        onlookers.append(await stack.enter_async_context(container.alerting()))
    if asked.metrics is not None:
        await _serve_metrics(stack, container, asked.metrics)
        onlookers.append(container.metrics_observer())
    return onlookers


async def _serve_metrics(
    stack: AsyncExitStack, container: Container, address: ListenAddress
) -> None:
    server = container.metrics_server(*address)
    try:
        await stack.enter_async_context(server)
    except OSError as error:
        raise CannotListen(why_not(error, *address, free="--metrics 0")) from None
    click.echo(f"metrics are at {server.url}", err=True)
    if not server.is_local:
        warn("the metrics can be read from other machines, by everybody who can connect")


def _plan(settings: Settings, jitter: float | None) -> WatchPlan:
    chosen = settings.origins["concurrency"] != "default"
    return WatchPlan(
        interval=settings.interval,
        spread=settings.interval if jitter is None else jitter,
        timeout=settings.timeout,
        concurrency=settings.concurrency,
        at_most=settings.concurrency if chosen else connections_at_most(),
    )


class _Table:
    """Shows a table on the whole terminal."""

    def __init__(self, settings: Settings, asked: Asked) -> None:
        self.observer = WatchTable(settings.interval)
        self.screen: Screen | None = Screen(
            self.observer.draw,
            self.observer.warned,
            color=asked.color,
            environment=dict(os.environ),
        )

    def begin(self, _gone: Callable[[], None]) -> None:
        assert self.screen
        self.screen.show()

    def leave(self) -> None:
        assert self.screen
        self.screen.leave()


class _Lines:
    """Writes lines to standard output."""

    screen = None

    def begin(self, gone: Callable[[], None]) -> None:
        self._outlet = Outlet(sys.stdout.fileno(), gone)
        self.observer = WatchLines(self._outlet.write, warn)

    def leave(self) -> None:
        self._outlet.close(_UNTIL_READ)
