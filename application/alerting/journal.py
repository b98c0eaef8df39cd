"""What became of alerts, kept until it stands in the log."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.recording import FactRecorder
from openclaw_manager.domain.alert import AlertReport
from openclaw_manager.domain.errors import OpenClawManagerError, StoreDamaged, ViewBehind
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Provenance

_UNTIL_THE_NEXT_TRY = 10.0  # seconds, where the store is at fault

_log = logging.getLogger("openclaw_manager")


class Entry(NamedTuple):
    """What became of one alert about an instance, and when (UTC)."""

    instance_id: UUID
    at: datetime
    report: AlertReport


class AlertRecords:
    """Records what became of alerts."""

    def __init__(self, log: EventLog, facts: FactRecorder) -> None:
        self._log = log
        self._facts = facts

    def record(self, entries: Sequence[Entry]) -> None:
        """Record all in one transaction, none before what happened to its instance already.

        What is about an instance that cannot be read back is left out, and said. Raises a
        ``StoreError``, or ``TooMuchContention``.
        """
        actor = self._facts.provenance().actor

        def decide() -> list[Instance]:
            instances = self._readable(entry.instance_id for entry in entries)
            for instance_id, at, report in entries:
                if instance := instances.get(instance_id):
                    by = Provenance(max(at, instance.modified_on), actor)
                    instance.record_alert(report, by)
            return [*instances.values()]

        self._facts.record(decide)

    def _readable(self, ids: Iterable[UUID]) -> dict[UUID, Instance]:
        """Read instances; one that is damaged keeps nothing about others from being recorded."""
        instances: dict[UUID, Instance] = {}
        for id_ in dict.fromkeys(ids):
            try:
                instances[id_] = self._log.instance(id_)
            except (StoreDamaged, AggregateNotFoundError) as error:
                _log.warning("what became of alerts about %s is not recorded: %s", id_, error)
        return instances


class Journal:
    """Takes reports without waiting, and records them while others work.

    What cannot be recorded, since the store is at fault, is kept and tried again.
    """

    def __init__(self, records: AlertRecords) -> None:
        self._records = records
        self._kept: list[Entry] = []
        self._arrived = asyncio.Event()
        self._ending = asyncio.Event()

    def keep(self, entry: Entry) -> None:
        """Take one, to be recorded soon."""
        self._kept.append(entry)
        self._arrived.set()

    async def run(self) -> None:
        """Record what arrives, until it is to end and all is recorded or cannot be."""
        known = None
        while not self._ending.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            problem = await self._record()
            if problem and not self._ending.is_set():
                if str(problem) != known:  # else it would be said for as long as it lasts
                    _log.warning("what became of alerts is recorded later: %s", problem)
                await self._pause()
                self._arrived.set()
            known = problem and str(problem)
        if self._kept and (problem := await self._record()):
            _log.warning("what became of alerts is lost (%d): %s", len(self._kept), problem)

    def end(self) -> None:
        """Let it end."""
        self._ending.set()
        self._arrived.set()

    async def _record(self) -> OpenClawManagerError | None:
        entries, self._kept = self._kept, []
        if not entries:
            return None
        try:
            await asyncio.to_thread(self._records.record, entries)
        except ViewBehind:
            pass  # it is recorded, and whoever records next brings the view along
        except OpenClawManagerError as problem:
            self._kept = entries + self._kept
            return problem
        except Exception as fault:  # noqa: BLE001 - what comes after is to be recorded
            kind = type(fault).__name__
            _log.warning(
                "what became of alerts is lost (%d): a fault in openclaw-manager (%s)",
                len(entries),
                kind,
            )
            _log.debug("the fault was", exc_info=True)
        return None

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_UNTIL_THE_NEXT_TRY):
                await self._ending.wait()
