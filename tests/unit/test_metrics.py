"""What monitoring systems are told of a watch."""

import re
from functools import partial

import pytest

from fakes.clock import TickingClock
from metrics_page import MetricsPage, full_page, read_page
from openclaw_manager.adapters.metrics.family import Family, Kind
from openclaw_manager.adapters.metrics.observer import MetricsObserver
from openclaw_manager.application.ports.watch_observer import Trouble, WatchNotice
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.ping import PingOutcome
from watching import CERTIFICATE, NOON, came_up, failure, seen, success, watched, went_down

HOME = watched("home", url="wss://gateway.example.com", tags=["env=prod", "attic"])
OFFICE = watched("office")


@pytest.fixture
def observer() -> MetricsObserver:
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([HOME, OFFICE])
    return observer


def page(observer: MetricsObserver) -> MetricsPage:
    return read_page(observer.page())


def test_a_gateway_that_answers_is_up(observer: MetricsObserver) -> None:
    observer.seen(seen(HOME, success()))

    value = partial(page(observer).value, name="home", id=str(HOME.id))

    assert value("openclaw_up") == 1
    assert value("openclaw_last_success_timestamp_seconds") == NOON.timestamp()
    assert value("openclaw_last_ping_timestamp_seconds") == NOON.timestamp()
    assert value("openclaw_last_round_trip_seconds") == pytest.approx(0.002)
    assert value("openclaw_last_connect_seconds") == pytest.approx(0.02)


def test_a_gateway_that_fails_is_not_up_and_keeps_what_its_last_success_found(
    observer: MetricsObserver,
) -> None:
    observer.seen(seen(HOME, success()))
    observer.seen(seen(HOME, failure(), after_s=30))

    value = partial(page(observer).value, name="home")

    assert value("openclaw_up") == 0
    assert value("openclaw_last_success_timestamp_seconds") == NOON.timestamp()
    assert value("openclaw_last_ping_timestamp_seconds") == NOON.timestamp() + 30
    assert value("openclaw_last_round_trip_seconds") == pytest.approx(0.002)
    assert value("openclaw_gateway_info", version="2026.9.6") == 1


def test_of_a_gateway_that_was_not_pinged_yet_nothing_is_claimed(observer: MetricsObserver) -> None:
    value = partial(page(observer).value, name="home")

    assert value("openclaw_up") is None
    assert value("openclaw_last_success_timestamp_seconds") is None
    assert value("openclaw_instance_info", url="wss://gateway.example.com") == 1


@pytest.mark.parametrize(
    "outcome",
    [
        success(),
        failure(Cause.NOT_READY),
        failure(Cause.GATEWAY_STARTING),
        failure(Cause.TOKEN_MISMATCH),
        failure(Cause.TIMEOUT),
    ],
)
def test_one_condition_is_true_and_all_others_are_false(
    observer: MetricsObserver, outcome: PingOutcome
) -> None:
    observer.seen(seen(OFFICE, success()))
    observer.seen(seen(OFFICE, outcome))

    conditions = {
        labels["condition"]: value for labels, value in page(observer).series("openclaw_condition")
    }

    assert conditions == {one: one is outcome.condition for one in Condition}


def test_a_cause_is_told_as_long_as_there_is_one(observer: MetricsObserver) -> None:
    observer.seen(seen(HOME, failure(Cause.TIMEOUT)))
    observer.seen(seen(HOME, failure(Cause.CONNECTION_REFUSED)))
    [(labels, _)] = page(observer).series("openclaw_cause_info")
    observer.seen(seen(HOME, success()))

    assert labels["cause"] == "connection-refused"
    assert page(observer).series("openclaw_cause_info") == []


def test_pings_are_counted_by_what_thresholds_make_of_them(observer: MetricsObserver) -> None:
    outcomes = [success(), failure(Cause.SLOW), failure(), failure(Cause.TOKEN_MISSING)]
    for outcome in [*outcomes, failure(Cause.GATEWAY_STARTING), success()]:
        observer.seen(seen(HOME, outcome))

    pings = partial(page(observer).value, "openclaw_pings_total")

    counted = [pings(name="home", result=one) for one in ("success", "failure", "starting")]

    assert counted == [3, 2, 1]
    assert pings(name="office", result="failure") == 0, "or the first would be no increase"


def test_round_trips_are_counted_in_buckets(observer: MetricsObserver) -> None:
    for milliseconds in (1.0, 4.0, 4.0, 70.0, 9000.0):
        observer.seen(seen(HOME, success(milliseconds)))

    found = page(observer)
    buckets = {
        labels["le"]: value
        for labels, value in found.series("openclaw_ping_round_trip_seconds_bucket")
        if labels["name"] == "home"
    }

    some = [buckets[bound] for bound in ("0.001", "0.0025", "0.005", "0.1", "5.0", "+Inf")]

    assert some == [1, 1, 3, 4, 4, 5]
    assert found.value("openclaw_ping_round_trip_seconds_count", name="home") == 5
    assert found.value("openclaw_ping_round_trip_seconds_sum", name="home") == pytest.approx(9.079)


def test_the_end_of_a_certificate_is_told_also_where_it_was_refused(
    observer: MetricsObserver,
) -> None:
    observer.seen(seen(HOME, failure(Cause.TLS_UNTRUSTED, certificate=CERTIFICATE)))
    ends = page(observer).value("openclaw_certificate_expiry_timestamp_seconds", name="home")

    assert ends == CERTIFICATE.expires_at.timestamp()


def test_an_outage_is_told_from_its_beginning_to_its_end(observer: MetricsObserver) -> None:
    observer.changed(went_down(HOME, since=NOON))
    down = page(observer)
    observer.changed(came_up(HOME))
    up = page(observer)

    start = "openclaw_outage_start_timestamp_seconds"
    assert down.value("openclaw_outage_open", name="home") == 1
    assert down.value(start, name="home") == NOON.timestamp()
    assert up.value("openclaw_outage_open", name="home") == 0
    assert up.value(start, name="home") is None
    assert up.value("openclaw_outages_total", name="home") == 1
    assert up.value("openclaw_outages_total", name="office") == 0


def test_an_outage_that_began_before_the_watch_is_told_too() -> None:
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([watched("home", down_since=NOON)])

    found = page(observer)

    assert found.value("openclaw_outage_start_timestamp_seconds") == NOON.timestamp()
    assert found.value("openclaw_outages_total") == 0


def test_what_is_watched_no_more_is_told_no_more(observer: MetricsObserver) -> None:
    observer.seen(seen(HOME, success()))
    observer.seen(seen(OFFICE, success()))
    observer.watching([OFFICE])
    observer.seen(seen(HOME, success()))  # which was on its way
    observer.changed(went_down(HOME))

    text = "".join(observer.page())

    assert str(HOME.id) not in text
    assert str(OFFICE.id) in text
    assert page(observer).value("openclaw_watcher_instances") == 1


def test_an_instance_with_another_name_has_its_counters_under_that(
    observer: MetricsObserver,
) -> None:
    observer.seen(seen(HOME, success()))
    page(observer)
    observer.watching([HOME._replace(name="cottage"), OFFICE])
    observer.seen(seen(HOME, success()))

    found = page(observer)

    assert found.value("openclaw_pings_total", name="cottage", result="success") == 2
    assert found.value("openclaw_ping_round_trip_seconds_count", name="cottage") == 2
    assert 'name="home"' not in "".join(observer.page())


def test_tags_are_keys_with_values(observer: MetricsObserver) -> None:
    tags = partial(page(observer).value, "openclaw_instance_tag_info", name="home")

    assert tags(key="env", value="prod") == 1
    assert tags(key="attic", value="") == 1


@pytest.mark.parametrize("name", ['a "b" \\ c', "two\nlines", "hütte 東京 🦞", "\\n", "{}=,#"])
def test_names_and_versions_of_whatever_characters_come_through(name: str) -> None:
    instance = watched(name)
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([instance])
    observer.seen(seen(instance, success(version=name)))

    assert page(observer).value("openclaw_gateway_info", name=name, version=name) == 1


def test_half_a_character_does_not_keep_all_else_from_being_told() -> None:
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([watched("half \ud800")])

    assert page(observer).value("openclaw_outage_open", name="half ?") == 0


def test_a_version_that_changes_all_the_time_leaves_nothing_behind(
    observer: MetricsObserver,
) -> None:
    for version in range(50):
        observer.seen(seen(HOME, success(version=str(version))))

    [(labels, _)] = page(observer).series("openclaw_gateway_info")
    assert labels["version"] == "49"


def test_troubles_of_the_watcher_are_counted_and_told_while_they_last(
    observer: MetricsObserver,
) -> None:
    notice = WatchNotice(NOON, Trouble.SECRET_MISSING, "home is not watched")
    observer.noticed(notice._replace(about="home"))
    observer.noticed(notice._replace(about="office"))
    observer.noticed(notice._replace(about="home", ended=True))

    value = partial(page(observer).value, trouble="secret-missing")

    assert value("openclaw_watcher_trouble") == 1
    assert value("openclaw_watcher_troubles_total") == 2
    assert page(observer).value("openclaw_watcher_trouble", trouble="observer-offline") == 0


def test_the_watcher_tells_since_when_it_runs_and_when_it_last_found_something(
    observer: MetricsObserver,
) -> None:
    observer.seen(seen(HOME, failure(), after_s=5))

    value = page(observer).value

    assert value("openclaw_manager_build_info", version="1.2.3") == 1
    assert value("openclaw_watcher_start_timestamp_seconds") == (TickingClock().now().timestamp())
    assert value("openclaw_watcher_last_ping_timestamp_seconds") == NOON.timestamp() + 5


@pytest.mark.parametrize("family", Family)
def test_every_metric_is_told_as_it_is_documented(family: Family) -> None:
    found = read_page(full_page()).metrics[family.metric.removesuffix("_total")]
    extra = {"le"} if family.kind is Kind.HISTOGRAM else set()

    assert (found.type, found.documentation) == (family.kind, family.says)
    assert {*family.labels} == set.union(*(set(one.labels) for one in found.samples)) - extra
    assert all(one.labels for one in found.samples) is bool(family.labels)


@pytest.mark.parametrize("family", Family)
def test_names_are_as_prometheus_asks_for_them(family: Family) -> None:
    assert re.fullmatch(r"openclaw(_[a-z]+)+", family.metric)
    assert family.metric.endswith("_total") is (family.kind is Kind.COUNTER)
    assert ("always 1." in family.says) is family.metric.endswith("_info")
    assert "instance" not in family.labels, "Prometheus itself gives that label"
    assert not re.search(r"_(ms|milliseconds|minutes|days)\b", family.metric)


def test_a_page_of_no_instances_is_one(observer: MetricsObserver) -> None:
    observer.watching([])

    assert page(observer).value("openclaw_watcher_instances") == 0
