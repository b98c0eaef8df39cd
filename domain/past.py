"""What an instance went through before it was known here."""

from datetime import datetime
from typing import NamedTuple

from openclaw_manager.domain.condition import Status


class Past(NamedTuple):
    """What another tool says of an instance; times are aware, and the latency in milliseconds.

    ``removed_at`` is None for one that is not removed.
    """

    created_at: datetime
    updated_at: datetime
    removed_at: datetime | None = None
    status: Status = Status.REGISTERED
    last_ping_at: datetime | None = None
    last_ping_latency_ms: float | None = None
    version: str | None = None
    device_id: str | None = None
