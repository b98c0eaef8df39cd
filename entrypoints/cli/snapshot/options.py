"""Arguments and options that several commands about snapshots take."""

from typing import TYPE_CHECKING, Any

import click

from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.given import INSTANCE
from openclaw_manager.entrypoints.cli.session import session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from openclaw_manager.application.snapshot_view import SnapshotView

REFERENCES = (
    "A REF is the id of a snapshot, or the beginning of it, four characters or more; NAME for "
    "the latest snapshot of an instance; NAME~2 for the second before that; or "
    "NAME@2026-11-01T12:00 for the last one that was taken by that time."
)


class _SnapshotReference(click.ParamType[str]):
    """A snapshot, as people point at one; what it means is found out in the log."""

    name = "ref"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Offer the names of the instances that begin so."""
        return INSTANCE.shell_complete(ctx, param, incomplete)


class _Sections(click.ParamType[tuple[Section, ...]]):
    """Names of sections, separated by commas."""

    name = "sections"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Section, ...]:
        """Read the names, in whatever case."""
        names = str(value).lower().replace(",", " ").split()
        unknown = [name for name in names if name not in set(Section)]
        if unknown or not names:
            wrong = unknown[0] if unknown else str(value)
            self.fail(f"{wrong!r} is no section; there are {', '.join(Section)}.", param, ctx)
        return tuple(map(Section, names))

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click calls it so
        param: click.Parameter,  # noqa: ARG002 - the same
        incomplete: str,
    ) -> "list[CompletionItem]":
        """Offer the sections that begin like the last one."""
        from click.shell_completion import CompletionItem

        before, comma, beginning = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{section}")
            for section in Section
            if section.startswith(beginning)
        ]


def _in_order(
    _ctx: click.Context, _param: click.Parameter, given: tuple[tuple[Section, ...], ...]
) -> tuple[Section, ...]:
    """Bring what was given, once or several times, into the order of all sections."""
    named = {section for sections in given for section in sections}
    return tuple(section for section in Section if section in named)


REFERENCE = _SnapshotReference()

reference_argument = click.argument("reference", type=REFERENCE, metavar="REF")
sections_option = click.option(
    "--section",
    "sections",
    type=_Sections(),
    multiple=True,
    callback=_in_order,
    metavar="SECTION,...",
    help=f"Only these: {', '.join(Section)}; may be repeated.",
)


def find_snapshot(reference: str) -> "SnapshotView":
    """Find the snapshot that a REF means; moments in it are read as everywhere."""
    from openclaw_manager.entrypoints.moment import moment_in

    container = session().container
    now = container.clock().now()
    return container.snapshots().find(reference, lambda text: moment_in(text, now))
