"""``instance list`` and ``instance show``: what data.json says."""

from typing import Any

import click

from openclaw_manager.application.ports.view import Minion
from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.entrypoints.cli.instance.details import milliseconds, write_instance
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session

_SECRET_FIELDS = ("token", "devicePrivateKey")
_COLORS = {"reachable": "green", "unreachable": "red"}

secrets_option = click.option(
    "--show-secrets", is_flag=True, help="Print secrets instead of their fingerprints."
)


@click.command("list")
@click.option("-a", "--all", "everything", is_flag=True, help="Removed instances as well.")
@secrets_option
@output_options
def list_(everything: bool, show_secrets: bool, output: str) -> None:
    """List the instances and what pings found."""
    minions = [
        minion if show_secrets else _without_secrets(minion)
        for minion in session().instances()
        if everything or "deletedAt" not in minion
    ]
    write(
        minions,
        output,
        names=(minion["title"] for minion in minions),
        table=lambda: _table(minions),
    )


@click.command
@instance_argument
@secrets_option
@output_options
def show(instance: str, show_secrets: bool, output: str) -> None:
    """Show what is known of INSTANCE."""
    minions = session().instances()
    found = select(instance, MinionDirectory(minions)).id
    minion = next(minion for minion in minions if minion["id"] == found)
    write_instance(minion if show_secrets else _without_secrets(minion), output)


def _without_secrets(minion: Minion) -> Minion:
    """Show fingerprints instead of secrets; the file is ours, its reader may be anybody."""
    secret = {key: minion["fields"][key] for key in _SECRET_FIELDS if key in minion["fields"]}
    if not secret:
        return minion
    from openclaw_manager.domain.secret import fingerprint

    hidden = {key: fingerprint(value) for key, value in secret.items()}
    return minion | {"fields": minion["fields"] | hidden}


def _table(minions: list[Minion]) -> str:
    if not minions:
        return "no instances; register one: openclaw-manager instance register NAME --url URL"
    heads = ("NAME", "STATUS", "CAUSE", "VERSION", "ROUND TRIP", "LAST SUCCESS (UTC)", "URL")
    return rows_table(heads, map(_row, minions))


def _row(minion: Minion) -> tuple[str, ...]:
    fields: dict[str, Any] = minion["fields"]
    status = "removed" if "deletedAt" in minion else fields["status"]
    return (
        minion["title"],
        click.style(status, fg=_COLORS.get(status)),
        fields.get("cause") or "",
        fields.get("version") or "",
        milliseconds(fields.get("lastPingLatencyMs")) or "",
        fields.get("lastPingAt", "")[:19].replace("T", " "),
        fields["url"],
    )
