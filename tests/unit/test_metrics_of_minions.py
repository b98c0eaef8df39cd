"""What monitoring systems are told without a watch, from the entries of the view."""

from datetime import UTC, datetime
from typing import Any

import pytest

from metrics_page import MetricsPage, read_page
from openclaw_manager.adapters.metrics.minions import page_of

DOWN_SINCE = datetime(2026, 11, 24, 12, tzinfo=UTC)


def minion(**fields: Any) -> dict[str, Any]:
    url = {"url": "ws://127.0.0.1:18789", "status": "registered"}
    return {"id": "1", "title": "home", "tags": [], "fields": url | fields}


def page(**fields: Any) -> MetricsPage:
    return read_page(page_of([minion(**fields)], {}, "1.2.3").parts())


def test_the_last_success_is_told_in_base_units() -> None:
    found = page(
        condition="ok",
        cause=None,
        lastPingAt="2026-11-24T12:00:00.500Z",
        lastPingLatencyMs=14.2,
        version="2026.9.6",
        dialect="openclaw",
        protocol=4,
        certificateExpiresAt="2026-11-24T13:00:00.000Z",
    )

    noon = DOWN_SINCE.timestamp()
    said = {"version": "2026.9.6", "dialect": "openclaw", "protocol": "4"}
    assert found.value("openclaw_up", name="home", id="1") == 1
    assert found.value("openclaw_last_success_timestamp_seconds") == noon + 0.5
    assert found.value("openclaw_last_round_trip_seconds") == pytest.approx(0.0142)
    assert found.value("openclaw_gateway_info", **said) == 1
    assert found.value("openclaw_certificate_expiry_timestamp_seconds") == noon + 3600


@pytest.mark.parametrize(
    ("condition", "up"), [("ok", 1), ("degraded", 1), ("starting", 0), ("refused", 0), ("down", 0)]
)
def test_it_is_up_where_the_last_ping_completed_a_round_trip(condition: str, up: int) -> None:
    assert page(condition=condition, cause="slow").value("openclaw_up") == up


def test_of_an_instance_that_was_never_pinged_only_that_is_told_which_people_said() -> None:
    found = page()

    assert found.value("openclaw_instance_info", url="ws://127.0.0.1:18789") == 1
    assert found.series("openclaw_up") == []
    assert found.series("openclaw_gateway_info") == []


def test_an_outage_that_is_open_is_told() -> None:
    found = read_page(page_of([minion()], {"1": DOWN_SINCE}, "1.2.3").parts())

    assert found.value("openclaw_outage_open", name="home") == 1
    assert found.value("openclaw_outage_start_timestamp_seconds") == DOWN_SINCE.timestamp()


def test_what_others_wrote_in_place_of_a_time_or_condition_does_no_harm() -> None:
    found = page(condition="splendid", lastPingAt="lately", certificateExpiresAt="never")

    assert found.value("openclaw_up") == 0
    assert found.series("openclaw_last_success_timestamp_seconds") == []


def test_without_instances_the_page_tells_the_version() -> None:
    page = read_page(page_of([], {}, "1.2.3").parts())

    assert page.value("openclaw_manager_build_info", version="1.2.3") == 1
    assert len(page.metrics) == 1
