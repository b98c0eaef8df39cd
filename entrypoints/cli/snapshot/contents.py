"""A snapshot with all that it holds, as it is printed and exported."""

from typing import TYPE_CHECKING, Any

from openclaw_manager.entrypoints.cli.session import session
from openclaw_manager.entrypoints.cli.snapshot.document import snapshot_document

if TYPE_CHECKING:
    from openclaw_manager.application.snapshot_view import SnapshotView
    from openclaw_manager.domain.section import Section


def whole_document(view: "SnapshotView", sections: "tuple[Section, ...]") -> dict[str, Any]:
    """Make the object of a snapshot with what its sections hold; without ``sections``, of all.

    ``content`` is absent from a section that did not come, and ``volatile`` from one in which
    nothing changes by itself.
    """
    snapshots = session().container.snapshots()
    contents = snapshots.contents(view, sections or None)
    volatile = snapshots.volatile(view)
    document = snapshot_document(view)
    document["sections"] = {
        section: state
        | ({"content": contents[section]} if section in contents else {})
        | ({"volatile": volatile[section]} if volatile.get(section) else {})
        for section, state in document["sections"].items()
        if not sections or section in sections
    }
    return document
