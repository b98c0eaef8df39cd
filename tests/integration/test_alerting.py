"""Alerting beside a watch: what is told, in which order, and what the log says of it."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from fakes.alert_channel import NEVER, NOT_NOW, FakeAlertChannel
from fakes.clock import TickingClock
from openclaw_manager.application.alerting.alert import Alert
from openclaw_manager.application.alerting.alerting import Alerting
from openclaw_manager.application.alerting.journal import AlertRecords, Entry
from openclaw_manager.application.alerting.line import STOPPED
from openclaw_manager.application.alerting.resuming import OpenOutages
from openclaw_manager.application.ports.watch_observer import Transition, Watched
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.errors import StoreFull, ViewBehind
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.label import LabelSelector
from openclaw_manager.domain.ping import Step
from openclaw_manager.domain.thresholds import Down, Up
from watched import WatchedHome

_BOTH = frozenset({About.DOWN, About.RECOVERY})
_SOON = 0.05  # seconds


class Watch:
    """A home whose instances go down and come up, with alerting that looks on."""

    def __init__(self, home: Path, *names: str) -> None:
        self.home = WatchedHome(home, *names)
        self.core = self.home.core
        self.records = AlertRecords(self.core.log, self.core.facts)
        self.clock = TickingClock()
        self.at = self.clock.now()

    @asynccontextmanager
    async def running(self, *alerts: Alert, records: Any = None) -> AsyncIterator[Alerting]:
        """Let alerting look on, as a new process would."""
        alerting = Alerting(
            alerts,
            OpenOutages(self.core.log),
            records or self.records,
            self.clock,
            first_wait=0,
        )
        async with alerting:
            yield alerting

    def watched(self, name: str, *tags: str, down_since: datetime | None = None) -> Watched:
        instance = self.core.log.instance(UUID(self.home.id_of(name)))
        return Watched(instance.id, instance.name, instance.url, tags, down_since)

    def down(self, name: str, *tags: str) -> Transition:
        """Record that an instance goes down, as the watch does before it tells anybody."""
        incident = self.home.go_down(name, self.at)
        down = Down(
            self.at, self.at, Condition.DOWN, Cause.TIMEOUT, "nobody there", Step.CONNECT, 3
        )
        return Transition(self.watched(name, *tags), down, incident)

    def up(self, name: str, incident: str, *tags: str) -> Transition:
        self.at += timedelta(minutes=5)
        self.home.come_up(name, self.at)
        return Transition(self.watched(name, *tags), Up(self.at, self.at, 1, 2), incident)

    def told(self, name: str = "home") -> list[tuple[Any, ...]]:
        """Tell what the log says of alerts about an instance."""
        events = self.core.log.history(UUID(self.home.id_of(name)), upto=self.core.log.head())
        return [
            (
                event.alert,
                event.about,
                event.incident,
                event.attempts,
                getattr(event, "problem", None),
            )
            for _, event in events
            if isinstance(event, Instance.AlertSent | Instance.AlertFailed)
        ]


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path, "home", "office", "cabin")


def _alert(channel: FakeAlertChannel, **settings: Any) -> Alert:
    plain = Alert("slack", _BOTH, None, None, timeout=20.0, retries=2, channel=channel)
    return plain._replace(**settings)


async def test_going_down_and_coming_up_is_told_and_recorded(watch: Watch) -> None:
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        await channel.wait_until(lambda: len(channel.messages) == 1)
        alerting.changed(watch.up("home", down.incident))
    first, second = channel.messages
    assert (first.title, first.incident) == ("home is down", down.incident)
    assert first.text.endswith("UTC: timeout (nobody there); 3 pings in a row failed")
    assert (first.cause, first.step, first.failures, first.end) == ("timeout", "connect", 3, None)
    assert second.title == "home is up again"
    assert second.text.endswith("UTC, after 5 min")
    assert (second.cause, second.flaps, second.duration_seconds) == ("timeout", 1, 300.0)
    assert (second.start, second.url) == (first.start, down.instance.url)
    assert watch.told() == [
        ("slack", "down", down.incident, 1, None),
        ("slack", "recovery", down.incident, 1, None),
    ]


async def test_each_alert_tells_what_it_is_for(watch: Watch) -> None:
    downs, recoveries, prod = FakeAlertChannel(), FakeAlertChannel(), FakeAlertChannel()
    alerts = [
        _alert(downs, name="downs", on=frozenset({About.DOWN})),
        _alert(recoveries, name="recoveries", on=frozenset({About.RECOVERY})),
        _alert(prod, name="prod", selector=LabelSelector.parse("env=prod")),
    ]
    async with watch.running(*alerts) as alerting:
        for name, tag in (("home", "env=prod"), ("office", "env=test")):
            down = watch.down(name, tag)
            alerting.changed(down)
            alerting.changed(watch.up(name, down.incident, tag))
    assert downs.told() == ["down home", "down office"]
    assert recoveries.told() == ["recovery home", "recovery office"]
    assert prod.told() == ["down home", "recovery home"]


async def test_who_was_told_of_an_outage_is_told_of_its_end_whatever_the_tags(
    watch: Watch,
) -> None:
    channel = FakeAlertChannel()
    alert = _alert(channel, selector=LabelSelector.parse("env=prod"))
    async with watch.running(alert) as alerting:
        down = watch.down("home", "env=prod")
        alerting.changed(down)
        alerting.changed(watch.up("home", down.incident))
    assert channel.told() == ["down home", "recovery home"]


async def test_what_may_pass_is_tried_again_in_order(watch: Watch) -> None:
    channel = FakeAlertChannel(NOT_NOW, NOT_NOW, None)
    async with watch.running(_alert(channel)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        alerting.changed(watch.up("home", down.incident))
    assert channel.told() == ["down home"] * 3 + ["recovery home"]
    assert [attempts for *_, attempts, _ in watch.told()] == [3, 1]


async def test_what_failed_for_good_is_recorded_with_its_problem(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    channel = FakeAlertChannel(NEVER)
    async with watch.running(_alert(channel)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
    assert watch.told() == [("slack", "down", down.incident, 1, "it answered 404 (Not Found)")]
    said = "the alert slack was not sent (home is down): it answered 404 (Not Found)"
    assert [record.getMessage() for record in caplog.records] == [said]


async def test_a_receiver_that_failed_gets_one_try_for_each_until_it_takes_one(
    watch: Watch,
) -> None:
    channel = FakeAlertChannel(*[NOT_NOW] * 4, None, NOT_NOW)
    async with watch.running(_alert(channel)) as alerting:
        for _ in range(4):
            down = watch.down("home")
            alerting.changed(down)
            watch.up("home", down.incident)
    assert [attempts for *_, attempts, _ in watch.told()] == [3, 1, 1, 2]


async def test_a_fault_of_ours_is_told_without_what_it_says(watch: Watch) -> None:
    channel = FakeAlertChannel()
    channel.faulty = KeyError("https://hooks.example/secret")
    async with watch.running(_alert(channel)) as alerting:
        alerting.changed(watch.down("home"))
    assert watch.told()[0][-1] == "a fault in openclaw-manager (KeyError)"


async def test_a_reminder_comes_for_as_long_as_it_lasts(watch: Watch) -> None:
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        await channel.wait_until(lambda: channel.told().count("reminder home") >= 2)
        alerting.changed(watch.down("office"))
        alerting.changed(watch.up("home", down.incident))
        await channel.wait_until(lambda: channel.told().count("reminder office") >= 3)
    assert channel.told()[:3] == ["down home", "reminder home", "reminder home"]
    assert "reminder home" not in channel.told()[channel.told().index("recovery home") :]
    assert "still down, for " in channel.messages[1].text
    assert {incident for _, _, incident, _, _ in watch.told()} == {down.incident}


async def test_nobody_is_reminded_of_what_was_removed_or_moved(watch: Watch) -> None:
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        home, office, cabin = watch.down("home"), watch.down("office"), watch.down("cabin")
        for down in (home, office, cabin):
            alerting.changed(down)
        moved = office.instance._replace(url="ws://elsewhere:1")
        alerting.watching([moved, cabin.instance])
        await channel.wait_until(lambda: channel.told().count("reminder cabin") >= 3)
    assert set(channel.told()) == {"down home", "down office", "down cabin", "reminder cabin"}


async def test_nobody_is_reminded_of_an_outage_before_this_one(watch: Watch) -> None:
    """Its instance was removed and restored between two looks at the registry."""
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        alerting.changed(down._replace(incident="999"))
        await channel.wait_until(lambda: channel.told().count("reminder home") >= 3)
    assert {one.incident for one in channel.messages if one.about == "reminder"} == {"999"}


async def test_nobody_is_reminded_of_an_outage_that_ended_without_a_word(watch: Watch) -> None:
    """Its instance was removed and restored, and is up."""
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        home, office = watch.down("home"), watch.down("office")
        for down in (home, office):
            alerting.changed(down)
        watch.core.instances.remove("home")
        watch.core.instances.restore("home")
        alerting.watching([watch.watched("home"), watch.watched("office", down_since=watch.at)])
        await channel.wait_until(lambda: channel.told().count("reminder office") >= 3)
        before = channel.told().count("reminder home")
        await channel.wait_until(lambda: channel.told().count("reminder office") >= 9)
    assert channel.told().count("reminder home") <= before + 1


async def test_a_reminder_calls_an_instance_as_it_is_called_now(watch: Watch) -> None:
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        alerting.watching([down.instance._replace(name="cabin")])
        await channel.wait_until(lambda: len(channel.messages) >= 2)
    assert channel.told()[:2] == ["down home", "reminder cabin"]


async def test_a_registry_that_was_read_too_early_ends_no_reminders(watch: Watch) -> None:
    """It says that the instance is up, since it was when that was read."""
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        before = watch.watched("home")
        alerting.changed(watch.down("home"))
        alerting.watching([before])
        await channel.wait_until(lambda: len(channel.messages) >= 2)
    assert channel.told()[:2] == ["down home", "reminder home"]


async def test_after_a_restart_only_what_was_never_told_is_told(watch: Watch) -> None:
    told, failed, new = FakeAlertChannel(), FakeAlertChannel(NEVER), FakeAlertChannel()
    alerts = [_alert(told, name="told"), _alert(failed, name="failed")]
    async with watch.running(*alerts) as alerting:
        down = watch.down("home")
        alerting.changed(down)
    open_ = watch.watched("home", down_since=watch.at)
    async with watch.running(*alerts, _alert(new, name="new")) as alerting:
        alerting.watching([open_, watch.watched("office")])
        alerting.watching([open_, watch.watched("office")])
        await failed.wait_until(lambda: len(failed.messages) == 2)
        await new.wait_until(lambda: len(new.messages) == 1)
        alerting.changed(watch.up("home", down.incident))
    assert told.told() == ["down home", "recovery home"]
    assert failed.told() == ["down home", "down home", "recovery home"]
    assert new.told() == ["down home", "recovery home"]
    assert new.messages[0].text.endswith("timeout (nobody there); 3 pings in a row failed")
    assert {incident for _, _, incident, _, _ in watch.told()} == {down.incident}


async def test_after_a_restart_reminders_go_on(watch: Watch) -> None:
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel, repeat=3600.0)) as alerting:
        alerting.changed(watch.down("home"))
    open_ = watch.watched("home", down_since=watch.at)
    async with watch.running(_alert(channel, repeat=_SOON)) as alerting:
        alerting.watching([open_])
        await channel.wait_until(lambda: len(channel.messages) >= 3)
    assert channel.told()[:3] == ["down home", "reminder home", "reminder home"]


async def test_an_outage_of_which_the_log_spoke_first_is_told_once(watch: Watch) -> None:
    """The watch did not learn that it was recorded, and told of it later."""
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel)) as alerting:
        down = watch.down("home")
        alerting.watching([watch.watched("home", down_since=watch.at)])
        await channel.wait_until(lambda: bool(channel.messages))
        alerting.changed(down)
        alerting.changed(watch.up("home", down.incident))
    assert channel.told() == ["down home", "recovery home"]


async def test_an_outage_that_ended_while_the_log_was_asked_is_not_told(watch: Watch) -> None:
    channel = FakeAlertChannel()
    down = watch.down("home")
    open_ = watch.watched("home", down_since=watch.at)
    async with watch.running(_alert(channel)) as alerting:
        alerting.watching([open_])
        alerting.changed(watch.up("home", down.incident))
        await channel.wait_until(lambda: bool(channel.messages))
    assert channel.told() == ["recovery home"]


async def test_a_receiver_that_hangs_keeps_neither_the_watch_nor_its_end(watch: Watch) -> None:
    hanging, other = FakeAlertChannel(), FakeAlertChannel()
    hanging.hangs = True
    async with watch.running(
        _alert(hanging, name="hanging"), _alert(other, name="other")
    ) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        alerting.changed(watch.up("home", down.incident))
        await hanging.held.wait()
        await other.wait_until(lambda: len(other.messages) == 2)
    assert sorted(watch.told()) == [
        ("hanging", "down", down.incident, 1, STOPPED),
        ("hanging", "recovery", down.incident, 0, STOPPED),
        ("other", "down", down.incident, 1, None),
        ("other", "recovery", down.incident, 1, None),
    ]


async def test_more_than_can_wait_is_recorded_as_failed(watch: Watch) -> None:
    channel = FakeAlertChannel()
    channel.hangs = True
    async with watch.running(_alert(channel)) as alerting:
        down = watch.down("home")
        for number in range(1003):
            alerting.changed(down._replace(incident=str(number)))
    problems = [problem for *_, problem in watch.told()]
    assert len(problems) == 1003
    assert problems.count("1000 others were waiting to be sent") in (2, 3)


class StoreAtFault:
    """Records that fail some times before they work."""

    def __init__(self, records: AlertRecords, *errors: Exception) -> None:
        self._records = records
        self._errors = [*errors]
        self.failed = threading.Event()

    def record(self, entries: list[Entry]) -> None:
        if self._errors:
            error = self._errors.pop(0)
            if isinstance(error, ViewBehind):
                self._records.record(entries)
            self.failed.set()
            raise error
        self._records.record(entries)


async def test_what_cannot_be_recorded_is_kept_until_it_can(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    records = StoreAtFault(watch.records, StoreFull("events.db", "is full"))
    channel = FakeAlertChannel()
    async with watch.running(_alert(channel), records=records) as alerting:
        down = watch.down("home")
        alerting.changed(down)
        await channel.wait_until(lambda: bool(channel.messages))
        await asyncio.to_thread(records.failed.wait, 20)
        alerting.changed(watch.up("home", down.incident))
    assert "what became of alerts is recorded later: events.db: is full" in caplog.text
    assert [about for _, about, *_ in watch.told()] == ["down", "recovery"]


async def test_what_cannot_be_recorded_at_the_end_is_said(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [StoreFull("events.db", "is full")] * 9
    records = StoreAtFault(watch.records, *faults)
    async with watch.running(_alert(FakeAlertChannel()), records=records) as alerting:
        alerting.changed(watch.down("home"))
    assert "what became of alerts is lost (1): events.db: is full" in caplog.text


async def test_a_view_that_is_behind_makes_nothing_recorded_twice(watch: Watch) -> None:
    records = StoreAtFault(watch.records, ViewBehind("data.json", "is full"))
    async with watch.running(_alert(FakeAlertChannel()), records=records) as alerting:
        alerting.changed(watch.down("home"))
    assert len(watch.told()) == 1


async def test_an_instance_that_cannot_be_read_back_keeps_no_other_from_being_recorded(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    async with watch.running(_alert(FakeAlertChannel())) as alerting:
        home, office = watch.down("home"), watch.down("office")
        with closing(sqlite3.connect(watch.core.home / "events.db")) as connection, connection:
            connection.execute(
                "UPDATE stored_events SET state = x'7B' WHERE originator_id = ?",
                (home.instance.id.hex,),
            )
        alerting.changed(home)
        alerting.changed(office)
    assert [about for _, about, *_ in watch.told("office")] == ["down"]
    assert f"what became of alerts about {home.instance.id} is not recorded" in caplog.text


async def test_a_fault_of_ours_while_recording_is_said_and_what_comes_later_recorded(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    records = StoreAtFault(watch.records, RuntimeError("a secret"))
    async with watch.running(_alert(FakeAlertChannel()), records=records) as alerting:
        alerting.changed(watch.down("home"))
        await asyncio.to_thread(records.failed.wait, 20)
        alerting.changed(watch.down("office"))
    assert not watch.told("home")
    assert [about for _, about, *_ in watch.told("office")] == ["down"]
    assert "is lost (1): a fault in openclaw-manager (RuntimeError)" in caplog.text
    assert "a secret" not in caplog.text


async def test_no_alert_is_stamped_before_what_it_tells_of(watch: Watch) -> None:
    """The clock may have been set back meanwhile."""
    async with watch.running(_alert(FakeAlertChannel())) as alerting:
        watch.at += timedelta(hours=3)
        alerting.changed(watch.down("home"))
    id_ = UUID(watch.home.id_of("home"))
    times = [event.timestamp for _, event in watch.core.log.history(id_, upto=10**6)]
    assert times == sorted(times)


async def test_without_alerts_nothing_is_done(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "openclaw_manager")
    async with watch.running() as alerting:
        alerting.changed(watch.down("home"))
        alerting.watching([watch.watched("office", down_since=watch.at)])
    assert not watch.told()
    assert not [one for one in caplog.records if one.name == "openclaw_manager"]
