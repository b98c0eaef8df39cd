"""The projection: what the log says of each instance, brought into the view."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.minion import belongs_to_instance, follows
from openclaw_manager.application.ports.view import View, ViewEdit
from openclaw_manager.application.showing import Showing, Shown
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import FactKeeper
from openclaw_manager.domain.stamp import Stamp

if TYPE_CHECKING:
    from openclaw_manager.domain.snapshot import Snapshot


class Projection:
    """Keeps the view in step with the log.

    What the view shows is a function of each instance at one version, so to catch up is to
    show those instances again that had events since, and to rebuild is to catch up from the
    beginning. Doing it twice changes nothing.
    """

    def __init__(self, log: EventLog, view: View, showing: Showing) -> None:
        self._log = log
        self._view = view
        self._showing = showing

    def catch_up(self, saved: Iterable[FactKeeper] = (), *, anew: bool = False) -> None:
        """Bring the view to the head of the log, or make it anew; raises a ``StoreError``.

        ``saved`` are aggregates as they were saved just now, which need not be read again.
        """
        with self._view.edit() as edit:
            head = Stamp(self._log.id, self._log.head())
            if edit.stamp == head and not anew:
                return
            if problem := _problem_with(edit.stamp, head):
                edit.keep_aside(problem)  # it may be all that is left of what the log has lost
            after = edit.stamp.position if edit.stamp and not (anew or problem) else 0
            changed = self._log.instances_changed(after, head.position)
            self._show(self._read(changed, saved), after, head, edit)

    def _show(self, instances: list[Instance], after: int, head: Stamp, edit: ViewEdit) -> None:
        """Show instances, and the snapshots of those that got new ones.

        A snapshot never changes: what the view has of it from before is as good as new,
        unless the view comes from elsewhere.
        """
        captured = self._log.instances_captured(after, head.position)
        having = [one for one in instances if one.id in captured]
        ids = {str(one.id) for one in having}
        held = edit.belonging_to(ids) if ids else set()
        snapshots = self._showing.snapshots(having, held if after else ())
        edit.save(
            self._showing.instances(instances) + snapshots.minions,
            head,
            relations=snapshots.relations,
            gone=set(self._gone(held, ids, snapshots)),
        )

    def _read(self, versions: Mapping[UUID, int], saved: Iterable[FactKeeper]) -> list[Instance]:
        at_hand = {(one.id, one.version): one for one in saved if isinstance(one, Instance)}
        return [
            at_hand.get((id_, version)) or self._log.instance(id_, version)
            for id_, version in versions.items()
        ]

    def _gone(self, held: set[str], instance_ids: set[str], shown: Shown) -> Iterator[str]:
        """Tell the ids of what may stand in the view, is ours, and is shown no more.

        Only the log knows whose an entry is: other tools have snapshots of our instances too.
        """
        kept = {one["targetId"] for one in shown.relations if one["type"] == "parent_of"}
        following = {one["sourceId"] for one in shown.relations if one["type"] == "follows"}
        ours = map(self._log.snapshot, self._log.known_snapshots(list(_ids(held - kept))))
        old = [snapshot for snapshot in ours if snapshot.instance_id in instance_ids]
        yield from (str(snapshot.id) for snapshot in old)
        # The oldest that is kept follows one that is not.
        oldest = [self._log.snapshot(UUID(id_)) for id_ in kept - following]
        relations = {one["id"] for one in shown.relations}
        yield from (id_ for id_ in _relations_of(old + oldest) if id_ not in relations)


def _problem_with(view: Stamp | None, head: Stamp) -> str | None:
    """Say why a view cannot have been made from this log as it is, if it cannot."""
    if view is None:
        return None
    if view.log != head.log:
        return f"was made from another log ({view.log})"
    if view.position > head.position:
        return f"was made from {view.position} events, and the log ends at {head.position}"
    return None


def _ids(texts: Iterable[str]) -> Iterator[UUID]:
    """Read those that are written as we write ids."""
    for text in texts:
        with suppress(ValueError):
            id_ = UUID(text)
            if str(id_) == text:
                yield id_


def _relations_of(snapshots: "Iterable[Snapshot]") -> Iterator[str]:
    for snapshot in snapshots:
        yield belongs_to_instance(snapshot)["id"]
        before = follows(snapshot)
        if before is not None:
            yield before["id"]
