"""Latencies on a scale: in little room, added up, and off by no more than is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.domain.latencies import (
    Spread,
    added_up,
    bounds_of,
    bucket_of,
    counted,
    quantile,
    spread_of,
    spread_within,
)

LATENCIES = st.floats(min_value=0.0, max_value=1e6)
A_HAIR = 1e-9  # by which a logarithm and a power may differ


@given(LATENCIES)
def test_a_latency_lies_in_its_bucket_which_is_5_percent_wide(ms: float) -> None:
    low, high = bounds_of(bucket_of(ms))
    assert low * (1 - A_HAIR) <= max(ms, 1e-3) <= high * (1 + A_HAIR)
    assert high / low == pytest.approx(1.05)


@given(st.lists(LATENCIES))
def test_every_latency_is_counted_once_where_it_belongs(latencies: list[float]) -> None:
    counts = counted(latencies)
    assert sum(counts.values()) == len(latencies)
    assert list(counts) == sorted(counts)
    near = {bucket + off for bucket in map(bucket_of, latencies) for off in (-1, 0, 1)}
    assert counts.keys() <= near


@given(st.lists(LATENCIES), st.lists(LATENCIES))
def test_counts_that_are_added_up_are_those_of_both(one: list[float], other: list[float]) -> None:
    assert added_up([counted(one), counted(other)]) == counted(one + other)


@given(st.lists(st.floats(min_value=0.01, max_value=1e6), min_size=1))
def test_a_spread_from_buckets_is_off_by_no_more_than_half_a_step(latencies: list[float]) -> None:
    exact = spread_of(latencies)
    assert exact is not None
    found = spread_within(counted(latencies), exact.minimum, exact.maximum)
    assert found is not None
    assert (found.minimum, found.maximum) == (exact.minimum, exact.maximum)
    assert found == pytest.approx(exact, rel=0.025)


def test_a_spread_has_what_was_measured_by_the_nearest_rank() -> None:
    assert spread_of(float(ms) for ms in range(100, 0, -1)) == Spread(1, 50, 95, 99, 100)
    assert spread_of([7.5]) == Spread(7.5, 7.5, 7.5, 7.5, 7.5)


def test_without_latencies_there_is_no_spread_and_no_quantile() -> None:
    assert spread_of([]) is None
    assert spread_within({}, 1, 2) is None
    assert quantile({}, 0.5) is None


def test_a_quantile_comes_from_the_bucket_that_has_its_rank() -> None:
    buckets = {bucket_of(10): 98, bucket_of(1000): 2}
    assert quantile(buckets, 0.5) == pytest.approx(10, rel=0.025)
    assert quantile(buckets, 0.98) == pytest.approx(10, rel=0.025)
    assert quantile(buckets, 0.99) == pytest.approx(1000, rel=0.025)
