"""Latencies of many pings in little room: counted on a scale that can be added up later."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil, floor, log
from typing import NamedTuple

_RATIO = 1.05
_STEP = log(_RATIO)
_LEAST_MS = 1e-3  # what a clock measured as nothing at all is counted with this
_SHARES = (0.5, 0.95, 0.99)


class Spread(NamedTuple):
    """How the latencies of some pings are spread, in milliseconds."""

    minimum: float
    median: float
    p95: float
    p99: float
    maximum: float


def bucket_of(ms: float) -> int:
    """Tell where on the scale a latency is counted; each step there is 5 % wide.

    Bucket 0 begins at 1 ms, so that faster ones have negative numbers.
    """
    return floor(log(max(ms, _LEAST_MS)) / _STEP)


def bounds_of(bucket: int) -> tuple[float, float]:
    """Tell from how many milliseconds on a bucket counts, and up to how many."""
    return _RATIO**bucket, _RATIO ** (bucket + 1)


def counted(latencies: Iterable[float]) -> dict[int, int]:
    """Count latencies by their buckets, the lowest first; buckets without any are left out."""
    ascending = sorted(latencies)
    counts: dict[int, int] = {}
    done = 0
    while done < len(ascending):
        bucket = bucket_of(ascending[done])
        _, end = bounds_of(bucket)
        upto = bisect_left(ascending, end, done + 1)
        counts[bucket] = counts.get(bucket, 0) + upto - done
        done = upto
    return counts


def added_up(counts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """Add the counts of several spans of time up, the lowest bucket first."""
    total: Counter[int] = Counter()
    for each in counts:
        total.update(each)
    return {bucket: total[bucket] for bucket in sorted(total)}


def spread_of(latencies: Iterable[float]) -> Spread | None:
    """Tell how latencies are spread, exactly; None where there are none."""
    ascending = sorted(latencies)
    if not ascending:
        return None
    median, p95, p99 = (ascending[_rank(share, len(ascending)) - 1] for share in _SHARES)
    return Spread(ascending[0], median, p95, p99, ascending[-1])


def spread_within(buckets: Mapping[int, int], minimum: float, maximum: float) -> Spread | None:
    """Tell how the latencies that were counted in buckets are spread; None where there are none.

    ``minimum`` and ``maximum`` are known exactly; what lies between is off by 2.5 % at most.
    """
    if not buckets:
        return None
    found = (quantile(buckets, share) or minimum for share in _SHARES)
    median, p95, p99 = (min(max(each, minimum), maximum) for each in found)
    return Spread(minimum, median, p95, p99, maximum)


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """Tell which latency a ``share`` (0.5 for the median) of those in the buckets do not exceed.

    It is one that was measured, by the nearest rank, in milliseconds, off by 2.5 % at most.
    None where there are none.
    """
    rank = _rank(share, sum(buckets.values()))
    for bucket in sorted(buckets):
        rank -= buckets[bucket]
        if rank <= 0:
            return float(_RATIO ** (bucket + 0.5))
    return None


def _rank(share: float, of: int) -> int:
    return max(1, ceil(share * of))
