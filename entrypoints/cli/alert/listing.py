"""``alert list``: which alerts there are."""

from typing import Any

import click

from openclaw_manager.application.alerting.messages import spoken
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session

_NONE = "no alerts; docs/alerts.md says how to write one into config.toml"
_HEADS = ("NAME", "TYPE", "TO", "ON", "REPEAT", "SELECT")


@click.command("list")
@output_options
def list_(output: str) -> None:
    """List the alerts in config.toml.

    Of a URL, only where it leads to is shown, and of a command, only the program: the rest
    may be secret.
    """
    documents = session().container.alert_list()
    write(
        documents,
        output,
        names=(one["name"] for one in documents),
        table=lambda: rows_table(_HEADS, map(_row, documents)) if documents else _NONE,
    )


def _row(alert: dict[str, Any]) -> tuple[str, ...]:
    repeat = alert["repeatSeconds"]
    return (
        alert["name"],
        alert["type"],
        alert["to"],
        " ".join(alert["on"]),
        "" if repeat is None else spoken(repeat),
        alert["select"] or "",
    )
