"""``snapshot list`` and ``snapshot show``: what was captured."""

from typing import TYPE_CHECKING

import click

from openclaw_manager.application.iso_time import iso
from openclaw_manager.domain.section import Section
from openclaw_manager.entrypoints.cli.instance.options import instance_argument
from openclaw_manager.entrypoints.cli.output import (
    facts_table,
    output_options,
    rows_table,
    write,
)
from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.contents import whole_document
from openclaw_manager.entrypoints.cli.snapshot.document import (
    count,
    heard_of_all,
    short_id,
    snapshot_document,
)
from openclaw_manager.entrypoints.cli.snapshot.failures import HAPPENED
from openclaw_manager.entrypoints.cli.snapshot.options import (
    REFERENCES,
    find_snapshot,
    reference_argument,
    sections_option,
)

if TYPE_CHECKING:
    from openclaw_manager.application.snapshot_view import SectionState, SnapshotView

_SHOWN_OF_HASH = len("sha256:") + 12  # as much as of fingerprints


@click.command("list")
@instance_argument
@click.option("--limit", type=click.IntRange(min=1), help="Only the latest so many.")
@output_options
def list_(instance: str, limit: int | None, output: str) -> None:
    """List the snapshots of INSTANCE, newest first.

    CHANGED names the sections that hold something else than in the snapshot before.
    """
    # One more than is shown: the oldest that is shown is compared with it.
    views = session().container.snapshots().of(instance, limit and limit + 1)
    shown = views[:limit]
    write(
        [snapshot_document(view) for view in shown],
        output,
        names=(view.id for view in shown),
        table=lambda: _list_table(instance, shown, views[1:]),
    )


def _list_table(instance: str, shown: "list[SnapshotView]", before: "list[SnapshotView]") -> str:
    if not shown:
        return f"no snapshots; take one: openclaw-manager snapshot capture {instance}"
    heads = (
        *("SNAPSHOT", "CAPTURED (UTC)", "VERSION", "SECTIONS"),
        *("AGENTS", "CHANNELS", "MODELS", "CHANGED"),
    )
    earlier: list[SnapshotView | None] = [*before, None]
    return rows_table(heads, map(_row, shown, earlier))


def _row(view: "SnapshotView", before: "SnapshotView | None") -> tuple[str, ...]:
    return (
        short_id(view),
        f"{view.captured_at:%Y-%m-%d %H:%M:%S}",
        view.version or "",
        heard_of_all(view),
        count(view.agent_count),
        count(view.channel_count),
        count(view.model_count),
        _changed(view, before) if before else "",
    )


def _changed(view: "SnapshotView", before: "SnapshotView") -> str:
    """Name the sections that came both times, and not with the same content."""
    return " ".join(
        section
        for section, state in view.sections.items()
        if state.hash
        and (known := before.sections.get(section))
        and known.hash not in (None, state.hash)
    )


@click.command(epilog=REFERENCES)
@reference_argument
@sections_option
@output_options
def show(reference: str, sections: tuple[Section, ...], output: str) -> None:
    """Show the snapshot REF; as JSON or YAML with all that it holds.

    Values that change by themselves, such as ages, are kept apart as volatile, by JSON Pointer.
    """
    view = find_snapshot(reference)
    # What the sections hold is only read where it is shown.
    document = None if output in ("table", "name") else whole_document(view, sections)
    write(document, output, names=[view.id], table=lambda: _details(view, sections))


def _details(view: "SnapshotView", sections: tuple[Section, ...]) -> str:
    facts = facts_table(
        [
            ("snapshot", view.id),
            ("instance", view.instance),
            ("captured", iso(view.captured_at)),
            ("previous", view.previous_id),
            ("version", view.version),
            ("dialect", view.dialect),
            ("protocol", view.protocol),
            ("gateway id", view.gateway_id),
            ("agents", view.agent_count),
            ("channels", view.channel_count),
            ("models", view.model_count),
            ("actor", view.actor),
            ("reason", view.reason),
        ]
    )
    shown = {key: state for key, state in view.sections.items() if not sections or key in sections}
    rows = [(section, *_outcome(state)) for section, state in shown.items()]
    return f"{facts}\n\n{rows_table(('SECTION', 'OUTCOME', 'CONTENT'), rows)}"


def _outcome(state: "SectionState") -> tuple[str, str]:
    if state.cause is None:
        return click.style("ok", fg="green"), (state.hash or "")[:_SHOWN_OF_HASH]
    said = f": {state.detail}" if state.detail else ""
    return click.style(state.cause, fg="red"), HAPPENED[state.cause] + said
