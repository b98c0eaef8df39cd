"""What a watch may record of an instance, and what that makes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.alert import About, AlertReport
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InstanceRemoved
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.ping import Certificate, PingOutcome
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.rollup import PingSummary, Rollup
from openclaw_manager.domain.secret import NO_CREDENTIALS
from openclaw_manager.domain.thresholds import Down, Up
from openclaw_manager.domain.trust import TlsFingerprint
from watching import NOON, failure, success

BY = Provenance(NOON, "ada@lovelace")
MINUTE = timedelta(minutes=1)
DOWN = Down(NOON, NOON + MINUTE, Condition.DOWN, Cause.TIMEOUT, "nothing", None, 3)
UP = Up(NOON + 5 * MINUTE, NOON + 6 * MINUTE, 1, 2, latency_ms=7.5)


@pytest.fixture
def instance() -> Instance:
    instance = Instance.register(
        UUID(int=1),
        InstanceName("home"),
        GatewayUrl("ws://home"),
        NO_CREDENTIALS,
        [],
        BY,
    )
    instance.collect_events()
    return instance


def _events(instance: Instance) -> list[str]:
    return [type(event).__name__ for event in instance.collect_events()]


def _at(moment: datetime) -> Provenance:
    return BY._replace(at=moment)


def _summary(*outcomes: PingOutcome, first: datetime = NOON) -> PingSummary:
    rollup = Rollup()
    for number, outcome in enumerate(outcomes):
        rollup.add(first + number * MINUTE, outcome)
    summary = rollup.sum_up()
    assert summary is not None
    return summary


def test_an_outage_lasts_from_going_down_to_coming_up(instance: Instance) -> None:
    instance.record_ping(success(), BY)
    instance.go_down(DOWN, _at(DOWN.at))
    assert instance.outage == {
        "since": NOON.isoformat(),
        "condition": "down",
        "cause": "timeout",
        "step": None,
    }
    assert (instance.status, instance.condition, instance.cause) == (
        "unreachable",
        "down",
        "timeout",
    )
    instance.come_up(UP, _at(UP.at))
    assert instance.outage is None
    assert (instance.status, instance.condition, instance.cause) == ("reachable", "ok", None)
    assert (instance.last_ping_at, instance.last_ping_latency_ms) == (UP.at, 7.5)


def test_there_is_one_outage_at_a_time_and_none_ends_that_did_not_begin(
    instance: Instance,
) -> None:
    instance.come_up(UP, BY)
    instance.go_down(DOWN, BY)
    instance.go_down(DOWN, BY)
    instance.come_up(UP, BY)
    instance.come_up(UP, BY)
    assert _events(instance) == ["WentDown", "CameUp"]


def test_no_outage_ends_before_it_began(instance: Instance) -> None:
    instance.go_down(DOWN._replace(since=NOON + 30 * MINUTE), BY)
    instance.come_up(UP, BY)
    [_, came_up] = instance.collect_events()
    assert came_up.since == (NOON + 30 * MINUTE).isoformat()  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["removed", "moved"])
def test_who_is_removed_or_moved_is_in_no_outage_any_more(instance: Instance, how: str) -> None:
    instance.go_down(DOWN, BY)
    if how == "removed":
        instance.remove(BY)
    else:
        instance.move(GatewayUrl("ws://elsewhere"), BY)
    assert instance.outage is None


def test_a_removed_instance_is_not_watched_and_alerts_about_it_are_facts_all_the_same(
    instance: Instance,
) -> None:
    instance.remove(BY)
    with pytest.raises(InstanceRemoved):
        instance.go_down(DOWN, BY)
    with pytest.raises(InstanceRemoved):
        instance.come_up(UP, BY)
    with pytest.raises(InstanceRemoved):
        instance.summarise_pings(_summary(success()), BY)
    assert not instance.is_news(success())
    instance.collect_events()
    instance.record_alert(AlertReport("phone", About.DOWN, "7", 1), BY)
    instance.record_alert(AlertReport("phone", About.DOWN, "7", 3, "answered 500"), BY)
    assert _events(instance) == ["AlertSent", "AlertFailed"]


def test_a_summary_refreshes_what_the_last_success_said(instance: Instance) -> None:
    instance.record_ping(success(), BY)
    slow = success(latency_ms=80.0, version="2026.10.1")
    instance.summarise_pings(_summary(success(), slow, failure()), BY)
    assert (instance.last_ping_at, instance.last_ping_latency_ms) == (NOON + MINUTE, 80.0)
    assert instance.version_of_gateway == "2026.10.1"
    assert (instance.status, instance.condition) == ("reachable", "ok")


def test_a_summary_tells_how_a_gateway_answers_but_not_whether_it_is_down(
    instance: Instance,
) -> None:
    not_ready = success()._replace(condition=Condition.DEGRADED, cause=Cause.NOT_READY)
    instance.record_ping(success(), BY)
    instance.summarise_pings(_summary(not_ready), BY)
    assert (instance.status, instance.condition, instance.cause) == (
        "reachable",
        "degraded",
        "not-ready",
    )
    instance.go_down(DOWN, BY)
    instance.summarise_pings(_summary(success(), first=NOON + 5 * MINUTE), BY)
    assert (instance.status, instance.condition) == ("unreachable", "down")
    refused = failure(Cause.TOKEN_MISMATCH)
    instance.summarise_pings(_summary(refused, first=NOON + 9 * MINUTE), BY)
    assert (instance.status, instance.condition, instance.cause) == (
        "unreachable",
        "refused",
        "token-mismatch",
    )


def test_a_later_ping_by_hand_is_not_undone_by_a_summary(instance: Instance) -> None:
    later = NOON + timedelta(hours=2)
    instance.record_ping(success(latency_ms=3.0, version="2026.10.1"), _at(later))
    instance.summarise_pings(_summary(success(latency_ms=9.0)), _at(later + MINUTE))
    assert (instance.last_ping_at, instance.last_ping_latency_ms) == (later, 3.0)
    assert instance.version_of_gateway == "2026.10.1"


def test_the_same_summary_is_recorded_once(instance: Instance) -> None:
    instance.summarise_pings(_summary(success()), BY)
    instance.summarise_pings(_summary(success()), BY)
    instance.summarise_pings(_summary(success(), success()), BY)
    assert _events(instance) == ["PingsSummarised"] * 2


@pytest.mark.parametrize(
    "facts",
    [
        {"version": "2026.10.1"},
        {"protocol": 3},
        {"gateway_id": "gateway-1"},
        {
            "certificate": Certificate(
                TlsFingerprint("sha256:" + "0" * 64), datetime(2027, 1, 1, tzinfo=UTC)
            )
        },
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_a_success_that_says_something_new_is_news_until_it_was_recorded(
    instance: Instance, facts: dict[str, Any]
) -> None:
    instance.record_ping(success(), BY)
    assert not instance.is_news(success(latency_ms=99.0))
    new = success(**facts)
    assert instance.is_news(new)
    instance.record_ping(new, BY)
    assert not instance.is_news(new)


def test_the_first_ping_is_news_whatever_it_finds(instance: Instance) -> None:
    assert instance.is_news(success())
    assert instance.is_news(failure())
    instance.record_ping(failure(), BY)
    assert not instance.is_news(failure(Cause.TOKEN_MISMATCH))
    assert instance.is_news(success())


def test_in_an_outage_nothing_is_news(instance: Instance) -> None:
    instance.go_down(DOWN, BY)
    assert not instance.is_news(success(version="2026.10.1"))
    assert not instance.is_news(failure(Cause.TOKEN_MISMATCH))
