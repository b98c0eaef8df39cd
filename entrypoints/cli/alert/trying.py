"""``alert test``: send an alert, to see whether it arrives."""

import asyncio

import click

from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.entrypoints.cli.given import INSTANCE
from openclaw_manager.entrypoints.cli.output import output_options, write
from openclaw_manager.entrypoints.cli.printable import printable
from openclaw_manager.entrypoints.cli.session import session


class AlertUndelivered(OpenClawManagerError):
    """An alert that was tried did not arrive."""

    def __init__(self, alert: str, problem: str, said: str | None) -> None:
        super().__init__(alert, problem, said)
        self.alert = alert
        self.problem = problem
        self.hint = said and f"what it said: {printable(said)}"

    def __str__(self) -> str:
        return f"the alert {self.alert!r} did not arrive: {self.problem}"


@click.command
@click.argument("name")
@click.option(
    "--instance",
    type=INSTANCE,
    help="Speak of this instance; what became of it is then in its history.",
)
@output_options
def test(name: str, instance: str | None, output: str) -> None:
    """Send the alert NAME, once, although nothing happened.

    It says that it is a test. Exit status 1: it did not arrive, and why.
    """
    trials = session().container.trials()
    trial = trials.choose(name, instance)
    undelivered = asyncio.run(trials.send(trial))
    trials.record(trial, undelivered)
    alert = trial.alert.name
    if undelivered is not None:
        raise AlertUndelivered(alert, undelivered.problem, undelivered.said)
    about = trial.instance and trial.instance.name
    document = {"alert": alert, "about": "test", "instance": about, "delivered": True}
    write(document, output, names=[alert], table=lambda: f"{alert}: delivered")
