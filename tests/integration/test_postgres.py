"""The log in PostgreSQL: who may use it, what is said where it cannot be, what is never lost."""

import logging
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import MappingProxyType
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from openclaw_manager.adapters.postgres.connections import Connections
from openclaw_manager.adapters.postgres.evidence import PostgresLogEvidence
from openclaw_manager.adapters.postgres.initialisation import PostgresInitialisation
from openclaw_manager.adapters.postgres.recorder import PostgresLogRecorder
from openclaw_manager.adapters.postgres.server import server_at
from openclaw_manager.domain.errors import (
    StoreDamaged,
    StoreLocked,
    StoreNotInitialised,
    StoreUnavailable,
)
from postgres import PASSWORD, Postgres
from postgres_proxy import Loss, proxy_to

_PATIENCE = 5.0


class Use:
    """Connects as many times as a test likes, and closes everything at its end."""

    def __init__(self, closing: ExitStack) -> None:
        self._closing = closing

    def connections(
        self,
        uri: str,
        given: Mapping[str, str] = MappingProxyType({}),
        *,
        patience: float = _PATIENCE,
        initialised: bool = True,
    ) -> Connections:
        connections = Connections(
            server_at(uri, given, patience=patience), patience=patience, initialised=initialised
        )
        self._closing.callback(connections.close)
        return connections

    def recorder(
        self, uri: str, *, patience: float = _PATIENCE, **given: str
    ) -> PostgresLogRecorder:
        return PostgresLogRecorder(self.connections(uri, given, patience=patience))

    def initialise(self, uri: str, *roles: str) -> str:
        making = PostgresInitialisation(self.connections(uri, initialised=False))
        return making.initialise(roles).log


@pytest.fixture
def use() -> Iterator[Use]:
    with ExitStack() as closing:
        yield Use(closing)


@pytest.fixture
def log(postgres: str, use: Use) -> str:
    """Make a database ready; its URI."""
    use.initialise(postgres)
    return postgres


def _event(id_: UUID | None = None, version: int = 1, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(id_ or uuid4(), version, "instance.registered", state)


def test_a_server_that_is_gone_without_a_word_is_found_out_in_seconds() -> None:
    """Also while it owes us an answer: the system probes a connection only where it does not."""
    given = server_at("postgresql://db.example/registry", {}, patience=_PATIENCE).parameters
    assert 0 < int(given["tcp_user_timeout"]) <= 30_000
    probes = int(given["keepalives_interval"]) * int(given["keepalives_count"])
    assert int(given["keepalives_idle"]) + probes <= 30


def _database(uri: str) -> str:
    return uri.rpartition("/")[2]


# Making it ready


def test_eight_who_make_a_database_ready_at_once_make_one_log(postgres: str, use: Use) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: use.initialise(postgres), range(8)))
    assert len(ids) == 1
    assert use.recorder(postgres).log_id() in ids


def test_a_database_that_nobody_made_ready_is_told_from_a_log(postgres: str, use: Use) -> None:
    with pytest.raises(StoreNotInitialised):
        use.recorder(postgres).log_id()


def test_a_log_of_a_newer_version_is_left_alone(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    postgres_server.run_sql("UPDATE openclaw_manager.log SET layout = 2", _database(log))
    with pytest.raises(StoreDamaged, match="layout 2"):
        use.recorder(log).max_notification_id()
    with pytest.raises(StoreDamaged, match="newer version"):
        use.initialise(log)


def test_a_role_can_append_and_neither_change_nor_erase(
    postgres: str, use: Use, postgres_server: Postgres
) -> None:
    database = _database(postgres)
    postgres_server.run_sql(f"CREATE ROLE app_{database} LOGIN")
    use.initialise(postgres, f"app_{database}")
    uri = postgres_server.uri(database, f"app_{database}")
    assert use.recorder(uri).insert_events([_event()]) == range(1, 2)
    for change in (
        "UPDATE openclaw_manager.stored_events SET topic = 'x'",
        "DELETE FROM openclaw_manager.stored_events",
        "TRUNCATE openclaw_manager.stored_events",
        "UPDATE openclaw_manager.log SET id = 'another'",
        "CREATE TABLE openclaw_manager.more ()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(uri) as link:
            link.execute(change)


def test_a_role_without_rights_is_told_so(log: str, use: Use, postgres_server: Postgres) -> None:
    database = _database(log)
    postgres_server.run_sql(f"CREATE ROLE none_{database} LOGIN")
    stranger = postgres_server.uri(database, f"none_{database}")
    with pytest.raises(StoreUnavailable, match="lacks a right"):
        use.recorder(stranger).log_id()
    with pytest.raises(StoreUnavailable, match="may not make a schema"):
        use.initialise(postgres_server.uri("postgres", f"none_{database}"))
    with pytest.raises(StoreUnavailable, match="no role of that name: nobody_of_that_name"):
        use.initialise(log, "nobody_of_that_name")


def test_a_search_path_leads_nobody_astray(log: str, use: Use) -> None:
    recorder = use.recorder(f"{log}?options=-csearch_path%3Dnowhere")
    assert recorder.insert_events([_event()]) == range(1, 2)


# Who gets in


def test_a_password_comes_from_the_environment_that_is_given_and_is_never_shown(
    log: str, use: Use, postgres_server: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    database = _database(log)
    use.initialise(log, "guarded")
    uri = postgres_server.uri(database, "guarded")
    assert use.recorder(uri, PGPASSWORD=PASSWORD).log_id()
    wrong = use.connections(uri, {"PGPASSWORD": "tok-secret"})
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreUnavailable) as refusal:
        wrong.read(lambda link: link)
    told = "".join(traceback.format_exception(refusal.value))
    assert "does not take the password" in told
    for text in (told, caplog.text, repr(wrong.server), repr(vars(wrong)), repr(refusal.value)):
        assert "tok-secret" not in text
    with pytest.raises(StoreUnavailable, match="wants a password"):
        use.recorder(uri).log_id()


def test_the_environment_of_the_process_is_nobodys_business(
    log: str, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGOPTIONS"):
        monkeypatch.setenv(name, "nonsense")
    assert use.recorder(log).log_id()


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("postgresql://u@127.0.0.1:1/x", "no server answers there"),
        ("postgresql://u@nosuch.invalid/x", "the name of the host is not known"),
        ("host=/nowhere/at/all user=u", "no server answers there"),
        ("postgresql://u@127.0.0.1/x?nonsense=1", "is no address of a database"),
    ],
)
def test_what_cannot_be_reached_is_told_in_a_sentence(use: Use, uri: str, problem: str) -> None:
    with pytest.raises(StoreUnavailable, match=problem):
        use.recorder(uri, patience=1).log_id()


@pytest.mark.parametrize(
    ("database", "options", "problem"),
    [
        ("nosuch", "", "does not exist"),
        ("postgres", "?sslmode=require", "cannot be reached over TLS"),
    ],
)
def test_what_the_server_refuses_is_told_in_a_sentence(
    use: Use, postgres_server: Postgres, database: str, options: str, problem: str
) -> None:
    with pytest.raises(StoreUnavailable, match=problem):
        use.recorder(postgres_server.uri(database) + options).log_id()


# Appending


def test_many_threads_append_one_after_the_other(log: str, use: Use) -> None:
    recorder = use.recorder(log)
    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda _: recorder.insert_events([_event()]), range(60)))
    assert sorted(positions[0] for positions in done if positions) == list(range(1, 61))
    assert PostgresLogEvidence(use.connections(log)).last_link_holds()


def test_a_position_is_never_used_again(log: str, use: Use, postgres_server: Postgres) -> None:
    recorder = use.recorder(log)
    recorder.insert_events([_event(), _event()])
    postgres_server.run_sql("DELETE FROM openclaw_manager.stored_events", _database(log))
    assert recorder.insert_events([_event()]) == range(3, 4)


def test_who_keeps_the_lock_too_long_is_not_waited_for(log: str, use: Use) -> None:
    with psycopg.connect(log) as other:
        other.execute("SELECT * FROM openclaw_manager.log FOR UPDATE")
        with pytest.raises(StoreLocked):
            use.recorder(log, patience=0.2).insert_events([_event()])
    assert use.recorder(log).insert_events([_event()]) == range(1, 2)


def test_a_server_that_only_reads_is_said_to_do_so(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    recorder = use.recorder(log)
    recorder.insert_events([_event()])
    postgres_server.run_sql(
        f"ALTER DATABASE {_database(log)} SET default_transaction_read_only = on"
    )
    reading = use.recorder(log)
    assert reading.max_notification_id() == 1
    with pytest.raises(StoreUnavailable, match="the server is read-only"):
        reading.insert_events([_event()])


# Losing the connection


@pytest.mark.parametrize("loss", Loss)
def test_a_connection_lost_at_the_commit_records_once(
    log: str, use: Use, postgres_server: Postgres, loss: Loss
) -> None:
    with proxy_to(postgres_server.port) as proxy:
        recorder = use.recorder(log.replace(str(postgres_server.port), str(proxy.port)))
        id_ = uuid4()
        proxy.losses = [loss]
        events = [_event(id_), _event(id_, 2, b'{"a": 1}')]
        assert list(recorder.insert_events(events) or []) == [1, 2]
        assert proxy.losses == []
        assert recorder.max_notification_id() == 2
        with pytest.raises(IntegrityError):
            recorder.insert_events(events)


def test_what_another_recorded_while_the_connection_was_lost_is_a_conflict(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    id_ = uuid4()
    with proxy_to(postgres_server.port) as proxy:
        recorder = use.recorder(log.replace(str(postgres_server.port), str(proxy.port)))
        recorder.log_id()
        proxy.losses = [Loss.BEFORE_COMMIT]
        use.recorder(log).insert_events([_event(id_, state=b'{"theirs": 1}')])
        with pytest.raises(IntegrityError):
            recorder.insert_events([_event(id_, state=b'{"ours": 1}')])


def test_what_may_be_recorded_is_said_to_be_unknown(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    with proxy_to(postgres_server.port) as proxy:
        uri = log.replace(str(postgres_server.port), str(proxy.port))
        recorder = use.recorder(uri, patience=0.3)
        proxy.losses = [Loss.AFTER_COMMIT] * 100
        recorder.log_id()
        with pytest.raises(StoreUnavailable, match="nobody knows whether it did"):
            recorder.insert_events([_event()])


def test_connections_that_the_server_ended_are_made_anew(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    recorder = use.recorder(log)
    recorder.insert_events([_event()])
    end = f"""
        SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = '{_database(log)}' AND pid <> pg_backend_pid()
    """  # noqa: S608 - of a name that the tests made
    postgres_server.run_sql(end)
    assert recorder.max_notification_id() == 1
    postgres_server.run_sql(end)
    assert recorder.insert_events([_event()]) == range(2, 3)


def test_a_server_without_a_connection_to_spare_is_waited_for(
    log: str, use: Use, postgres_server: Postgres
) -> None:
    """A limit of the database counts for all but those who may do everything."""
    database = _database(log)
    postgres_server.run_sql(f"CREATE ROLE few_{database} LOGIN CONNECTION LIMIT 1")
    use.initialise(log, f"few_{database}")
    uri = postgres_server.uri(database, f"few_{database}")
    refused = pytest.raises(StoreUnavailable, match="gives no more connections")
    with psycopg.connect(uri), refused:
        use.recorder(uri, patience=0.2).log_id()
    assert use.recorder(uri).log_id()
