"""Thresholds: when the pings of a gateway make an outage, and when they end one."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import InvalidInput
from openclaw_manager.domain.ping import PingOutcome, Step, TimedStep
from openclaw_manager.domain.thresholds import Down, Judge, Thresholds, Up
from watching import NOON, failure, success

OUTCOMES = {
    "+": success(),
    "d": success()._replace(condition=Condition.DEGRADED, cause=Cause.NOT_READY),
    "-": failure(Cause.TIMEOUT),
    "r": failure(Cause.TOKEN_MISMATCH),
    "s": failure(Cause.GATEWAY_STARTING),
}


def _judged(judge: Judge, pings: Iterable[str]) -> str:
    """Weigh pings, one a second, and write D and U where the gateway went down and came up."""
    marks = {Down: "D", Up: "U", type(None): "."}
    return "".join(
        marks[type(judge.weigh(NOON + timedelta(seconds=second), OUTCOMES[ping]))]
        for second, ping in enumerate(pings)
    )


@pytest.mark.parametrize(
    ("pings", "judged"),
    [
        ("+++++", "....."),
        ("--+--+--", "........"),
        ("---", "..D"),
        ("-r-", "..D"),
        ("--------", "..D....."),
        ("---++", "..D.U"),
        ("---dd", "..D.U"),
        ("---+-+-++", "..D.....U"),
        ("---++---", "..D.U..D"),
        ("--s-", "...D"),
        ("---+s+", "..D..U"),
        ("sssss", "....."),
    ],
)
def test_a_run_that_is_long_enough_is_a_transition(pings: str, judged: str) -> None:
    assert _judged(Judge(Thresholds()), pings) == judged


@pytest.mark.parametrize(
    ("failures", "successes", "judged"),
    [(1, 1, "DU.DU"), (2, 1, "....."), (1, 2, "D.U" + "D.")],
)
def test_thresholds_are_what_was_asked_for(failures: int, successes: int, judged: str) -> None:
    assert _judged(Judge(Thresholds(failures, successes)), "-++-+") == judged


@pytest.mark.parametrize(("failures", "successes"), [(0, 2), (3, 0), (-1, 1)])
def test_thresholds_of_less_than_one_ping_are_refused(failures: int, successes: int) -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        Thresholds(failures, successes)


def test_going_down_tells_since_when_and_why_it_failed_last() -> None:
    judge = Judge(Thresholds(failures=2))
    last = PingOutcome(
        Condition.DOWN,
        Cause.CONNECTION_CLOSED,
        "it hung up",
        steps=(TimedStep(Step.CONNECT, 1.0, ok=True), TimedStep(Step.UPGRADE, 2.0, ok=False)),
    )
    judge.weigh(NOON, failure(Cause.TIMEOUT))
    later = NOON + timedelta(seconds=30)

    assert judge.weigh(later, last) == Down(
        since=NOON,
        at=later,
        condition=Condition.DOWN,
        cause=Cause.CONNECTION_CLOSED,
        detail="it hung up",
        step=Step.UPGRADE,
        failures=2,
    )


def test_coming_up_tells_since_when_and_how_often_it_had_seemed_to() -> None:
    judge = Judge(Thresholds())
    assert _judged(judge, "---+-+--+") == "..D......"
    later = NOON + timedelta(seconds=9)

    up = judge.weigh(later, success(latency_ms=7.5))

    assert up == Up(NOON + timedelta(seconds=8), later, flaps=2, successes=2, latency_ms=7.5)


def test_flaps_are_those_of_one_outage() -> None:
    judge = Judge(Thresholds())
    assert _judged(judge, "---+-++---") == "..D...U..D"
    assert _judged(judge, "+") == "."
    up = judge.weigh(NOON, success())
    assert isinstance(up, Up)
    assert up.flaps == 0


def test_one_that_was_down_already_is_not_called_down_again_and_comes_up_as_any_other() -> None:
    assert _judged(Judge(Thresholds(), down=True), "-----++---") == "......U..D"


def test_a_run_that_nobody_watched_to_its_end_counts_no_more() -> None:
    judge = Judge(Thresholds())
    assert _judged(judge, "--") == ".."
    judge.forget_run()
    assert _judged(judge, "--") == ".."
    assert _judged(judge, "-+") == "D."
    judge.forget_run()
    assert _judged(judge, "++") == ".U"
