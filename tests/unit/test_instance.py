"""What may happen to an instance, and to a name: each decision, and what it is refused with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.utils import get_topic

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Cause, Condition, Status
from openclaw_manager.domain.errors import (
    InstanceNotRemoved,
    InstanceRemoved,
    InstanceStillPresent,
    InvalidReason,
    NameTaken,
)
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.past import Past
from openclaw_manager.domain.ping import Dialect, PingOutcome, Step, TimedStep
from openclaw_manager.domain.provenance import Fact, FactKeeper, Provenance
from openclaw_manager.domain.reason import Reason
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS, Credentials, SecretReference
from openclaw_manager.domain.tag import Tag
from openclaw_manager.domain.trust import SYSTEM_TRUST

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
BY = Provenance(NOON, "ada@lovelace", Reason("because"))
BY_LATER = Provenance(LATER, "bob@babbage")
ID = UUID("6a3f0c1e-0000-4000-8000-000000000001")
OTHER_ID = UUID("6a3f0c1e-0000-4000-8000-000000000002")
TOKEN = SecretReference(ref="token-1", fingerprint="sha256:111111111111")
KEY = SecretReference(ref="key-1", fingerprint="sha256:222222222222")
CREDENTIALS = Credentials(token=TOKEN, private_key=KEY, public_key="PEM", device_token=None)

OK = PingOutcome(
    Condition.OK,
    latency_ms=14.2,
    connect_ms=52.5,
    version="2026.9.6",
    dialect=Dialect.OPENCLAW,
    protocol=4,
    device_id="device-1",
)
TIMED_OUT = PingOutcome(
    Condition.DOWN,
    Cause.TIMEOUT,
    "nothing after 10 s",
    steps=(
        TimedStep(Step.RESOLVE, 0.1, ok=True),
        TimedStep(Step.CONNECT, 1.2, ok=True),
        TimedStep(Step.UPGRADE, 10_000.0, ok=False),
    ),
)


def _registered(credentials: Credentials = CREDENTIALS) -> Instance:
    instance = Instance.register(
        ID, InstanceName("home"), GatewayUrl("ws://host"), credentials, [Tag("prod")], BY
    )
    assert len(instance.collect_events()) == 1
    return instance


def _removed() -> Instance:
    instance = _registered()
    instance.remove(BY)
    instance.collect_events()
    return instance


def _found(instance: Instance) -> tuple[str, str | None, str | None]:
    return instance.status, instance.condition, instance.cause


def _facts_of(keeper: FactKeeper) -> list[dict[str, Any]]:
    """Tell what happened since the last call: topics, and what the events say."""
    events = keeper.collect_events()
    assert all(isinstance(event, Fact) for event in events)
    without = ("originator_id", "originator_version", "originator_topic", "timestamp")
    return [
        {"topic": get_topic(type(event))}
        | {key: value for key, value in vars(event).items() if key not in without}
        for event in events
    ]


@pytest.mark.parametrize("text", ["because", "", "weil es brennt 🔥", 'it\'s "so"'])
def test_a_line_of_text_is_a_reason(text: str) -> None:
    assert Reason(text) == text


@pytest.mark.parametrize("text", ["a\nb", "\x1b[31mred", "\udcff", "\x00", "\u202eevil"])
def test_what_is_more_than_a_line_is_no_reason(text: str) -> None:
    with pytest.raises(InvalidReason) as refusal:
        Reason(text)
    assert str(refusal.value) == f"the reason {text!r} has control characters"


def test_a_registered_instance_was_never_pinged() -> None:
    instance = Instance.register(
        ID, InstanceName("home"), GatewayUrl("ws://host"), CREDENTIALS, [Tag("b"), Tag("a")], BY
    )

    assert (instance.id, instance.version) == (ID, 1)
    assert (instance.name, instance.url, instance.tags) == ("home", "ws://host", ["a", "b"])
    assert instance.credentials == CREDENTIALS
    assert _found(instance) == ("registered", None, None)
    assert (instance.created_on, instance.modified_on, instance.removed_at) == (NOON, NOON, None)
    assert _facts_of(instance) == [
        {
            "topic": "instance.registered",
            "name": "home",
            "url": "ws://host",
            "tags": ["a", "b"],
            "token": TOKEN,
            "private_key": KEY,
            "public_key": "PEM",
            "actor": "ada@lovelace",
            "reason": "because",
        }
    ]


def test_facts_are_recorded_as_plain_values() -> None:
    """What a subclass of str would become depends on how it is written into the log."""
    [event] = Instance.register(
        ID, InstanceName("home"), GatewayUrl("ws://host"), CREDENTIALS, [Tag("prod")], BY
    ).collect_events()
    assert [type(value) for value in (event.name, event.url, *event.tags)] == [str, str, str]  # type: ignore[attr-defined]


def test_a_ping_that_succeeded_is_remembered() -> None:
    instance = _registered()
    instance.record_ping(OK, BY_LATER)

    assert _found(instance) == ("reachable", "ok", None)
    assert (instance.last_ping_at, instance.last_ping_latency_ms) == (LATER, 14.2)
    assert (instance.version_of_gateway, instance.device_id) == ("2026.9.6", "device-1")
    assert (instance.dialect, instance.protocol) == ("openclaw", 4)
    assert instance.modified_on == LATER
    assert _facts_of(instance) == [
        {
            "topic": "instance.pinged",
            "condition": "ok",
            "cause": None,
            "detail": None,
            "latency_ms": 14.2,
            "connect_ms": 52.5,
            "version": "2026.9.6",
            "dialect": "openclaw",
            "protocol": 4,
            "device_id": "device-1",
            "certificate_expires_at": None,
            "actor": "bob@babbage",
            "reason": None,
        }
    ]


def test_a_degraded_gateway_is_reachable() -> None:
    instance = _registered()
    slow = PingOutcome(Condition.DEGRADED, Cause.SLOW, latency_ms=900.0, connect_ms=950.0)
    instance.record_ping(slow, BY)
    assert _found(instance) == ("reachable", "degraded", "slow")


def test_a_ping_that_failed_leaves_what_the_last_success_found() -> None:
    instance = _registered()
    instance.record_ping(OK, BY)
    instance.collect_events()
    instance.record_ping(TIMED_OUT, BY_LATER)

    assert _found(instance) == ("unreachable", "down", "timeout")
    assert (instance.last_ping_at, instance.last_ping_latency_ms) == (NOON, 14.2)
    assert (instance.version_of_gateway, instance.device_id) == ("2026.9.6", "device-1")
    assert _facts_of(instance) == [
        {
            "topic": "instance.ping-failed",
            "condition": "down",
            "cause": "timeout",
            "detail": "nothing after 10 s",
            "step": "upgrade",
            "actor": "bob@babbage",
            "reason": None,
        }
    ]


def test_a_success_after_a_failure_leaves_no_cause() -> None:
    instance = _registered()
    instance.record_ping(TIMED_OUT, BY)
    instance.record_ping(OK, BY_LATER)
    assert _found(instance) == ("reachable", "ok", None)


def test_a_gateway_that_names_no_device_does_not_take_the_known_one_away() -> None:
    instance = _registered()
    instance.record_ping(OK, BY)
    instance.record_ping(PingOutcome(Condition.OK, latency_ms=1.0, connect_ms=2.0), BY_LATER)
    assert instance.device_id == "device-1"
    assert instance.version_of_gateway is None


@pytest.mark.parametrize("condition", list(Condition))
def test_only_ok_and_degraded_are_reachable(condition: Condition) -> None:
    reachable = condition in (Condition.OK, Condition.DEGRADED)
    assert condition.reachable is reachable
    assert condition.status is (Status.REACHABLE if reachable else Status.UNREACHABLE)


def test_every_cause_belongs_to_one_condition_that_is_not_ok() -> None:
    assert {cause.condition for cause in Cause} == set(Condition) - {Condition.OK}


def test_removing_keeps_everything_and_restoring_takes_it_back() -> None:
    instance = _registered()
    instance.record_ping(OK, BY)
    instance.collect_events()
    before = vars(instance).copy()
    instance.remove(BY)
    assert instance.removed_at == NOON
    instance.restore(BY_LATER)
    assert instance.removed_at is None
    topics = [fact["topic"] for fact in _facts_of(instance)]
    assert topics == ["instance.soft-deleted", "instance.restored"]
    differs = {key for key, value in vars(instance).items() if value != before[key]}
    assert differs == {"_version", "_modified_on"}


def test_what_is_removed_cannot_be_removed_again() -> None:
    instance = _removed()
    with pytest.raises(InstanceRemoved) as refusal:
        instance.remove(BY_LATER)
    assert str(refusal.value) == "the instance 'home' was removed at 2026-11-23T12:00:00Z"
    assert instance.collect_events() == []


def test_what_is_not_removed_cannot_be_restored() -> None:
    instance = _removed()
    instance.restore(BY)
    instance.collect_events()
    with pytest.raises(InstanceNotRemoved) as refusal:
        instance.restore(BY)
    assert str(refusal.value) == "the instance 'home' is not removed"
    assert instance.collect_events() == []


def test_nothing_else_happens_to_a_removed_instance() -> None:
    instance = _removed()
    attempts: list[Callable[[], object]] = [
        lambda: instance.record_ping(OK, BY),
        lambda: instance.record_ping(TIMED_OUT, BY),
        lambda: instance.rename(InstanceName("other"), BY),
        lambda: instance.move(GatewayUrl("ws://other"), BY),
        lambda: instance.change_credentials({"token": None}, BY),
        lambda: instance.retag([Tag("x")], [], BY),
        # Also what would change nothing: the answer does not depend on the state.
        lambda: instance.rename(InstanceName("home"), BY),
        lambda: instance.change_credentials({}, BY),
    ]
    for attempt in attempts:
        with pytest.raises(InstanceRemoved):
            attempt()
    assert instance.collect_events() == []


def test_what_changes_nothing_is_no_event() -> None:
    instance = _registered()
    instance.rename(InstanceName("home"), BY)
    instance.move(GatewayUrl("ws://host"), BY)
    instance.change_credentials({}, BY)
    instance.change_credentials({"token": TOKEN, "private_key": KEY, "public_key": "PEM"}, BY)
    instance.change_credentials({"device_token": None}, BY)
    instance.retag([Tag("prod")], ["nothing"], BY)
    instance.retag([], [], BY)
    assert instance.collect_events() == []
    assert instance.version == 1


def test_a_new_name_is_one_fact() -> None:
    instance = _registered()
    instance.rename(InstanceName("HOME"), BY)
    assert instance.name == "HOME"
    assert _facts_of(instance) == [
        {
            "topic": "instance.renamed",
            "name": "HOME",
            "actor": "ada@lovelace",
            "reason": "because",
        }
    ]


def test_a_new_url_forgets_what_pings_found_at_the_old_one() -> None:
    instance = _registered()
    untouched = {key: value for key, value in vars(instance).items() if "_" not in key}
    instance.record_ping(OK, BY)
    instance.collect_events()
    instance.move(GatewayUrl("ws://other"), BY_LATER)

    assert (instance.url, instance.status) == ("ws://other", "registered")
    found = ("condition", "cause", "last_ping_at", "last_ping_latency_ms", "version_of_gateway")
    for attribute in (*found, "dialect", "protocol", "device_id"):
        assert getattr(instance, attribute) is None, attribute
    assert (instance.name, instance.tags) == (untouched["name"], untouched["tags"])
    assert instance.credentials == CREDENTIALS
    assert _facts_of(instance) == [
        {
            "topic": "instance.url-changed",
            "url": "ws://other",
            "actor": "bob@babbage",
            "reason": None,
        }
    ]


def test_changed_credentials_are_recorded_whole() -> None:
    """A reader of the event needs no other event to know what is shown from now on."""
    instance = _registered()
    new = SecretReference(ref="token-2", fingerprint="sha256:333333333333")
    instance.change_credentials({"token": new}, BY)
    assert instance.credentials == CREDENTIALS | {"token": new}
    assert _facts_of(instance) == [
        {
            "topic": "instance.credentials-changed",
            "token": new,
            "private_key": KEY,
            "public_key": "PEM",
            "device_token": None,
            "actor": "ada@lovelace",
            "reason": "because",
        }
    ]


def test_changed_credentials_leave_what_pings_found() -> None:
    instance = _registered()
    instance.record_ping(OK, BY)
    instance.change_credentials({"token": None}, BY)
    assert (instance.status, instance.device_id) == ("reachable", "device-1")


def test_changed_tags_are_recorded_whole() -> None:
    instance = _registered()
    instance.retag([Tag("site=home")], ["prod"], BY)
    assert instance.tags == ["site=home"]
    assert _facts_of(instance)[0]["topic"] == "instance.tagged"


def _replayed(events: list[Any]) -> Any:
    aggregate = None
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


def test_a_replay_says_the_same_as_what_happened() -> None:
    instance = Instance.register(
        ID, InstanceName("home"), GatewayUrl("ws://host"), CREDENTIALS, [], BY
    )
    instance.record_ping(OK, BY)
    instance.record_ping(TIMED_OUT, BY_LATER)
    instance.rename(InstanceName("other"), BY)
    instance.change_credentials({"token": None}, BY)
    instance.retag([Tag("x")], [], BY)
    instance.move(GatewayUrl("ws://other"), BY)
    instance.remove(BY)
    instance.restore(BY_LATER)
    events = list(instance.collect_events())
    assert vars(_replayed(events)) == vars(instance)


def test_a_replay_does_not_change_the_events_that_it_reads() -> None:
    """The tags of an event are a list: another replay must find it as it was."""
    instance = _registered()
    [event] = Instance.register(
        ID, InstanceName("home"), GatewayUrl("ws://host"), CREDENTIALS, [Tag("a")], BY
    ).collect_events()
    first = _replayed([event])
    first.retag([Tag("b")], ["a"], BY)
    assert _replayed([event]).tags == ["a"]
    assert instance.tags == ["prod"]


def _reserved() -> NameReservation:
    reservation = NameReservation.reserve_first(InstanceName("Home"), ID, BY)
    assert _facts_of(reservation) == [
        {
            "topic": "name.reserved",
            "name": "Home",
            "instance_id": str(ID),
            "actor": "ada@lovelace",
            "reason": "because",
        }
    ]
    return reservation


def test_a_name_that_is_held_is_refused_to_others() -> None:
    reservation = _reserved()
    with pytest.raises(NameTaken) as refusal:
        reservation.reserve(InstanceName("hOME"), OTHER_ID, BY)
    assert str(refusal.value) == f"the name 'Home' is taken by the instance {ID}"
    assert reservation.collect_events() == []


def test_a_name_that_was_let_go_is_free_and_remembers_its_holders() -> None:
    reservation = _reserved()
    reservation.release(BY)
    assert (reservation.holder, reservation.former_holders) == (None, [str(ID)])
    reservation.reserve(InstanceName("HOME"), OTHER_ID, BY_LATER)
    assert (reservation.name, reservation.holder) == ("HOME", str(OTHER_ID))
    reservation.release(BY_LATER)
    reservation.reserve(InstanceName("home"), ID, BY_LATER)
    reservation.release(BY_LATER)
    assert reservation.former_holders == [str(OTHER_ID), str(ID)]
    assert [fact["topic"] for fact in _facts_of(reservation)] == [
        "name.released",
        "name.reserved-again",
        "name.released",
        "name.reserved-again",
        "name.released",
    ]


# Adopted, and purged


def _adopted(past: Past) -> Instance:
    instance = Instance.adopt(
        ID,
        InstanceName("home"),
        GatewayUrl("ws://host"),
        CREDENTIALS,
        [Tag("prod")],
        SYSTEM_TRUST,
        past,
        BY_LATER,
    )
    instance.collect_events()
    return instance


def test_an_adopted_instance_has_the_dates_of_its_tool_until_something_happens_here() -> None:
    """And its event says when it was adopted: the log has no times that were not."""
    long_ago, ago = NOON - timedelta(days=9), NOON - timedelta(days=2)
    instance = _adopted(Past(long_ago, ago, status=Status.REACHABLE, last_ping_at=ago))
    assert (instance.registered_on, instance.changed_on) == (long_ago, ago)
    assert instance.created_on == instance.modified_on == LATER
    assert (instance.status, instance.condition, instance.last_ping_at) == ("reachable", None, ago)
    instance.record_ping(TIMED_OUT, Provenance(LATER + timedelta(hours=1), "ada@lovelace"))
    assert (instance.registered_on, instance.changed_on) == (long_ago, LATER + timedelta(hours=1))
    assert (_found(instance), instance.last_ping_at) == (("unreachable", "down", "timeout"), ago)


def test_an_instance_that_was_removed_elsewhere_is_removed_and_can_be_restored() -> None:
    instance = _adopted(Past(NOON, NOON, removed_at=NOON))
    with pytest.raises(InstanceRemoved) as refusal:
        instance.rename(InstanceName("other"), BY)
    assert refusal.value.since == NOON
    instance.restore(BY)
    assert instance.removed_at is None


def test_only_a_removed_instance_is_purged() -> None:
    instance = _registered()
    with pytest.raises(InstanceStillPresent, match="only a removed one"):
        instance.purge(BY)
    assert _facts_of(instance) == []
    assert instance.credentials == CREDENTIALS


def test_a_purge_names_what_is_erased_and_leaves_no_credentials() -> None:
    instance = _removed()
    assert instance.purge(BY_LATER) == ["token-1", "key-1"]
    assert instance.credentials == NO_CREDENTIALS
    [event] = instance.collect_events()
    assert isinstance(event, Instance.Purged)
    assert (event.token, event.private_key, event.device_token) == (TOKEN, KEY, None)


def test_a_second_purge_records_nothing_and_names_the_same_again() -> None:
    instance = _removed()
    instance.purge(BY)
    instance.collect_events()
    assert instance.purge(BY_LATER) == ["token-1", "key-1"]
    assert _facts_of(instance) == []


def test_what_a_purged_instance_was_given_after_its_return_is_purged_in_turn() -> None:
    instance = _removed()
    instance.purge(BY)
    instance.restore(BY)
    assert instance.credentials == NO_CREDENTIALS
    new = SecretReference(ref="token-2", fingerprint="sha256:444444444444")
    instance.change_credentials({"token": new}, BY)
    instance.remove(BY)
    assert instance.purge(BY_LATER) == ["token-1", "key-1", "token-2"]


def test_an_instance_without_secrets_is_purged_once() -> None:
    instance = _registered(NO_CREDENTIALS)
    instance.remove(BY)
    assert instance.purge(BY) == []
    assert instance.purge(BY) == []
    happened = [type(event).__name__ for event in instance.collect_events()]
    assert happened == ["SoftDeleted", "Purged"]


def test_a_purged_instance_is_no_device_any_more() -> None:
    instance = _registered()
    device_token = SecretReference(ref="device-1", fingerprint="sha256:333333333333")
    instance.pair(OK, "linux", device_token, BY)
    instance.remove(BY)
    assert instance.purge(BY) == ["token-1", "key-1", "device-1"]
    assert (instance.pairing, instance.device_id) == (None, None)


def test_a_name_remembers_an_adopted_instance_whoever_holds_it() -> None:
    reservation = NameReservation.reserve_first(InstanceName("home"), ID, BY)
    reservation.remember(OTHER_ID, BY)
    assert (reservation.holder, reservation.former_holders) == (str(ID), [str(OTHER_ID)])
