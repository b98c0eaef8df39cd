"""``settings``: what is set, and where it was set."""

import click

from openclaw_manager.entrypoints.cli.output import output_options, rows_table, write
from openclaw_manager.entrypoints.cli.session import session


@click.command
@output_options
def settings(output: str) -> None:
    """Show the settings and where each came from.

    A flag beats the environment, which beats config.toml in the home, which beats the
    default. A setting is written as timeout = "5s" in config.toml, and as
    OPENCLAW_MANAGER_TIMEOUT=5s in the environment.

    \b
    home              where everything is kept; not in config.toml
    store             sqlite (events.db in the home), or postgresql://user@host/database
    secret_store      file (secrets.db), or keyring; sealed where the log is in PostgreSQL
    key_file          the key for sealed secrets, in the home unless it is an absolute path;
                      OPENCLAW_MANAGER_KEY has the key itself
    snapshot_secrets  include in data.json, or omit
    snapshots_shown   how many of an instance's last snapshots are in data.json
    timeout           how long one ping may take in all
    concurrency       how many gateways are pinged at once
    interval          how often a watch pings each gateway
    failures          how many failures in a row mean that it is down
    successes         how many successes in a row mean that it is up again
    lock_timeout      how long to wait for another process
    actor             who is recorded as having done something
    """  # noqa: D301 - click wants the backspace itself
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
