"""Events in PostgreSQL: appended by many machines, each after the other, and found again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg.errors import UniqueViolation

from openclaw_manager.adapters.postgres import recorder_queries as sql
from openclaw_manager.adapters.postgres.connections import Connections, Link
from openclaw_manager.adapters.postgres.errors import passes, store_error, was_lost
from openclaw_manager.application.ports.log_recorder import LogRecorder, Sought
from openclaw_manager.domain.chain import beginning, link
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable

Events = Sequence[StoredEvent]


class PostgresLogRecorder(LogRecorder):
    """Records events, and finds them by what people ask for; see ``LogRecorder``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._log_id: str | None = None

    def log_id(self) -> str:
        """Read the id that the log was created with; once, since it never changes."""
        if self._log_id is None:
            rows = self._read(sql.LOG_ID)
            if not rows:
                raise StoreDamaged(self._connections.place, "has lost its id")
            self._log_id = str(rows[0][0])
        return self._log_id

    # Appending

    def insert_events(self, stored_events: Events, **_: Any) -> Sequence[int] | None:
        """Append events, each with its link in the chain; all of them or none.

        A try whose connection is lost is made again, also where nobody knows what became of
        it: the events of a try that was heard are found to be there already. Raises
        ``IntegrityError`` where others were faster, and a ``StoreError``.
        """
        if not stored_events:
            return []
        pauses = self._connections.pauses()
        append = _Append(stored_events)
        while True:
            try:
                with self._connections.one() as connection:
                    return append.through(connection, self._connections.patience)
            except UniqueViolation as error:
                return self._positions_of_earlier_try(append, error)
            except psycopg.Error as error:
                if not (passes(error) and next(pauses, False)):
                    raise self._failure(append, error) from error
            except StoreUnavailable as error:
                raise self._failure(append, error) from error

    def _positions_of_earlier_try(self, append: "_Append", error: UniqueViolation) -> Sequence[int]:
        """Tell where the events are, if it was we who put them there."""
        if append.may_be_recorded:
            found = self._read(sql.RECORDED, append.keys())
            if [tuple(row[1:]) for row in found] == append.contents():
                return [row[0] for row in found]
        raise IntegrityError("another process was faster") from error

    def _failure(self, append: "_Append", error: psycopg.Error | StoreUnavailable) -> Exception:
        if append.may_be_recorded:
            unknown = "the connection was lost while it recorded, and nobody knows whether it did"
            return StoreUnavailable(self._connections.place, unknown)
        if isinstance(error, psycopg.Error):
            return store_error(self._connections.place, error)
        return error

    # Finding

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Events:
        """Read the events of one aggregate, by their versions."""
        statement = sql.EVENTS_OF_ONE.format(direction="DESC" if desc else "ASC")
        rows = self._read(statement, (originator_id, gt or 0, lte, limit))
        return [StoredEvent(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Read events in the order in which they were appended."""
        first = (start or 0) + (not inclusive_of_start)
        wanted = (first, stop, list(topics), list(topics), limit)
        return [_notification(row) for row in self._read(sql.NOTIFICATIONS, wanted)]

    def max_notification_id(self) -> int | None:
        """Tell the position of the last event."""
        position: int | None = self._read(sql.LAST_POSITION)[0][0]
        return position

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Refuse: who follows the log asks for what came after a position."""
        raise NotImplementedError

    def latest_versions(self, topics_beginning: str, after: int, upto: int) -> Mapping[UUID, int]:
        """Tell the last version that aggregates reached in a span of the log."""
        return dict(self._read(sql.LATEST_VERSIONS, (after, upto, topics_beginning)))

    def seek_events(
        self, sought: Sought, first: int, last: int, limit: int | None
    ) -> Sequence[Notification]:
        """Read the events that are sought in a span of the log."""
        statement, parameters = sql.seeking(sought)
        span = (min(first, last), max(first, last))
        rows = self._read(
            f"{statement} {_direction(first, last)} LIMIT %s", (*span, *parameters, limit)
        )
        return [_notification(row) for row in rows]

    def select_aggregates(self, versions: Mapping[UUID, int]) -> Sequence[Events]:
        """Read kept states and the events since, of all aggregates at once."""
        found: dict[UUID, list[StoredEvent]] = {id_: [] for id_ in versions}
        rows = self._read(sql.AGGREGATES, (list(versions), list(versions.values())))
        for row in rows:
            found[row[0]].append(StoredEvent(*row))
        return list(found.values())

    def seek_beginnings(
        self, first: int, last: int, limit: int, size: int
    ) -> Sequence[tuple[int, bytes]]:
        """Read how the states in a span of the log begin."""
        return self._read(
            f"{sql.BEGINNINGS} {_direction(first, last)} LIMIT %s",
            (size, min(first, last), max(first, last), limit),
        )

    def ids_beginning(self, prefix: str, topics: Sequence[str]) -> Sequence[UUID]:
        """Find aggregates by the beginning of their id."""
        if len(prefix) > _DIGITS:
            return []
        span = (UUID(prefix.ljust(_DIGITS, "0")), UUID(prefix.ljust(_DIGITS, "f")))
        return [id_ for (id_,) in self._read(sql.IDS_BETWEEN, (list(topics), *span))]

    def known(self, ids: Collection[UUID], topic: str) -> Sequence[UUID]:
        """Tell which aggregates there are."""
        return [id_ for (id_,) in self._read(sql.KNOWN, (topic, list(ids)))]

    def _read(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self._connections.read(
            lambda connection: connection.execute(statement, parameters, binary=True).fetchall()
        )


class PostgresStateRecorder(AggregateRecorder):
    """Keeps the state of aggregates at some of their versions."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def insert_events(self, stored_events: Events, **_: Any) -> Sequence[int] | None:
        """Keep states; one that is lost costs time later, and nothing else."""
        try:
            with self._connections.one() as connection:
                connection.execute(sql.KEEP_STATES, _columns(stored_events), binary=True)
        except UniqueViolation as error:
            raise IntegrityError("another process was faster") from error
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Events:
        """Read the states of one aggregate, by their versions."""
        statement = sql.STATES_OF_ONE.format(direction="DESC" if desc else "ASC")
        parameters = (originator_id, gt or 0, lte, limit)
        rows = self._connections.read(
            lambda connection: connection.execute(statement, parameters, binary=True).fetchall()
        )
        return [StoredEvent(*row) for row in rows]


class _Append:
    """Events on their way into the log, in as many tries as it takes."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.may_be_recorded = False
        """Whether a try got so far that the server may have recorded them."""
        self._sent = False

    def through(self, connection: Link, patience: float) -> Sequence[int]:
        """Try once: two round trips, one to be the only writer, and one to write and to commit."""
        try:
            positions, problem = self._through_pipeline(connection, patience)
        except psycopg.Error as error:  # what came only as the pipeline ended
            positions, problem = (), error
        if problem is not None:
            self.may_be_recorded = self.may_be_recorded or (self._sent and was_lost(problem))
            raise problem
        return positions

    def _through_pipeline(
        self, connection: Link, patience: float
    ) -> tuple[Sequence[int], psycopg.Error | None]:
        """Give the error that came in the midst of it: psycopg would log it on its way out."""
        with connection.pipeline() as pipeline:
            try:
                positions, chain = self._first_trip(connection, patience)
                self._sent = True
                self._second_trip(connection, positions, chain)
                pipeline.sync()
            except psycopg.Error as error:
                return (), error
        return positions, None

    def _first_trip(self, connection: Link, patience: float) -> tuple[Sequence[int], list[bytes]]:
        self._sent = False
        connection.execute(sql.BEGIN)
        connection.execute(sql.LOCK_TIMEOUT, (f"{max(1, int(patience * 1000))}ms",))
        locked = connection.execute(sql.LOCK, binary=True)
        newest = connection.execute(sql.LAST_LINK, binary=True)
        log_id, given_out = locked.fetchone() or (None, 0)
        return self._links(log_id, given_out, newest.fetchone())

    def _second_trip(self, connection: Link, positions: Sequence[int], chain: list[bytes]) -> None:
        connection.execute(sql.APPEND, self._rows(positions, chain))
        connection.execute(sql.GIVE_OUT, (positions[-1],))
        connection.execute("COMMIT")

    def keys(self) -> tuple[list[Any], list[int]]:
        """Give the ids and versions, each list for itself."""
        return (
            [event.originator_id for event in self._events],
            [event.originator_version for event in self._events],
        )

    def contents(self) -> list[tuple[str, bytes]]:
        """Give what is stored of each besides."""
        return [(event.topic, event.state) for event in self._events]

    def _links(
        self, log_id: str | None, given_out: int, newest: tuple[int, bytes] | None
    ) -> tuple[Sequence[int], list[bytes]]:
        if log_id is None:
            raise StoreDamaged("the log in PostgreSQL", "has lost its id")
        last, previous = newest or (0, beginning(log_id))
        first = max(last, given_out) + 1
        positions, chain = range(first, first + len(self._events)), []
        for position, event in zip(positions, self._events, strict=True):
            id_, version = event.originator_id, event.originator_version
            assert isinstance(id_, UUID), "every aggregate here is named by a UUID"
            previous = link(previous, position, id_.bytes, version, event.topic, event.state)
            chain.append(previous)
        return positions, chain

    def _rows(self, positions: Sequence[int], chain: list[bytes]) -> tuple[list[Any], ...]:
        return (list(positions), *_columns(self._events), chain)


_DIGITS = 32  # of an id, as hexadecimal


def _columns(events: Events) -> tuple[list[Any], ...]:
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )


def _notification(row: tuple[Any, ...]) -> Notification:
    position, originator_id, version, topic, state = row
    return Notification(originator_id, version, topic, state, position)


def _direction(first: int, last: int) -> str:
    return "ASC" if first <= last else "DESC"
