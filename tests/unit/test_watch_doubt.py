"""Whether a watch blames the gateways or itself, and what times it gives to what it finds."""

from datetime import datetime, timedelta

import pytest

from openclaw_manager.application.ports.watch_observer import Observation, Watched
from openclaw_manager.application.watching.doubt import (
    SelfDoubt,
    is_elsewhere,
    nothing_came_back,
)
from openclaw_manager.application.watching.stamps import Stamps
from openclaw_manager.domain.condition import Cause
from watching import NOON, failure, seen, success, watched

A, B = (watched(name, url=f"ws://{name}.example") for name in ("a", "b"))


@pytest.fixture
def doubt() -> SelfDoubt:
    doubt = SelfDoubt()
    doubt.keep([A.id, B.id])
    return doubt


def _silence(instance: Watched) -> Observation:
    return seen(instance, failure(Cause.TIMEOUT))


@pytest.mark.parametrize(
    ("url", "elsewhere"),
    [
        ("ws://127.0.0.1:18789", False),
        ("wss://localhost", False),
        ("ws://[::1]:1", False),
        ("ws://10.0.0.1", True),
        ("wss://gateway.example.com", True),
    ],
)
def test_loopback_needs_no_network(url: str, elsewhere: bool) -> None:
    assert is_elsewhere(watched(url=url)) is elsewhere


@pytest.mark.parametrize("cause", list(Cause))
def test_only_where_nothing_came_back_nothing_is_proved(cause: Cause) -> None:
    silent = {Cause.NAME_NOT_RESOLVED, Cause.NETWORK_UNREACHABLE, Cause.TIMEOUT}
    assert nothing_came_back(seen(A, failure(cause))) is (cause in silent)
    assert not nothing_came_back(seen(A, success()))


def test_with_a_network_every_failure_counts_at_once(doubt: SelfDoubt) -> None:
    for failed in (_silence(A), _silence(B), _silence(A)):
        assert doubt.unanswered(failed, online=True) == [failed]
    assert not doubt.offline


def test_without_one_a_round_of_failures_counts_for_nobody(doubt: SelfDoubt) -> None:
    assert doubt.unanswered(_silence(A), online=False) == []
    assert not doubt.offline, "others may answer yet"
    assert doubt.unanswered(_silence(B), online=False) == []
    assert doubt.offline
    assert doubt.unanswered(_silence(A), online=False) == []


def test_one_answer_proves_the_network_and_what_was_kept_back_counts(doubt: SelfDoubt) -> None:
    """As on a network that has no way out, and on which one gateway is down."""
    failed, answered = _silence(A), seen(B, success())
    assert doubt.unanswered(failed, online=False) == []
    assert doubt.answered(answered) == [failed, answered]
    assert not doubt.offline


def test_who_fails_again_before_others_were_asked_ends_the_round(doubt: SelfDoubt) -> None:
    doubt.unanswered(_silence(A), online=False)
    assert doubt.unanswered(_silence(A), online=False) == []
    assert doubt.offline


def test_an_answer_ends_it(doubt: SelfDoubt) -> None:
    for instance in (A, B):
        doubt.unanswered(_silence(instance), online=False)
    answered = seen(A, success())
    assert doubt.answered(answered) == [answered]
    assert not doubt.offline


def test_a_network_that_is_back_ends_it_and_only_what_fails_then_counts(doubt: SelfDoubt) -> None:
    doubt.unanswered(_silence(A), online=False)
    failed = _silence(B)
    assert doubt.unanswered(failed, online=True) == [failed]
    for instance in (A, B):
        doubt.unanswered(_silence(instance), online=False)
    assert doubt.unanswered(failed, online=True) == [failed]
    assert not doubt.offline


class _Clocks:
    """A clock that can be set, and seconds that nobody sets."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.set_by = timedelta(0)

    def now(self) -> datetime:
        return NOON + self.set_by + timedelta(seconds=self.seconds)


def test_times_never_run_backwards_when_the_clock_is_set_back() -> None:
    clocks = _Clocks()
    stamps = Stamps(clocks, lambda: clocks.seconds)
    times = []
    for second in range(2 * 3600 + 60):
        clocks.seconds = float(second)
        if second == 10:
            clocks.set_by = timedelta(hours=-1)
        times.append(stamps.now())
        if second == 10:
            assert stamps.behind == timedelta(hours=1, seconds=-1)
    assert times == sorted(times)
    assert len(times) - len(set(times)) < 3, "what lasts meanwhile has a duration"
    assert times[-1] == clocks.now(), "after two hours the clock has caught up"
    assert not stamps.behind


def test_a_clock_that_is_set_forward_is_followed() -> None:
    clocks = _Clocks()
    stamps = Stamps(clocks, lambda: clocks.seconds)
    clocks.set_by = timedelta(hours=1)
    assert stamps.now() == NOON + timedelta(hours=1)
    assert not stamps.behind
