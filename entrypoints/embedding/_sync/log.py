# Written by docs/generate.py from _async/log.py; change that.
"""The log: read, followed, proved, vouched for, and carried elsewhere."""

from collections.abc import Iterator, Iterable, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime

from openclaw_manager import _store as store
from openclaw_manager._sync_engine import Verbs
from openclaw_manager._feed import EventFeed, Feed
from openclaw_manager._refusals import ManagerClosed
from openclaw_manager.application.history import Query
from openclaw_manager.application.history_entry import HistoryEntry
from openclaw_manager.application.importing import Imported
from openclaw_manager.application.incidents import Incident
from openclaw_manager.application.proof.checkpoint import Checkpoint
from openclaw_manager.application.proof.verification import Verified

_LOOK_EVERY = 0.2  # seconds between two looks at the head of the log


class Log(Verbs):
    """Reads the log, in which every fact is an event that is never changed."""

    def position(self) -> int:
        """Tell the position of the last event; 0 when there is none."""
        return self._engine.store(lambda parts: parts.event_log().head())

    def events(
        self,
        after: int = 0,
        *,
        follow: bool = False,
        instances: Sequence[str] = (),
        kinds: Sequence[str] = (),
        actor: str | None = None,
    ) -> Iterator[HistoryEntry]:
        """Tell what happened after a position, oldest first, and with ``follow`` what happens.

        Whoever keeps the position of the last event that was dealt with misses none and gets
        none twice. ``instances`` are selectors, ``kinds`` are names of events, topics, their
        last parts, or patterns of topics: without any, all that happens to instances, and
        ``"*"`` for what is recorded along with that. ``actor`` may leave out the host.

        Following ends when the manager is closed. Raises ``InvalidMoment`` for a position that
        the log does not have, ``UnknownEvent``, ``InstanceNotFound``, ``AmbiguousInstance``.
        """
        query = Query(instances, kinds, actor)
        feed = self._engine.store(lambda parts: EventFeed(parts.history(), query, after))
        with suppress(ManagerClosed) if follow else nullcontext():
            while True:
                entries = self._engine.store(lambda _parts: feed.some())
                for entry in entries:
                    yield entry
                if not entries and not (follow and self._engine.pause(_LOOK_EVERY)):
                    return

    def incidents(
        self,
        selectors: Iterable[str] | None = None,
        *,
        labels: str | None = None,
        since: datetime | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> tuple[Incident, ...]:
        """List the outages that a watch found, the newest first.

        Of all instances, removed ones included, or of those named, or those with some labels;
        with ``since`` those that went on then or later, with ``open_only`` those that go on.
        Raises ``InstanceNotFound``, ``AmbiguousInstance``, ``InvalidLabelSelector``.
        """
        return self._engine.store(
            lambda parts: tuple(
                store.incidents(parts, selectors, labels).find(
                    since=since and since.astimezone(UTC), open_only=open_only, limit=limit
                )
            )
        )

    def incident(self, incident_id: str) -> Incident:
        """Tell an outage by its id; raises ``IncidentNotFound``."""
        return self._engine.store(
            lambda parts: store.incidents(parts, None, None).show(incident_id)
        )

    def replay(self, at: datetime | int | None = None, *, show_secrets: bool = False) -> str:
        """Write ``data.json`` as it was at a time, or a position, made anew from the log.

        Raises ``InvalidMoment``.
        """
        return self._engine.store(
            lambda parts: store.replay(parts, at, show_secrets=show_secrets)
        )

    def verify(self, checkpoint: bytes | None = None, *, key: str | None = None) -> Verified:
        """Make everything anew that follows from the events, and compare; changes nothing.

        With a checkpoint, whether the log still has what that vouches for; ``key`` is the
        public half, as PEM, that signed it, by default the one of this home. Raises
        ``CheckpointRefused``, ``KeyRefused``.
        """
        return self._engine.store(lambda parts: store.verify(parts, checkpoint, key))

    def checkpoint(self) -> Checkpoint:
        """Sign where the log is, to be kept where the log is not; raises ``NothingToVouchFor``."""
        return self._engine.store(lambda parts: parts.checkpoints().make())

    def export(self, *, passphrase: str | None = None) -> Iterator[str]:
        """Give the log as lines, each ended; with a passphrase the secrets come along, sealed.

        Others may write meanwhile. Raises ``StoreDamaged`` where the chain does not hold.
        """
        lines = self._engine.store(lambda parts: Feed(store.export(parts, passphrase)))
        while some := self._engine.store(lambda _parts: lines.some()):
            for line in some:
                yield line

    def import_(self, lines: Iterable[str], *, passphrase: str | None = None) -> Imported:
        """Bring the lines of an export back, in a home that has no log: all of it or nothing.

        Sealed secrets stay behind without a passphrase. Raises ``LogExists``,
        ``ArchiveRefused``, ``SealRefused``.
        """
        return self._engine.store(lambda parts: store.import_(parts, lines, passphrase))
