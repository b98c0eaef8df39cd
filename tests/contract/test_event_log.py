"""What every log does, wherever it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import RecordConflictError

from openclaw_manager.application.event_log import EventLog
from openclaw_manager.application.ports.log_recorder import Sought
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.chain import beginning
from openclaw_manager.domain.condition import Condition
from openclaw_manager.domain.errors import LogExists
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.past import Past
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.stamp import Stamp
from openclaw_manager.domain.trust import SYSTEM_TRUST
from stores import Store

BY = Provenance(datetime(2026, 11, 23, 16, tzinfo=UTC), "ada@lovelace")
REACHED = PingOutcome(Condition.OK, latency_ms=1.5, connect_ms=2.5)


@pytest.fixture
def log(store: Store) -> EventLog:
    return store.open()


def _registered(name: str = "home", id_: UUID | None = None) -> Instance:
    return Instance.register(
        id_ or uuid4(), InstanceName(name), GatewayUrl("ws://host"), NO_CREDENTIALS, [], BY
    )


def _saved(log: EventLog, name: str = "home") -> UUID:
    instance = _registered(name)
    log.save(instance)
    return instance.id


def _ping(log: EventLog, id_: UUID, times: int = 1) -> None:
    for _ in range(times):
        instance = log.instance(id_)
        instance.record_ping(REACHED, BY)
        log.save(instance)


def test_what_was_saved_is_read_back_by_another_process(log: EventLog, store: Store) -> None:
    id_ = _saved(log)
    _ping(log, id_)
    again = store.open()
    assert vars(again.instance(id_)) == vars(log.instance(id_))
    assert again.instance(id_).version_of_gateway is None
    assert again.instance(id_).status == "reachable"
    assert (again.id, again.head()) == (log.id, 2)


def test_an_instance_is_read_as_it_was(log: EventLog) -> None:
    id_ = _saved(log)
    _ping(log, id_)
    assert log.instance(id_, 1).status == "registered"
    assert log.instance(id_, 2).status == "reachable"


def test_what_never_was_is_not_found(log: EventLog) -> None:
    with pytest.raises(AggregateNotFoundError):
        log.instance(uuid4())
    assert log.reservation("home") is None
    assert log.head() == 0


def test_positions_rise_by_one_in_the_order_of_saving(log: EventLog) -> None:
    one, other = _saved(log, "one"), _saved(log, "other")
    _ping(log, one, 2)
    _ping(log, other)
    log.save(_registered("third"), NameReservation.reserve_first(InstanceName("x"), one, BY))
    assert [position for position, _ in log.history(one, upto=100)] == [1, 3, 4]
    assert [position for position, _ in log.history(other, upto=100)] == [2, 5]
    assert log.head() == 7


def test_of_two_who_change_one_instance_the_second_is_told(log: EventLog, store: Store) -> None:
    id_ = _saved(log)
    other = store.open()
    mine, theirs = log.instance(id_), other.instance(id_)
    mine.record_ping(REACHED, BY)
    theirs.remove(BY)
    other.save(theirs)
    with pytest.raises(RecordConflictError):
        log.save(mine)
    assert log.instance(id_).removed_at is not None
    assert log.head() == 2


def test_all_aggregates_are_saved_or_none(log: EventLog) -> None:
    id_ = _saved(log)
    stale = log.instance(id_)
    _ping(log, id_)
    stale.remove(BY)
    name = NameReservation.reserve_first(InstanceName("home"), id_, BY)
    other = _registered("other")
    with pytest.raises(RecordConflictError):
        log.save(other, name, stale)
    assert log.reservation("home") is None
    assert log.head() == 2
    with pytest.raises(AggregateNotFoundError):
        log.instance(other.id)


# What is found


def test_history_is_the_last_events_up_to_a_position(log: EventLog) -> None:
    id_ = _saved(log)
    _ping(log, id_, 3)
    _saved(log, "other")
    positions = [position for position, _ in log.history(id_, upto=3, limit=2)]
    assert positions == [2, 3]
    assert [position for position, _ in log.history(id_, upto=99, limit=99)] == [1, 2, 3, 4]
    assert list(log.history(id_, upto=0)) == []
    assert list(log.history(uuid4(), upto=99)) == []


def test_instances_are_found_by_the_beginning_of_their_id(log: EventLog) -> None:
    ids = [
        UUID("aaaa0000-0000-4000-8000-000000000001"),
        UUID("aaaa0000-0000-4000-8000-000000000002"),
        UUID("aaab0000-0000-4000-8000-000000000003"),
        UUID("ffff0000-0000-4000-8000-000000000004"),
    ]
    for number, id_ in enumerate(ids):
        log.save(_registered(f"name-{number}", id_))
    # Names are aggregates too, and their ids must never be offered.
    log.save(NameReservation.reserve_first(InstanceName("home"), ids[0], BY))
    _ping(log, ids[1], 2)
    assert log.ids_beginning("aaaa") == ids[:2]
    assert log.ids_beginning("AAAA0000-0000-4000-8000-00000000000") == ids[:2]
    assert log.ids_beginning("ffff0000000040008000000000000004") == [ids[3]]
    assert log.ids_beginning("") == ids
    assert log.ids_beginning("bbbb") == []
    assert log.ids_beginning(NameReservation.create_id("home").hex) == []


def test_an_adopted_instance_is_one_to_all_who_ask(log: EventLog, store: Store) -> None:
    registered, adopted = _saved(log, "one"), UUID("aaaa0000-0000-4000-8000-000000000001")
    instance = Instance.adopt(
        adopted,
        InstanceName("other"),
        GatewayUrl("ws://host"),
        NO_CREDENTIALS,
        [],
        SYSTEM_TRUST,
        Past(BY.at, BY.at),
        BY,
    )
    log.save(instance)
    assert set(log.ids_beginning("")) == {registered, adopted}
    assert log.ids_beginning("aaaa") == [adopted]
    assert log.instances_changed(1, 2) == {adopted: 1}
    assert store.head.registered([str(adopted)]) == {str(adopted)}
    assert store.head.instances() == 2


def test_the_instances_changed_in_a_span_are_told_with_their_versions(log: EventLog) -> None:
    one, other = _saved(log, "one"), _saved(log, "other")
    log.save(NameReservation.reserve_first(InstanceName("x"), one, BY))
    _ping(log, other, 2)
    _ping(log, one)
    assert dict(log.instances_changed(0, log.head())) == {one: 2, other: 3}
    assert list(log.instances_changed(0, log.head())) == [one, other]
    assert dict(log.instances_changed(0, 4)) == {one: 1, other: 2}
    assert dict(log.instances_changed(3, 5)) == {other: 3}
    assert dict(log.instances_changed(2, 3)) == {}
    assert dict(log.instances_changed(6, 6)) == {}


# Snapshots


@contextmanager
def _rows_read(log: EventLog) -> Iterator[list[str]]:
    """Note every event and snapshot that is decoded."""
    decoded: list[str] = []
    decode = log.mapper.transcoder.decode

    def noting(data: bytes) -> object:
        decoded.append("snapshot" if b'"datetime_iso"' in data else "event")
        return decode(data)

    log.mapper.transcoder.decode = noting  # type: ignore[method-assign]
    try:
        yield decoded
    finally:
        log.mapper.transcoder.decode = decode  # type: ignore[method-assign]


def test_the_thousandth_ping_costs_what_the_first_did(log: EventLog) -> None:
    """Counted in what is read: a snapshot, and the events behind it.

    The fiftieth event reads them twice, since it takes the next snapshot.
    """
    id_ = _saved(log)
    _ping(log, id_, 949)
    costs = []
    for _ in range(51):
        with _rows_read(log) as decoded:
            _ping(log, id_)
        costs.append(len(decoded))
    assert sorted(costs)[-2] <= 50
    assert max(costs) <= 101
    with _rows_read(log) as decoded:
        assert log.instance(id_).version > 1000
    assert len(decoded) <= 50


def test_many_instances_are_read_at_once_as_they_were(log: EventLog) -> None:
    one, other = _saved(log, "one"), _saved(log, "other")
    _ping(log, one, 60)
    versions = {other: 1, one: 55}
    assert [vars(it) for it in log.instances(versions)] == [
        vars(log.instance(id_, version)) for id_, version in versions.items()
    ]
    assert [it.version for it in log.latest([one, other])] == [61, 1]


def test_events_are_sought_forwards_and_backwards_by_what_is_asked(log: EventLog) -> None:
    one, other = _saved(log, "one"), _saved(log, "other")
    _ping(log, one, 2)
    _ping(log, other)

    def positions(
        first: int, last: int, *, limit: int | None = None, **sought: object
    ) -> list[int]:
        wanted = Sought(**sought)  # type: ignore[arg-type]
        return [position for position, _ in log.events_between(first, last, wanted, limit=limit)]

    assert positions(1, 99) == [1, 2, 3, 4, 5]
    assert positions(99, 0, limit=2) == [5, 4]
    assert positions(1, 99, originator_id=one) == [1, 3, 4]
    assert positions(99, 0, originator_id=one, topics=("instance.pinged",), limit=1) == [4]
    assert positions(1, 99, topics=("instance.pinged",)) == [3, 4, 5]
    assert positions(1, 99, topics=("instance.pinged", "instance.registered")) == [1, 2, 3, 4, 5]
    assert positions(1, 99, topics_beginning="instance.ping") == [3, 4, 5]
    assert positions(1, 99, containing=(b'"name":"other"',)) == [2]
    assert positions(2, 4) == [2, 3, 4]
    assert [position for position, _ in log.times_between(4, 2, 2)] == [4, 3]


def test_the_head_tells_what_a_view_has_to_show(log: EventLog, store: Store) -> None:
    assert store.head.stamp() == Stamp(log.id, 0)
    id_ = _saved(log)
    _ping(log, id_)
    assert store.head.stamp() == Stamp(log.id, 2)
    strangers = [str(uuid4()), "home", "", "a" * 36]
    assert store.head.registered([str(id_), id_.hex.upper(), *strangers]) == {
        str(id_),
        id_.hex.upper(),
    }
    assert store.head.instances() == 1


def test_the_evidence_is_what_is_stored_and_the_chain_that_follows_from_it(
    log: EventLog, store: Store
) -> None:
    id_ = _saved(log)
    _ping(log, id_, 51)
    rows = store.evidence.rows(1, 99, 99)
    assert [row.position for row in rows] == list(range(1, 53))
    assert {row.originator_id for row in rows} == {id_.hex.encode()}
    assert (rows[0].topic, rows[0].version) == (b"instance.registered", 1)
    assert [row.version for row in rows if row.kept_state is not None] == [50]
    assert len({row.chain for row in rows} - {beginning(log.id)}) == 52
    assert store.evidence.faults() == []
    assert store.evidence.log_id() == log.id
    assert store.evidence.last_position() == 52
    assert store.evidence.rows(2, 99, 2) == rows[1:3]


def test_a_log_is_brought_back_as_it_was_and_only_where_there_is_none(
    log: EventLog, store: Store
) -> None:
    with pytest.raises(RuntimeError), store.restoration.draft("an-id") as draft:
        raise RuntimeError
    id_ = _saved(log)
    _ping(log, id_)
    rows = store.evidence.rows(1, 9, 9)
    assert len(rows) == 2
    with pytest.raises(LogExists), store.restoration.draft("an-id") as draft:
        draft.append(rows)
