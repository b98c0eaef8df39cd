"""``settings``: what is set, and where it was set."""

import click

from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session


@click.command
@output_options
def settings(output: str) -> None:
    """Show the settings and where each came from.

    A flag beats the environment (OPENCLAW_MANAGER_TIMEOUT and so on), which beats config.toml
    in the home, which beats the default. Times are in seconds.
    """
    found = session().settings
    document = {
        key: {"value": _value(getattr(found, key)), "origin": origin}
        for key, origin in found.origins.items()
    }
    rows = [(key, str(entry["value"]), str(entry["origin"])) for key, entry in document.items()]
    write(
        document,
        output,
        names=document,
        table=lambda: rows_table(("SETTING", "VALUE", "FROM"), rows),
    )


def _value(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)
