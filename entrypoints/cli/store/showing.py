"""``store show``: where the log is, and how far it has come."""

import click

from openclaw_manager.entrypoints.cli.output import facts_table, output_options, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.composition.store_address import SQLITE


@click.command
@output_options
def show(output: str) -> None:
    """Show where the log is, its id, and how many events it has; nothing is made or changed."""
    from openclaw_manager.entrypoints.composition.reading import head_of, place_of_log

    settings = session().settings
    with head_of(settings) as head:
        stamp = head.stamp()
    document = {
        "kind": settings.store_kind,
        "store": place_of_log(settings) if settings.store == SQLITE else settings.store,
        "log": stamp and stamp.log,
        "position": stamp.position if stamp else 0,
    }
    write(
        document,
        output,
        names=[str(document["store"])],
        table=lambda: facts_table(
            [
                ("kind", document["kind"]),
                ("store", document["store"]),
                ("log", document["log"] or "nothing was ever recorded"),
                ("events", document["position"]),
            ]
        ),
    )
