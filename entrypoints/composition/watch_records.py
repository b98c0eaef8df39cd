"""What tells of outages and pings, put together without the event store and the container."""

import os
from typing import TYPE_CHECKING

from openclaw_manager.adapters.clock import SystemClock
from openclaw_manager.entrypoints.composition.files import LOG
from openclaw_manager.entrypoints.composition.store_address import SQLITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openclaw_manager.application.course import Courses
    from openclaw_manager.application.incidents import Incidents
    from openclaw_manager.application.ports.watch_records import WatchRecords
    from openclaw_manager.application.statistics import Statistics
    from openclaw_manager.entrypoints.composition.settings import Settings


def incidents_of(settings: "Settings", names: "Mapping[str, str]") -> "Incidents":
    """Tell incidents of instances, whose ``names`` are given by their ids."""
    from openclaw_manager.application.incidents import Incidents

    return Incidents(_records(settings), names, SystemClock())


def statistics(settings: "Settings") -> "Statistics":
    """Tell how available and how fast instances were."""
    from openclaw_manager.application.statistics import Statistics

    return Statistics(_records(settings), SystemClock())


def courses(settings: "Settings") -> "Courses":
    """Tell how fast an instance was over time, and when it was down."""
    from openclaw_manager.application.course import Courses

    return Courses(_records(settings), SystemClock())


def _records(settings: "Settings") -> "WatchRecords":
    if settings.store_kind != SQLITE:
        from openclaw_manager.entrypoints.composition.postgres import watch_records_of

        return watch_records_of(settings)
    from openclaw_manager.adapters.event_store.watch_records import SqliteWatchRecords

    return SqliteWatchRecords(os.path.join(settings.home, LOG), lock_timeout=settings.lock_timeout)
