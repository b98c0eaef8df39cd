"""Incidents in PostgreSQL, where a process has few connections."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from openclaw_manager.application.incidents import Incidents
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.thresholds import Down, Up
from stores import PostgresStore

_MANY = 12  # instances, more than one process has connections
_AT = datetime(2026, 11, 20, tzinfo=UTC)


class _Now:
    def now(self) -> datetime:
        return _AT + timedelta(days=1)


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    with ExitStack() as closing:
        yield PostgresStore(postgres, closing)


def _down_twice(number: int) -> Instance:
    by = Provenance(_AT, "ada@lovelace")
    name, url = InstanceName(f"gateway-{number}"), GatewayUrl(f"ws://127.0.0.1:{9000 + number}")
    instance = Instance.register(uuid4(), name, url, NO_CREDENTIALS, [], by)
    down = Down(_AT, _AT, Condition.DOWN, Cause.TIMEOUT, None, None, 3)
    instance.go_down(down, by)
    instance.come_up(Up(_AT, _AT, 0, 2), by)
    instance.go_down(down, by)
    return instance


def test_incidents_of_more_instances_than_there_are_connections(store: PostgresStore) -> None:
    instances = [_down_twice(number) for number in range(_MANY)]
    log = store.open()
    log.save(*instances)
    names = {str(one.id): one.name for one in instances}
    incidents = Incidents(store.watch_records, names, _Now())

    found = incidents.find()
    assert len(found) == 2 * _MANY
    assert [int(one.id) for one in found] == sorted((int(one.id) for one in found), reverse=True)
    assert incidents.find(limit=3) == found[:3]
    assert incidents.find(since=_AT) == found
