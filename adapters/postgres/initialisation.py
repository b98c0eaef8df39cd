"""Making a database ready for the log: once, whoever asks for it at the same time."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

import psycopg
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from openclaw_manager.adapters.postgres.connections import Connections, Link
from openclaw_manager.adapters.postgres.errors import store_error
from openclaw_manager.adapters.postgres.layout import MIGRATIONS, RIGHTS, SCHEMA, VERSION
from openclaw_manager.domain.errors import StoreDamaged, StoreUnavailable

_NUMBER = 0x4F434C4D  # "OCLM": of the lock under which a log is made
_TABLE = "SELECT to_regclass(%s)"
_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_TIMEOUT = "SELECT set_config('lock_timeout', %s, true)"


class Initialised(NamedTuple):
    """What became of it: the id of the log, its layout, and the one before, 0 if there was none.

    ``roles`` are those that got the right to use it.
    """

    log: str
    layout: int
    before: int
    roles: Sequence[str]


class PostgresInitialisation:
    """Makes the schema and the tables, or brings them to the layout of this version."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def initialise(self, roles: Sequence[str] = ()) -> Initialised:
        """Make what is missing, and let roles use it; all of it or nothing.

        To do it twice changes nothing. Raises a ``StoreError``.
        """
        try:
            with self._connections.one() as link, link.transaction():
                link.execute(_TIMEOUT, (f"{int(self._connections.patience * 1000)}ms",))
                link.execute(_LOCK, (_NUMBER,))
                before = self._layout(link)
                self._migrate(link, before)
                for role in roles:
                    link.execute(SQL(RIGHTS).format(role=Identifier(role)))
                [(log_id,)] = link.execute(f"SELECT id FROM {SCHEMA}.log")
        except InsufficientPrivilege as error:
            problem = "this user may not make a schema there; ask who owns the database to do it"
            raise StoreUnavailable(self._connections.place, problem) from error
        except psycopg.errors.UndefinedObject as error:
            problem = f"has no role of that name: {', '.join(roles)}"
            raise StoreUnavailable(self._connections.place, problem) from error
        except psycopg.Error as error:
            raise store_error(self._connections.place, error) from error
        finally:
            self._connections.close()
        return Initialised(log_id, VERSION, before, roles)

    def _layout(self, link: Link) -> int:
        [(table,)] = link.execute(_TABLE, (f"{SCHEMA}.log",))
        if table is None:
            return 0
        row = link.execute(f"SELECT layout FROM {SCHEMA}.log").fetchone()
        if row is None:
            raise StoreDamaged(self._connections.place, "has lost its id")
        (layout,) = row
        if layout > VERSION:
            problem = f"was written by a newer version of openclaw-manager (layout {layout})"
            raise StoreDamaged(self._connections.place, problem)
        return int(layout)

    def _migrate(self, link: Link, before: int) -> None:
        if before == 0:
            link.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for statements in MIGRATIONS[before:]:
            link.execute(statements)
        if before == 0:
            created = (str(uuid4()), VERSION)
            link.execute(f"INSERT INTO {SCHEMA}.log (id, layout) VALUES (%s, %s)", created)
        else:
            link.execute(f"UPDATE {SCHEMA}.log SET layout = %s", (VERSION,))
