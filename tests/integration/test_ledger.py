"""The ledger of a watch on a real home: what becomes a fact, and what happens in between."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from captures import register
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from ledgers import EVERY, OUTCOMES, Watching
from openclaw_manager.application.pinging import Finding
from openclaw_manager.domain.errors import StoreDamaged, StoreError, StoreUnavailable, ViewBehind
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.thresholds import Down, Up
from watching import NOON, failure, success

HOUR = timedelta(hours=1)
AN_HOUR = 120  # pings


@pytest.fixture
def core(tmp_path: Path) -> Core:
    core = core_in(tmp_path / "home")
    register(core, "home", "office")
    return core


@pytest.fixture
def watching(core: Core) -> Watching:
    return Watching(core)


def _entry(core: Core, name: str) -> dict[str, Any]:
    [entry] = [one for one in core.read_view()["minions"] if one["title"] == name]
    fields: dict[str, Any] = entry["fields"]
    return fields


def _facts(watching: Watching, name: str, kind: type[Any]) -> list[Any]:
    log = watching.core.log
    history = log.history(watching.roster[name].id, upto=log.head())
    return [fact for _, fact in history if isinstance(fact, kind)]


# What becomes a fact


def test_the_first_ping_is_a_fact_and_steady_ones_are_summed_up_by_the_hour(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+" * (2 * AN_HOUR + 5))

    assert watching.events("home") == ["Pinged", "PingsSummarised", "PingsSummarised"]
    first, second = _facts(watching, "home", Instance.PingsSummarised)
    assert (first.since, first.until) == (NOON.isoformat(), (NOON + HOUR - EVERY).isoformat())
    assert (second.since, second.until) == (first.until, (NOON + 2 * HOUR - EVERY).isoformat())
    assert (first.count, second.count, first.failures) == (AN_HOUR, AN_HOUR, 0)
    assert first.buckets == {"14": AN_HOUR}
    assert _entry(core, "home")["lastPingAt"] == "2026-11-24T13:59:30.000Z"


def test_an_interval_ends_for_all_instances_at_the_same_time_in_one_transaction(
    core: Core, watching: Watching
) -> None:
    for _ in range(AN_HOUR // 2):
        watching.take("home", success())
        watching.take("office", success())
    watching.save()
    before = core.log.head()
    assert watching.ledger.due(NOON + HOUR)
    watching.save()

    facts = [fact for _, fact in core.log.events_between(before + 1, core.log.head())]
    assert [type(fact).__name__ for fact in facts] == ["PingsSummarised"] * 2
    assert not watching.ledger.due(NOON + HOUR + EVERY)
    assert core.read_view()["openclawManager"]["position"] == core.log.head()


def test_an_outage_is_a_fact_at_once_and_its_end_too(core: Core, watching: Watching) -> None:
    watching.ping("home", "+--")
    assert watching.events("home") == ["Pinged"]
    assert _entry(core, "home")["status"] == "reachable"

    watching.ping("home", "-")
    assert watching.events("home") == ["Pinged", "WentDown"]
    began = core.log.head()
    assert (_entry(core, "home")["status"], _entry(core, "home")["cause"]) == (
        "unreachable",
        "timeout",
    )
    [down] = watching.told
    assert isinstance(down.change, Down)
    assert (down.instance.name, down.incident) == ("home", str(began))
    assert (down.change.since, down.change.at) == (NOON + EVERY, NOON + 3 * EVERY)

    watching.ping("home", "-+-++")
    assert watching.events("home") == ["Pinged", "WentDown", "CameUp"]
    up = watching.told[-1]
    assert isinstance(up.change, Up)
    assert (up.incident, up.change.flaps) == (str(began), 1)
    entry = _entry(core, "home")
    assert (entry["status"], entry["condition"], entry["cause"]) == ("reachable", "ok", None)
    assert entry["lastPingAt"] == "2026-11-24T12:04:00.000Z"


def test_one_failure_at_the_end_of_an_hour_makes_nothing_unreachable(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+" * (AN_HOUR - 1) + "-+")

    assert watching.events("home") == ["Pinged", "PingsSummarised"]
    [summary] = _facts(watching, "home", Instance.PingsSummarised)
    assert (summary.condition, summary.cause, summary.failures) == ("down", "timeout", 1)
    entry = _entry(core, "home")
    assert (entry["status"], entry["condition"], entry["cause"]) == ("reachable", "ok", None)
    assert entry["lastPingAt"] == "2026-11-24T12:59:00.000Z"


def test_one_success_in_an_outage_makes_nothing_reachable(core: Core, watching: Watching) -> None:
    watching.ping("home", "+---" + "-" * (AN_HOUR - 5) + "+-")

    assert watching.events("home") == ["Pinged", "WentDown", "PingsSummarised"]
    entry = _entry(core, "home")
    assert (entry["status"], entry["condition"]) == ("unreachable", "down")
    assert entry["lastPingAt"] == "2026-11-24T12:59:30.000Z"


def test_a_gateway_whose_first_ping_fails_is_told_so_at_once(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "--")
    assert watching.events("home") == ["PingFailed"]
    assert _entry(core, "home")["status"] == "unreachable"
    watching.ping("home", "+-s")
    assert watching.events("home") == ["PingFailed", "Pinged"]
    assert _entry(core, "home")["status"] == "reachable"


def test_a_success_that_says_something_new_is_a_fact_of_its_own(watching: Watching) -> None:
    watching.ping("home", "+++")
    for version in ("2026.10.1", "2026.10.1", "2026.11.0"):
        watching.take("home", success(version=version))
        watching.record_what_is_due()
    assert watching.events("home") == ["Pinged"] * 3
    assert watching.instance("home").version_of_gateway == "2026.11.0"
    watching.take("home", success(version="2026.11.0", gateway_id="gateway-1"))
    watching.record_what_is_due()
    assert watching.events("home")[3:] == ["Pinged", "GatewayRecognised"]


def test_news_that_came_with_the_end_of_an_outage_are_facts_after_it(watching: Watching) -> None:
    watching.ping("home", "+---")
    for _ in range(3):
        watching.take("home", success(version="2026.10.1"))
        watching.record_what_is_due()
    assert watching.events("home") == ["Pinged", "WentDown", "CameUp", "Pinged"]
    assert watching.instance("home").version_of_gateway == "2026.10.1"


def test_two_gateways_behind_one_address_do_not_fill_the_log(watching: Watching) -> None:
    for number in range(AN_HOUR - 1):
        watching.take("home", success(version=f"2026.{number % 2}"))
        watching.record_what_is_due()
    assert watching.events("home") == ["Pinged"] * 10


def test_a_stop_in_the_middle_of_an_hour_loses_nothing(core: Core, watching: Watching) -> None:
    watching.ping("home", "+" * 10)
    watching.stop()
    again = Watching(core_in(core.home))
    again.now = watching.now
    again.ping("home", "+" * 20)
    again.stop()

    summaries = _facts(again, "home", Instance.PingsSummarised)
    assert [one.count for one in summaries] == [10, 20]
    assert again.events("home") == ["Pinged", "PingsSummarised", "PingsSummarised"]


# Where a watch goes on, or others do something meanwhile


def test_a_watch_that_is_killed_in_an_outage_goes_on_with_it(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+---")
    [down] = watching.told

    again = Watching(core_in(core.home))
    again.now = watching.now + HOUR
    again.ping("home", "----+-++")

    assert [type(one.change) for one in again.told] == [Up]
    assert again.told[0].incident == down.incident
    assert again.events("home") == ["Pinged", "WentDown", "CameUp"]


def test_a_time_without_pings_is_in_no_summary_and_in_no_run(watching: Watching) -> None:
    watching.ping("home", "++--")
    watching.ping("home", "." * 20 + "--+")
    watching.stop()

    assert watching.told == []
    first, second = _facts(watching, "home", Instance.PingsSummarised)
    assert (first.since, first.until) == (NOON.isoformat(), (NOON + 3 * EVERY).isoformat())
    assert second.since == (NOON + 24 * EVERY).isoformat()
    assert (first.count, second.count) == (4, 3)


def _ping_by_hand(core: Core, name: str, *, well: bool) -> None:
    [probe] = core.probes.choose([name])
    core.pinging.record([Finding(probe, NOON + HOUR, REACHED if well else NOBODY_LISTENS)])


def test_a_ping_by_hand_meanwhile_is_another_fact(core: Core, watching: Watching) -> None:
    watching.ping("home", "+--")
    _ping_by_hand(core_in(core.home), "home", well=True)
    watching.ping("home", "-")
    assert watching.events("home") == ["Pinged", "Pinged", "WentDown"]


def test_a_failure_by_hand_is_put_right_by_the_next_ping_once_the_registry_was_read(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "++")
    _ping_by_hand(core_in(core.home), "home", well=False)
    watching.read_registry()
    watching.ping("home", "++")

    assert watching.events("home") == ["Pinged", "PingFailed", "Pinged"]
    assert watching.instance("home").status == "reachable"


def test_whoever_is_faster_between_deciding_and_saving_is_heard(
    core: Core, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conflict: others wrote after the instances were read, and before they were saved."""
    watching.ping("home", "+--")
    other = core_in(core.home)
    save, conflicts = core.log.save, iter([True])

    def late(*instances: Any, **more: Any) -> Any:
        if next(conflicts, False):
            _ping_by_hand(other, "home", well=True)
        return save(*instances, **more)

    monkeypatch.setattr(core.log, "save", late)
    watching.ping("home", "-")

    assert watching.events("home") == ["Pinged", "Pinged", "WentDown"]
    assert [one.incident for one in watching.told] == [str(core.log.head())]


@pytest.mark.parametrize("what", ["removed", "moved"])
def test_an_instance_that_is_gone_is_left_as_it_is_and_the_others_are_recorded(
    core: Core, watching: Watching, what: str
) -> None:
    watching.ping("home", "+--")
    watching.ping("office", "+--")
    other = core_in(core.home)
    if what == "removed":
        other.instances.remove("home")
    else:
        other.instances.update("home", url="ws://elsewhere:18789")
    watching.take("home", failure())
    watching.take("office", failure())
    watching.save()

    assert [one.instance.name for one in watching.told] == ["office"]
    assert watching.events("home")[-1] in ("SoftDeleted", "UrlChanged")
    assert watching.events("office") == ["Pinged", "WentDown"]


def test_a_renamed_instance_is_watched_on(core: Core, watching: Watching) -> None:
    watching.ping("home", "+--")
    core_in(core.home).instances.rename("home", "cellar")
    watching.ping("home", "-")
    watching.read_registry()
    watching.ping("cellar", "++")
    assert watching.events("cellar") == ["Pinged", "Renamed", "WentDown", "CameUp"]
    assert [one.instance.name for one in watching.told] == ["home", "cellar"]


def test_at_another_url_all_begins_anew(core: Core, watching: Watching) -> None:
    watching.ping("home", "+---")
    core_in(core.home).instances.update("home", url="ws://elsewhere:18789")
    watching.read_registry()
    watching.ping("home", "--")
    assert watching.events("home") == ["Pinged", "WentDown", "UrlChanged", "PingFailed"]
    watching.ping("home", "-")
    assert watching.events("home")[-1] == "WentDown"
    assert watching.instance("home").url == "ws://elsewhere:18789"


def test_a_removal_ends_an_outage_also_where_it_is_taken_back(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+---")
    other = core_in(core.home)
    other.instances.remove("home")
    other.instances.restore("home")
    assert watching.instance("home").outage is None
    watching.read_registry()
    watching.ping("home", "---")

    assert watching.events("home")[1:] == ["WentDown", "SoftDeleted", "Restored", "WentDown"]
    first, second = watching.told
    assert first.incident != second.incident


# Time


def test_a_clock_that_is_set_back_sets_no_fact_back(watching: Watching) -> None:
    watching.ping("home", "+" * 40)
    watching.now -= HOUR
    watching.ping("home", "---" + "-" * AN_HOUR + "++")

    facts = _facts(watching, "home", Instance.Event)
    moments = [fact.timestamp for fact in facts[1:]]
    assert moments == sorted(moments)
    [went_down] = _facts(watching, "home", Instance.WentDown)
    [came_up] = _facts(watching, "home", Instance.CameUp)
    assert went_down.since <= came_up.since


def test_nothing_ends_before_it_began_even_after_a_new_start_with_another_clock(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+---")
    again = Watching(core_in(core.home))
    again.now = NOON - HOUR
    again.ping("home", "++")
    [went_down] = _facts(again, "home", Instance.WentDown)
    [came_up] = _facts(again, "home", Instance.CameUp)
    assert came_up.since == went_down.since


# A store at fault


@contextmanager
def _nobody_can_write(core: Core) -> Iterator[None]:
    """Hold the lock of the log, as a process that hangs would."""
    with closing(sqlite3.connect(core.home / "events.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture
def impatient(tmp_path: Path) -> Watching:
    core = core_in(tmp_path / "impatient", lock_timeout="0.01")
    register(core, "home", "office")
    return Watching(core)


def test_what_cannot_be_recorded_is_kept_in_order_and_recorded_later(impatient: Watching) -> None:
    watching = impatient
    watching.ping("home", "+--")
    with _nobody_can_write(watching.core):
        for letters in ("-", "+" * 5 + "---"):
            for letter in letters:
                watching.take("home", OUTCOMES[letter] or success())
            with pytest.raises(StoreError):
                watching.save()
    assert watching.events("home") == ["Pinged"]
    watching.save()

    assert watching.events("home") == ["Pinged", "WentDown", "CameUp", "WentDown"]
    first, up, second = watching.told
    assert first.incident == up.incident != second.incident
    assert int(second.incident) == watching.core.log.head()


def test_a_store_that_is_at_fault_for_days_costs_no_more_than_a_day(impatient: Watching) -> None:
    watching = impatient
    watching.ping("home", "+")
    with _nobody_can_write(watching.core):
        for _ in range(30 * 4):  # hours
            for _ in range(AN_HOUR // 4):
                watching.take("home", success())
            if watching.ledger.due(watching.now):
                with pytest.raises(StoreError):
                    watching.save()
    watching.stop()

    summaries = _facts(watching, "home", Instance.PingsSummarised)
    assert 24 <= len(summaries) <= 25
    assert sum(one.count for one in summaries) == 30 * AN_HOUR + 1
    assert summaries[0].since == NOON.isoformat()
    spans = [(one.since, one.until) for one in summaries]
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_a_fault_after_the_facts_were_saved_records_nothing_twice(
    core: Core, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may fail between the commit and the word of it."""
    watching.ping("home", "+--")
    save = core.log.save

    def faulty(*instances: Any, **more: Any) -> Any:
        save(*instances, **more)
        raise StoreUnavailable("events.db", "went away")

    with monkeypatch.context() as patch:
        patch.setattr(core.log, "save", faulty)
        watching.take("home", failure())
        watching.ledger.close()
        with pytest.raises(StoreUnavailable):
            watching.save()
    watching.save()
    assert watching.events("home") == ["Pinged", "WentDown", "PingsSummarised"]


def test_a_whole_outage_that_was_saved_before_a_fault_is_recorded_once_and_told(
    core: Core, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.ping("home", "+")
    save = core.log.save

    def faulty(*instances: Any, **more: Any) -> Any:
        save(*instances, **more)
        raise StoreUnavailable("events.db", "went away")

    with monkeypatch.context() as patch:
        patch.setattr(core.log, "save", faulty)
        for letter in "---++---":
            watching.take("home", OUTCOMES[letter] or success())
        with pytest.raises(StoreUnavailable):
            watching.save()
    for letter in "++":
        watching.take("home", OUTCOMES[letter] or success())
    watching.save()

    assert watching.events("home") == ["Pinged", *(["WentDown", "CameUp"] * 2)]
    assert [type(one.change) for one in watching.told] == [Down, Up, Down, Up]
    first, second = (str(int(one.incident)) for one in watching.told[::2])
    assert [one.incident for one in watching.told] == [first, first, second, second]
    began = _facts(watching, "home", Instance.WentDown)
    assert [one.since for one in began] == [
        down.change.since.isoformat() for down in watching.told[::2]
    ]


def test_a_view_that_cannot_be_written_is_told_and_the_transition_too(
    core: Core, watching: Watching
) -> None:
    watching.ping("home", "+--")
    core.data_json.unlink()
    core.data_json.mkdir()
    watching.take("home", failure())
    saved = watching.save()

    assert isinstance(saved.problem, ViewBehind)
    assert [type(one.change) for one in saved.transitions] == [Down]
    core.data_json.rmdir()
    assert not watching.ledger.due(watching.now)
    watching.ping("office", "+")
    assert _entry(core, "home")["status"] == "unreachable"


def test_an_instance_that_cannot_be_read_back_keeps_no_other_from_being_recorded(
    core: Core, watching: Watching
) -> None:
    damaged = watching.roster["home"].id.hex
    with closing(sqlite3.connect(core.home / "events.db")) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = x'7B' WHERE originator_id = ?", (damaged,)
        )
    watching.take("home", success())
    watching.take("office", success())
    saved = watching.save()

    assert isinstance(saved.problem, StoreDamaged)
    assert watching.events("office") == ["Pinged"]


# Device tokens


TAKEN_IN = success(device_id="d" * 64, scopes=("operator.read",), device_token="device-token-1")


def _pair(core: Core) -> None:
    core.gateways.pairings.append(TAKEN_IN)
    applicant = core.pairing.choose("home")
    pairing = core.pairing.apply(
        applicant, ["operator.read"], timeout=5, wait=0, pending=lambda _: None
    )
    core.pairing.record(applicant, asyncio.run(pairing))


def _kept(core: Core) -> bytes:
    return b"".join(path.read_bytes() for path in core.home.iterdir())


def test_a_device_token_that_was_issued_on_the_way_is_kept_and_the_old_one_erased(
    core: Core, watching: Watching
) -> None:
    _pair(core)
    for token in ("device-token-1", "device-token-2", "device-token-2"):
        watching.take("home", TAKEN_IN._replace(device_token=token))
        watching.record_what_is_due()

    assert watching.events("home") == ["Paired", "Pinged", "CredentialsChanged"]
    assert b"device-token-2" in _kept(core)
    assert b"device-token-1" not in _kept(core)
    [probe] = core.probes.choose(["home"])
    assert probe.target.device_token == "device-token-2"


def test_a_device_token_for_one_who_is_no_device_any_more_is_not_kept(
    core: Core, watching: Watching
) -> None:
    _pair(core)
    watching.take("home", TAKEN_IN)
    watching.save()
    core.pairing.undo("home")
    watching.take("home", TAKEN_IN._replace(device_token="device-token-2"))
    watching.save()

    assert watching.events("home") == ["Paired", "Pinged", "Unpaired"]
    assert b"device-token-2" not in _kept(core)
