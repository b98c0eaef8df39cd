"""``store init``: make a database ready for the log."""

import click

from openclaw_manager.entrypoints.cli.output import facts_table, output_options, write
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.composition.store_address import SQLITE


@click.command
@click.option(
    "--grant",
    "roles",
    multiple=True,
    metavar="ROLE",
    help="Let this role use the log; more than one can be given.",
)
@output_options
def init(roles: tuple[str, ...], output: str) -> None:
    """Make what the log needs in the PostgreSQL that is set, once; to do it again is no harm.

    It makes the schema openclaw_manager, for which the user needs the right to create one in
    that database. Everybody else works as a ROLE that can read and append, and neither change
    nor erase an event.
    """
    if session().settings.store == SQLITE:
        raise click.UsageError(
            "the log is in events.db, which needs no making ready; "
            "set store to a PostgreSQL database first"
        )
    done = session().container.initialisation().initialise(roles)
    document = {
        "log": done.log,
        "layout": done.layout,
        "layoutBefore": done.before or None,
        "granted": list(done.roles),
    }
    write(
        document,
        output,
        names=[done.log],
        table=lambda: facts_table(
            [
                ("log", done.log),
                ("layout", _layout(done.layout, done.before)),
                ("granted to", ", ".join(done.roles) or None),
            ]
        ),
    )


def _layout(now: int, before: int) -> str:
    if not before:
        return f"{now}, made just now"
    return f"{now}, as it was" if now == before else f"{now}, and was {before}"
