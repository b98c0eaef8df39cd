"""A look at the log's head in PostgreSQL that loads nothing of the event store."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.layout import SCHEMA
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.stamp import Stamp

_uuid = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE).fullmatch
_STAMP = f"SELECT id, (SELECT max(position) FROM {SCHEMA}.stored_events) FROM {SCHEMA}.log"
_OF_INSTANCES = (
    f"FROM {SCHEMA}.stored_events "
    "WHERE originator_version = 1 AND topic IN ('instance.registered', 'instance.adopted')"
)
_REGISTERED = f"SELECT originator_id::text {_OF_INSTANCES} AND originator_id = ANY(%s::uuid[])"
_COUNT = f"SELECT count(*) {_OF_INSTANCES}"


class PostgresLogHead:
    """Tells how far the log has come, and which instances stand in it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def stamp(self) -> Stamp:
        """Tell the id of the log and the position of its last event."""
        rows = self._read(_STAMP)
        if not rows:
            raise StoreDamaged(self._connections.place, "has lost its id")
        [(log_id, position)] = rows
        return Stamp(log_id, position or 0)

    def registered(self, instance_ids: Iterable[str]) -> set[str]:
        """Tell which of these texts are the UUIDs, in any form, of instances in the log."""
        keys = {id_: id_.replace("-", "").lower() for id_ in filter(_uuid, instance_ids)}
        rows = self._read(_REGISTERED, (list(keys.values()),))
        known = {id_.replace("-", "") for (id_,) in rows}
        return {id_ for id_, key in keys.items() if key in known}

    def instances(self) -> int:
        """Count the instances in the log, removed ones included."""
        [(count,)] = self._read(_COUNT)
        return int(count)

    def _read(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._connections.read(lambda link: link.execute(statement, parameters).fetchall())
