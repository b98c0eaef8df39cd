"""Laws of the metrics: whatever happens in a watch, the page says it, and can be read."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import TickingClock
from metrics_page import read_page
from openclaw_manager.adapters.metrics.observer import MetricsObserver
from openclaw_manager.domain.condition import Cause
from watching import failure, seen, success, watched

TEXTS = st.text(max_size=20)
LATENCIES = st.floats(min_value=0.0, max_value=60_000.0)


@given(TEXTS, TEXTS.filter(bool), st.sampled_from(Cause))
def test_every_text_comes_through_as_it_is(name: str, version: str, cause: Cause) -> None:
    instance = watched(name)
    observer = MetricsObserver(TickingClock(), version)
    observer.watching([instance])
    observer.seen(seen(instance, success(version=version)))
    observer.seen(seen(instance, failure(cause)))

    page = read_page(observer.page())

    assert page.value("openclaw_manager_build_info", version=version) == 1
    assert page.value("openclaw_gateway_info", name=name, id=str(instance.id)) == 1
    assert page.value("openclaw_cause_info", name=name, cause=cause) == 1


@given(st.lists(st.lists(LATENCIES, max_size=10), max_size=3))
def test_a_histogram_counts_what_is_not_longer_than_its_bounds(
    between_pages: list[list[float]],
) -> None:
    """However often the page is read meanwhile."""
    instance = watched()
    observer = MetricsObserver(TickingClock(), "1.2.3")
    observer.watching([instance])
    for latencies in between_pages:
        for latency in latencies:
            observer.seen(seen(instance, success(latency)))
        "".join(observer.page())
    page = read_page(observer.page())

    seconds = sorted(latency / 1000 for some in between_pages for latency in some)
    buckets = page.series("openclaw_ping_round_trip_seconds_bucket")

    for labels, count in buckets:
        bound = float(labels["le"])
        assert count == sum(one <= bound for one in seconds)
    assert page.value("openclaw_ping_round_trip_seconds_count") == len(seconds)


@given(st.lists(st.sets(st.sampled_from("abcd")), min_size=1, max_size=6))
def test_the_page_tells_of_those_who_are_watched_and_of_nobody_else(
    rosters: list[set[str]],
) -> None:
    """Each with the pings of the time since it came, or came back."""
    everybody = {name: watched(name) for name in "abcd"}
    observer = MetricsObserver(TickingClock(), "1.2.3")
    pings: Counter[str] = Counter()
    for roster in rosters:
        observer.watching([everybody[name] for name in sorted(roster)])
        pings = Counter({name: pings[name] + 1 for name in roster})
        for instance in everybody.values():
            observer.seen(seen(instance, failure()))

    counted = {
        labels["name"]: value
        for labels, value in read_page(observer.page()).series("openclaw_pings_total")
        if labels["result"] == "failure"
    }

    assert counted == dict(pings)
