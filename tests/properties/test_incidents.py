"""Incidents: whatever pings find, the log has the outages that a plain reading of them gives.

The plain reading is of letters in a row, half a minute apart (see ``ledgers``): an outage begins
with the first run of so many failures, and ends with the first run of so many successes after.
"""

import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assembly import core_in
from captures import register
from ledgers import EVERY, OUTCOMES, Watching
from openclaw_manager.domain.errors import StoreError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.thresholds import Down, Judge, Thresholds, Up
from openclaw_manager.entrypoints.composition.settings import resolve
from openclaw_manager.entrypoints.composition.watch_records import incidents_of
from watching import NOON

THRESHOLDS = st.builds(Thresholds, st.integers(1, 4), st.integers(1, 3))


class Outage(NamedTuple):
    """An outage by the numbers of its pings: the first failure, and the first success after."""

    began: int
    ended: int | None
    flaps: int


def plainly(pings: str, thresholds: Thresholds) -> Iterator[Outage]:
    """Read the outages off; ``|`` is where a watch began anew, which breaks off every run."""
    numbers = [number for number, ping in enumerate(pings.replace("|", "")) if ping != "s"]
    asked = pings.replace("s", "")
    places = [place for place, ping in enumerate(asked) if ping != "|"]
    number_at = dict(zip(places, numbers, strict=True))
    end = 0
    while (begin := asked.find("-" * thresholds.failures, end)) >= 0:
        up = asked.find("+" * thresholds.successes, begin)
        last_watch = asked[begin : up if up >= 0 else None].rpartition("|")[2]
        flaps = len(re.findall(r"\++-", last_watch))
        yield Outage(number_at[begin], number_at[up] if up >= 0 else None, flaps)
        if up < 0:
            return
        end = up + thresholds.successes


def told(outages: Iterable[Outage]) -> Iterator[Outage]:
    """Leave out what is told only once an outage has ended."""
    for outage in outages:
        yield outage if outage.ended is not None else outage._replace(flaps=0)


@pytest.mark.parametrize(
    ("pings", "outages"),
    [
        ("+++", []),
        ("--+--", []),
        ("+---++", [Outage(1, 4, 0)]),
        ("---+-+-++---", [Outage(0, 7, 2), Outage(9, None, 0)]),
        ("--s-s+s+", [Outage(0, 5, 0)]),
        ("--|-", []),
        ("---+|+-+|++", [Outage(0, 7, 0)]),
        ("---+|+-++", [Outage(0, 6, 1)]),
    ],
)
def test_the_plain_reading_is_the_one_that_is_meant(pings: str, outages: list[Outage]) -> None:
    assert list(plainly(pings, Thresholds())) == outages


@settings(max_examples=500)
@given(st.text("+-s"), THRESHOLDS)
def test_the_judge_reads_pings_as_anybody_would(pings: str, thresholds: Thresholds) -> None:
    judge = Judge(thresholds)
    outages: list[Outage] = []
    for number, ping in enumerate(pings):
        outcome = OUTCOMES[ping]
        assert outcome is not None
        change = judge.weigh(NOON + number * EVERY, outcome)
        if isinstance(change, Down):
            outages.append(Outage(_number(change.since), None, 0))
        elif isinstance(change, Up):
            outages[-1] = Outage(outages[-1].began, _number(change.since), change.flaps)

    assert outages == [*told(plainly(pings, thresholds))]


# The same through the log, with everything that may happen to a watch meanwhile

PINGS = st.text("+-s", min_size=1, max_size=8)
EVENTS = st.sampled_from(
    ["stop and go on", "kill and go on", "others write", "nobody can write", "read anew"]
)


class Run:
    """A watch of two instances; whatever one does, the other does the opposite."""

    def __init__(self, home: Path, thresholds: Thresholds) -> None:
        self._home = home
        self._thresholds = thresholds
        register(core_in(home), "one", "two")
        self.watching = self._begin()
        self.pings = ""

    def _begin(self) -> Watching:
        return Watching(core_in(self._home, lock_timeout="0.001"), self._thresholds)

    def do(self, step: str) -> None:
        """Let something happen: pings, or something else."""
        match step:
            case "stop and go on" | "kill and go on":
                self._go_on_in_another_process(cleanly=step.startswith("stop"))
            case "others write":
                core = core_in(self._home)
                name = core.log.instance(self._ids["two"]).name
                core.instances.rename(name, name.swapcase())
            case "nobody can write":
                self._ping_in_vain("-+--")
            case "read anew":
                self.watching.read_registry()
            case pings:
                for ping in pings:
                    self._ping(ping)
                    self.watching.record_what_is_due()

    def _go_on_in_another_process(self, *, cleanly: bool) -> None:
        if cleanly:
            self.watching.stop()
        now, self.watching = self.watching.now, self._begin()
        self.watching.now = now
        self.pings += "|"

    def _ping_in_vain(self, pings: str) -> None:
        """Ping while another process has the log locked, and record it all afterwards."""
        path = self._home / "events.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for ping in pings:
                self._ping(ping)
                if self.watching.ledger.due(self.watching.now):
                    with suppress(StoreError):  # news that are none need not be written
                        self.watching.save()
            connection.execute("ROLLBACK")
        self.watching.record_what_is_due()

    def _ping(self, ping: str) -> None:
        self.pings += ping
        for instance in self.watching.roster.values():
            letter = ping if instance.name == "one" else _opposite(ping)
            outcome = OUTCOMES[letter]
            assert outcome is not None
            self.watching.ledger.take(instance, self.watching.now, outcome)
        self.watching.now += EVERY

    @property
    def _ids(self) -> dict[str, UUID]:
        return {name.lower(): one.id for name, one in self.watching.roster.items()}

    def outages(self, name: str) -> list[Outage]:
        """Tell what people are told, the oldest first."""
        names = {str(self._ids[name]): name}
        read = resolve({"home": str(self._home)}, {}, {"actor": "ada@lovelace"})
        return [
            Outage(_number(one.start), None if one.end is None else _number(one.end), one.flaps)
            for one in reversed(incidents_of(read, names).find())
        ]

    def counted(self, name: str) -> int:
        """Tell how many pings the summaries of an instance are about."""
        history = self.watching.core.log.history(self._ids[name], upto=10_000)
        facts = [fact for _, fact in history if isinstance(fact, Instance.PingsSummarised)]
        return sum(fact.count for fact in facts)


def _number(moment: datetime) -> int:
    return (moment - NOON) // EVERY


def _opposite(pings: str) -> str:
    return pings.translate(str.maketrans("+-", "-+"))


@settings(max_examples=20)
@given(st.lists(st.one_of(PINGS, EVENTS), max_size=12), THRESHOLDS)
@example(["+--", "nobody can write", "kill and go on", "++", "others write", "---"], Thresholds())
@example(["---", "others write", "read anew", "+", "stop and go on", "+-++"], Thresholds())
def test_the_log_has_the_outages_that_there_were(steps: list[str], thresholds: Thresholds) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "home", thresholds)
        for step in steps:
            run.do(step)
        run.watching.stop()

        for name, pings in (("one", run.pings), ("two", _opposite(run.pings))):
            assert run.outages(name) == [*told(plainly(pings, thresholds))]
            if "kill and go on" not in steps:
                assert run.counted(name) == len(pings.replace("|", ""))
