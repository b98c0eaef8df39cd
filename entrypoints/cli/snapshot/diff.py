"""``snapshot diff``: what is not the same in two snapshots."""

from typing import TYPE_CHECKING

import click

from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.changes import (
    exit_code_option,
    exit_status_of,
    write_changes,
)
from openclaw_manager.entrypoints.cli.errors import DONE
from openclaw_manager.entrypoints.cli.output import output_options
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.document import called
from openclaw_manager.entrypoints.cli.snapshot.failures import tell_not_compared
from openclaw_manager.entrypoints.cli.snapshot.options import (
    REFERENCE,
    REFERENCES,
    find_snapshot,
    sections_option,
)

if TYPE_CHECKING:
    from openclaw_manager.application.comparing import Comparison


class NothingCompared(OpenClawManagerError):
    """Two snapshots have no section in common of which both know something."""

    def __init__(self, a: str, b: str) -> None:
        super().__init__(a, b)
        self._a = a
        self._b = b

    def __str__(self) -> str:
        return f"nothing can be compared between {self._a} and {self._b}"


@click.command(epilog=REFERENCES)
@click.argument("a", type=REFERENCE, metavar="REF_A")
@click.argument("b", type=REFERENCE, metavar="REF_B")
@sections_option
@exit_code_option
@output_options
@click.pass_context
def diff(
    ctx: click.Context,
    a: str,
    b: str,
    sections: tuple[Section, ...],
    exit_code: bool,
    output: str,
) -> None:
    """Tell what has to change in the snapshot REF_A to become REF_B.

    A line for each place: + only in B, - only in A, ~ not the same. Items of lists are
    matched by their id or name, wherever they stand. What changes by itself is left out. A
    section that one of the two lacks is not compared, and said so.

    With -o json: a JSON Patch (RFC 6902) of an object of sections, with the old values.
    """
    comparing = session().container.comparing()
    comparison = comparing.diff(find_snapshot(a), find_snapshot(b), sections or None)
    tell_not_compared("", comparison.not_compared)
    sides = (called(comparison.a), called(comparison.b))
    if not _compared(comparison, sections):
        raise NothingCompared(*sides)
    write_changes(comparison.changes, sides, output)
    ctx.exit(exit_status_of(comparison.changes) if exit_code else DONE)


def _compared(comparison: "Comparison", sections: tuple[Section, ...]) -> bool:
    """Whether there was any section of which it can be said that it is the same."""
    wanted = sections or {*comparison.a.sections, *comparison.b.sections}
    return bool(set(wanted) - comparison.not_compared.keys())
