"""The watch on a real home: whatever happens, it goes on, and nothing that was found is lost."""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from assembly import Core, core_in
from captures import register, url_of
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.ports.gateway_link import Target
from openclaw_manager.application.ports.watch_observer import Observation, Trouble
from openclaw_manager.application.watching.plan import WatchPlan
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import (
    InstanceRemoved,
    NothingSelected,
    StoreDamaged,
    StoreLocked,
)
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.ping import PingOutcome
from openclaw_manager.domain.secret import references_in
from openclaw_manager.domain.thresholds import Down
from watches import Notebook, WatchInNoTime

MINUTE, HOUR = 60.0, 3600.0
SILENCE = PingOutcome(Condition.DOWN, Cause.TIMEOUT)


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", "office")
    for name in ("home", "office", "shop"):
        core.gateways.answers[url_of(name)] = REACHED
    return core


def _answer(core: Core, name: str, outcome: PingOutcome) -> Callable[[], None]:
    """Let a gateway answer so from then on."""
    return lambda: core.gateways.answers.update({url_of(name): outcome})


def _id(core: Core, name: str) -> UUID:
    reservation = core.log.reservation(name)
    assert reservation
    assert reservation.holder
    return UUID(reservation.holder)


def _facts(core: Core, name: str) -> list[Any]:
    history = core.log.history(_id(core, name), upto=core.log.head())
    return [fact for _, fact in history]


def _kinds(core: Core, name: str) -> list[str]:
    return [type(fact).__name__ for fact in _facts(core, name)]


# The schedule


def test_each_is_pinged_at_its_rate_and_the_hours_are_summed_up(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.run(HOUR + MINUTE)

    times = watch.told.times("home")
    assert {round(after - before, 3) for before, after in pairwise(times[1:])} == {30.0}
    kinds = _kinds(core, "home")
    assert kinds == ["Registered", "Pinged", *["PingsSummarised"] * 2]
    summaries = [one for one in _facts(core, "home") if isinstance(one, Instance.PingsSummarised)]
    assert sum(one.count for one in summaries) == len(times)
    assert watch.told.notices == []


def test_a_slow_gateway_is_not_pinged_twice_at_once_and_keeps_nobody_waiting(core: Core) -> None:
    core.gateways.silent.add(url_of("home"))
    plan = WatchPlan(30.0, 30.0, timeout=70.0, concurrency=32, at_most=1000)
    watch = WatchInNoTime(core, plan=plan)
    watch.run(20 * MINUTE)

    assert {round(gap) for gap in map(_gap, pairwise(watch.told.times("office")[1:]))} == {30}
    assert {round(gap) for gap in map(_gap, pairwise(watch.told.times("home")[1:]))} == {90}
    assert watch.told.troubles == [(Trouble.LATE, False)]


def _gap(pair: tuple[float, float]) -> float:
    return pair[1] - pair[0]


def test_of_a_thousand_four_hundred_may_hang(core: Core) -> None:
    """The schedule of the others is kept, and they are called down in time."""
    names = [f"gateway-{number}" for number in range(60)]
    silent = names[::5] + names[1::5]
    register(core, *names)
    for name in names:
        core.gateways.answers[url_of(name)] = REACHED
    core.gateways.silent.update(map(url_of, silent))
    watch = WatchInNoTime(core)
    watch.run(5 * MINUTE)

    for name in set(names) - set(silent):
        assert {round(gap, 2) for gap in map(_gap, pairwise(watch.told.times(name)[1:]))} == {30.0}
    assert sorted(watch.told.changes) == sorted((name, "down") for name in silent)
    assert core.gateways.most_at_once > 10
    assert watch.told.notices == []


def test_with_too_few_places_for_those_who_hang_that_is_said(core: Core) -> None:
    names = [f"gateway-{number}" for number in range(20)]
    register(core, *names)
    core.gateways.silent.update(map(url_of, names))
    plan = WatchPlan(30.0, 30.0, timeout=10.0, concurrency=2, at_most=2)
    watch = WatchInNoTime(core, plan=plan)
    watch.at(10 * MINUTE, core.gateways.silent.clear)
    watch.run(15 * MINUTE)

    assert core.gateways.most_at_once == 2
    assert watch.told.troubles == [(Trouble.LATE, False), (Trouble.LATE, True)]
    assert "30 s" in watch.told.notices[0].message


# Transitions


def test_an_outage_is_a_fact_as_soon_as_the_threshold_is_reached(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.at(5 * MINUTE, _answer(core, "home", NOBODY_LISTENS))
    watch.at(7 * MINUTE + 5, lambda: facts.append(_kinds(core, "home")))
    watch.at(10 * MINUTE, _answer(core, "home", REACHED))
    facts: list[list[str]] = []
    watch.run(20 * MINUTE)

    assert watch.told.changes == [("home", "down"), ("home", "up")]
    assert facts == [["Registered", "Pinged", "WentDown"]]
    down, up = (transition.change for transition in watch.told.transitions)
    assert isinstance(down, Down)
    assert (down.cause, down.failures) == (Cause.CONNECTION_REFUSED, 3)
    assert (up.at - down.since).total_seconds() == pytest.approx(5.5 * MINUTE, abs=31)
    assert len({transition.incident for transition in watch.told.transitions}) == 1
    assert _kinds(core, "office") == ["Registered", "Pinged", "PingsSummarised"]


def test_a_watch_that_begins_in_an_outage_goes_on_with_it(core: Core) -> None:
    core.gateways.answers[url_of("home")] = NOBODY_LISTENS
    before = WatchInNoTime(core)
    before.run(3 * MINUTE)
    assert before.told.changes == [("home", "down")]

    core.gateways.answers[url_of("home")] = REACHED
    after = WatchInNoTime(core)
    after.clock.set_by = timedelta(hours=1)
    after.run(3 * MINUTE)

    assert after.told.changes == [("home", "up")]
    assert after.told.transitions[0].incident == before.told.transitions[0].incident


def test_a_watch_that_is_broken_off_records_what_it_found(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.run_until_cancelled(5 * MINUTE)
    assert _kinds(core, "home") == ["Registered", "Pinged", "PingsSummarised"]


# Whatever fails


def test_a_fault_at_one_gateway_is_told_once_and_the_others_go_on(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    ping, faulty = core.gateways.ping, True

    async def ping_or_fail(target: Target, *, timeout: float) -> PingOutcome:
        if target.url == url_of("home") and faulty:
            raise ZeroDivisionError
        return await ping(target, timeout=timeout)

    def mend() -> None:
        nonlocal faulty
        faulty = False

    monkeypatch.setattr(core.gateways, "ping", ping_or_fail)
    watch = WatchInNoTime(core)
    watch.at(5 * MINUTE, mend)
    watch.run(10 * MINUTE)

    assert watch.told.troubles == [(Trouble.CHECK_FAILED, False), (Trouble.CHECK_FAILED, True)]
    message = "home could not be checked: a fault in openclaw-manager: ZeroDivisionError"
    assert watch.told.notices[0].message == message
    assert len(watch.told.times("office")) > 15
    assert len(watch.told.times("home")) < 12
    assert watch.told.changes == [], "a fault of ours is no outage of theirs"


def test_a_fault_at_somebody_who_is_gone_goes_on_no_more(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(target: Target, *, timeout: float) -> PingOutcome:
        raise ZeroDivisionError(target.url, timeout)

    monkeypatch.setattr(core.gateways, "ping", fail)
    watch = WatchInNoTime(core, "home")
    watch.at(MINUTE, lambda: core.instances.remove("home"))
    watch.run(2 * MINUTE)
    assert [(one.about, one.ended) for one in watch.told.notices] == [
        ("home", False),
        ("home", True),
    ]


def test_a_ping_that_never_ends_is_given_up(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    ping = core.gateways.ping

    async def hang(target: Target, *, timeout: float) -> PingOutcome:
        forever = HOUR * 24 * 365
        return await ping(target, timeout=forever if target.url == url_of("home") else timeout)

    core.gateways.silent.add(url_of("home"))
    monkeypatch.setattr(core.gateways, "ping", hang)
    watch = WatchInNoTime(core)
    watch.run(5 * MINUTE)
    assert [one.message for one in watch.told.notices] == [
        "home could not be checked: a fault in openclaw-manager: TimeoutError"
    ]
    assert len([one for one in core.gateways.seen if one.url == url_of("home")]) > 5


def test_an_onlooker_at_fault_bothers_nobody(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(Notebook):
        def seen(self, observation: Observation) -> None:
            raise ZeroDivisionError(observation.instance.name)

    watch = WatchInNoTime(core, onlookers=[Faulty()])
    with caplog.at_level(logging.WARNING, "openclaw_manager"):
        watch.run(MINUTE)
    assert watch.told.times("home")
    assert "ZeroDivisionError in test_an_onlooker" in caplog.text


def test_a_store_at_fault_is_told_and_all_is_recorded_once_it_is_well_again(
    tmp_path: Path,
) -> None:
    core = core_in(tmp_path / "home", lock_timeout="20ms")
    register(core, "home")
    core.gateways.answers[url_of("home")] = REACHED
    watch = WatchInNoTime(core)
    with closing(sqlite3.connect(core.home / "events.db", isolation_level=None)) as others:
        watch.at(MINUTE, lambda: others.execute("BEGIN IMMEDIATE"))
        watch.at(2 * MINUTE, _answer(core, "home", NOBODY_LISTENS))
        watch.at(10 * MINUTE, lambda: others.execute("ROLLBACK"))
        watch.at(12 * MINUTE, _answer(core, "home", REACHED))
        watch.run(20 * MINUTE)

    assert watch.told.troubles == [(Trouble.STORE_AT_FAULT, False), (Trouble.STORE_AT_FAULT, True)]
    assert "kept until it can be recorded" in watch.told.notices[0].message
    assert watch.told.changes == [("home", "down"), ("home", "up")]
    [down] = [one for one in _facts(core, "home") if isinstance(one, Instance.WentDown)]
    assert down.since < "2026-11-24T12:03", "when it was, and not when it could be recorded"


def test_a_store_that_is_at_fault_to_the_end_is_an_error(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home", lock_timeout="20ms")
    register(core, "home")
    core.gateways.answers[url_of("home")] = REACHED
    watch = WatchInNoTime(core)
    with closing(sqlite3.connect(core.home / "events.db", isolation_level=None)) as others:
        watch.at(MINUTE, lambda: others.execute("BEGIN IMMEDIATE"))
        with pytest.raises(StoreLocked):
            watch.run(2 * MINUTE)


def test_instances_that_cannot_be_read_to_begin_with_are_an_error(core: Core) -> None:
    register(core, "shop", token="t")
    watch = WatchInNoTime(core)
    (core.home / "secrets.db").write_bytes(b"x" * 4096)
    with pytest.raises(StoreDamaged):
        watch.run(MINUTE)
    assert watch.told.rosters == []


# The machine that watches


def test_without_a_network_nobody_is_blamed_and_nothing_is_recorded(core: Core) -> None:
    watch = WatchInNoTime(core)
    for name in ("home", "office"):
        watch.at(5 * MINUTE, _answer(core, name, SILENCE))
        watch.at(15 * MINUTE, _answer(core, name, REACHED))
    watch.at(5 * MINUTE, lambda: setattr(watch.network, "answer", False))
    watch.at(15 * MINUTE, lambda: setattr(watch.network, "answer", True))
    watch.run(20 * MINUTE)

    assert watch.told.troubles == [
        (Trouble.OBSERVER_OFFLINE, False),
        (Trouble.OBSERVER_OFFLINE, True),
    ]
    assert watch.told.changes == []
    assert not [one for one in watch.told.observations if not one.outcome.condition.reachable]
    assert _kinds(core, "home") == ["Registered", "Pinged", "PingsSummarised", "PingsSummarised"]


def test_with_one_that_answers_the_others_are_down_whatever_the_machine_says(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.network.answer = False
    watch.at(5 * MINUTE, _answer(core, "home", SILENCE))
    watch.run(20 * MINUTE)
    assert watch.told.changes == [("home", "down")]
    assert watch.told.notices == []


def test_a_machine_that_cannot_say_is_taken_to_be_online(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.network.answer = OSError("no such file")
    for name in ("home", "office"):
        watch.at(5 * MINUTE, _answer(core, name, SILENCE))
    watch.run(20 * MINUTE)
    assert sorted(watch.told.changes) == [("home", "down"), ("office", "down")]


def test_gateways_on_the_same_machine_need_no_network(core: Core) -> None:
    core.instances.register("here", "ws://127.0.0.1:9", GivenCredentials())
    core.gateways.answers |= dict.fromkeys(map(url_of, ("home", "office")), SILENCE)
    core.gateways.answers["ws://127.0.0.1:9"] = SILENCE
    watch = WatchInNoTime(core)
    watch.network.answer = False
    watch.run(10 * MINUTE)
    assert watch.told.changes == [("here", "down")]
    assert watch.told.troubles == [(Trouble.OBSERVER_OFFLINE, False)]


def test_a_clock_that_is_set_back_is_told_and_times_go_on(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.at(5 * MINUTE, lambda: setattr(watch.clock, "set_by", timedelta(minutes=-5)))
    watch.at(8 * MINUTE, _answer(core, "home", NOBODY_LISTENS))
    watch.run(20 * MINUTE)

    times = [one.at for one in watch.told.observations]
    assert times == sorted(times)
    assert watch.told.troubles == [(Trouble.CLOCK_SET_BACK, False), (Trouble.CLOCK_SET_BACK, True)]
    assert len(watch.told.times("office")) >= 40, "the schedule knows nothing of it"
    stamps = [fact.timestamp for fact in _facts(core, "home")]
    assert stamps[1:] == sorted(stamps[1:])


# Who is watched


def test_who_comes_changes_and_goes_meanwhile(core: Core) -> None:
    watch = WatchInNoTime(core)
    watch.at(2 * MINUTE, lambda: register(core, "shop"))
    watch.at(4 * MINUTE, lambda: core.instances.rename("office", "bureau"))
    watch.at(6 * MINUTE, lambda: core.instances.remove("home"))
    watch.at(8 * MINUTE, lambda: core.instances.restore("home"))
    watch.run(10 * MINUTE)

    assert watch.told.rosters == [
        ["home", "office"],
        ["home", "office", "shop"],
        ["bureau", "home", "shop"],
        ["bureau", "shop"],
        ["bureau", "home", "shop"],
    ]
    assert watch.told.times("shop")[0] < 2 * MINUTE + 3, "one that comes is pinged soon"
    home = watch.told.times("home")
    assert not [at for at in home if 6 * MINUTE + 2 < at < 8 * MINUTE]
    assert [at for at in home if at > 8 * MINUTE]


def test_only_those_who_were_named_are_watched(core: Core) -> None:
    watch = WatchInNoTime(core, "OFFICE")
    watch.at(MINUTE, lambda: register(core, "shop"))
    watch.run(3 * MINUTE)
    assert watch.told.rosters == [["office"]]


def test_those_who_have_the_labels_are_watched_as_they_come_and_go(core: Core) -> None:
    core.instances.update("home", tags=["env=prod"])
    watch = WatchInNoTime(core, labels=LabelSelector.parse("env=prod"))
    watch.at(MINUTE, lambda: core.instances.update("office", tags=["env=prod"]))
    watch.at(2 * MINUTE, lambda: core.instances.update("home", untag=["env"]))
    watch.at(3 * MINUTE, lambda: core.instances.remove("office"))
    watch.run(4 * MINUTE)
    assert watch.told.rosters == [["home"], ["home", "office"], ["office"], []]


def test_who_is_not_there_cannot_be_watched(core: Core) -> None:
    core.instances.remove("office")
    with pytest.raises(InstanceRemoved):
        WatchInNoTime(core, "office")
    with pytest.raises(NothingSelected):
        WatchInNoTime(core, labels=LabelSelector.parse("env=prod"))


def test_an_empty_home_can_be_watched_until_there_is_somebody(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home")
    core.gateways.answers[url_of("home")] = REACHED
    watch = WatchInNoTime(core)
    watch.at(MINUTE, lambda: register(core, "home"))
    watch.run(2 * MINUTE)
    assert watch.told.rosters == [[], ["home"]]
    assert watch.told.times("home")


def test_what_was_on_its_way_to_another_url_counts_for_nobody(core: Core) -> None:
    """The gateway at the new one never answered, and that of the old one is not asked about."""
    core.gateways.silent.add(url_of("home"))
    watch = WatchInNoTime(core, "home")
    moved = url_of("shop")
    watch.at(5.0, lambda: core.instances.update("home", url=moved))
    watch.run(MINUTE)
    assert [one.instance.url for one in watch.told.observations] == [moved] * len(
        watch.told.observations
    )
    assert watch.told.observations


def test_lost_secrets_of_one_are_told_and_the_others_go_on(core: Core) -> None:
    register(core, "shop", token="t")
    references = references_in(core.log.instance(_id(core, "shop")).credentials)
    lost = {reference["ref"]: "t" for reference in references.values()}
    core.secrets.erase(lost)
    watch = WatchInNoTime(core)
    watch.at(MINUTE, lambda: core.secrets.put(lost))
    watch.at(2 * MINUTE, watch.reload)
    watch.run(3 * MINUTE)

    assert watch.told.rosters == [["home", "office"], ["home", "office", "shop"]]
    assert watch.told.troubles == [(Trouble.SECRET_MISSING, False), (Trouble.SECRET_MISSING, True)]
    assert "shop is not watched" in watch.told.notices[0].message
    assert min(watch.told.times("shop")) > 2 * MINUTE, "when it was told to read all anew"
