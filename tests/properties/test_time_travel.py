"""The law of time travel: what is read back at a position is what stood there."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from assembly import Core, core_in
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from fakes.view import InMemoryView
from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.gateway_link import Capture
from openclaw_manager.application.projection import Projection
from openclaw_manager.application.timeline import Timeline
from openclaw_manager.domain.errors import OpenClawManagerError
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.domain.section import Section, SectionHeard

NAME = st.sampled_from(["home", "HOME", "office"])
COMMAND = st.one_of(
    st.tuples(st.just("register"), NAME, st.sampled_from([None, "tok-1"])),
    st.tuples(st.just("ping"), NAME, st.booleans()),
    st.tuples(st.just("remove"), NAME, st.none()),
    st.tuples(st.just("restore"), NAME, st.none()),
    st.tuples(st.just("purge"), NAME, st.none()),
    st.tuples(st.just("rename"), NAME, NAME),
    st.tuples(st.just("move"), NAME, st.sampled_from(["ws://one", "ws://two"])),
    st.tuples(st.just("token"), NAME, st.sampled_from(["tok-2", None])),
    st.tuples(st.just("tag"), NAME, st.sampled_from(["a", "k=1", "k=2"])),
    st.tuples(st.just("capture"), NAME, st.integers(1, 3)),
)
# Something to change is there first, and enough happens for a snapshot to be shown no more.
COMMANDS = st.lists(COMMAND, min_size=8, max_size=30).map(
    lambda commands: [("register", "home", "tok-1"), ("capture", "home", 1), *commands]
)


@contextmanager
def _core() -> Iterator[Core]:
    folder = tempfile.mkdtemp()
    try:
        yield core_in(Path(folder) / "home", snapshots_shown="2")
    finally:
        shutil.rmtree(folder)


def _ping(core: Core, name: str, *, well: bool) -> None:
    [probe] = core.probes.choose([name])
    outcome = REACHED if well else NOBODY_LISTENS
    core.pinging.record([Finding(probe, datetime(2026, 11, 23, tzinfo=UTC), outcome)])


def _capture(core: Core, name: str, agents: int) -> None:
    probes = core.probes.choose([name])
    answers = {
        Section.AGENTS: SectionHeard({"agents": [{"id": str(one)} for one in range(agents)]}),
        Section.CONFIG: SectionHeard({"config": {"agents": agents}}),
    }
    captured = Capture("2026.9.6", Dialect.OPENCLAW, 4, None, None, answers)
    core.gateways.captures = {probe.target.url: captured for probe in probes}
    findings: list[CaptureFinding] = []
    asyncio.run(
        core.capturing.reach(
            probes,
            list(answers),
            timeout=5,
            concurrency=1,
            heard=lambda _probe, _section: None,
            found=findings.append,
        )
    )
    core.capturing.record(findings)


def _do(core: Core, command: tuple[str, Any, Any]) -> None:
    verb, name, detail = command
    match verb:
        case "register":
            core.instances.register(name, "ws://one", GivenCredentials(token=detail))
        case "ping":
            _ping(core, name, well=detail)
        case "capture":
            _capture(core, name, detail)
        case "purge":
            core.purging.purge(core.purging.choose(name))
        case "rename":
            core.instances.rename(name, detail)
        case "move":
            core.instances.update(name, url=detail)
        case "token":
            given_ = GivenCredentials(token=detail, drop_token=detail is None)
            core.instances.update(name, given=given_)
        case "tag":
            core.instances.update(name, tags=[detail])
        case verb:
            getattr(core.instances, verb)(name)


def _by_id(minions: list[Any], relations: list[Any]) -> dict[str, Any]:
    """Arrange what is shown by id, with secrets as fingerprints."""
    shown = {one["id"]: one for one in [*minions, *relations]}
    for one in minions:
        hidden = {key: fingerprint(one["fields"][key]) for key in {"token"} & one["fields"].keys()}
        shown[one["id"]] = one | {"fields": one["fields"] | hidden}
    return shown


@settings(max_examples=30)
@given(COMMANDS)
def test_the_view_at_a_position_is_the_data_json_that_stood_there(
    commands: list[tuple[str, Any, Any]],
) -> None:
    with _core() as core:
        stood = {}
        for command in commands:
            with suppress(OpenClawManagerError):
                _do(core, command)
            if core.data_json.exists():
                view = core.read_view()
                shown = _by_id(view["minions"], view["relations"])
                stood[view["openclawManager"]["position"]] = shown
        for position, shown in stood.items():
            then = core.travel.view(position)
            assert {one["id"]: one for one in [*then.minions, *then.relations]} == shown
            told = core.travel.instances(position)
            assert told == [one for one in then.minions if "url" in one["fields"]]
        rebuilt = InMemoryView()
        Projection(core.log, rebuilt, core.showing).catch_up()
        if stood:
            assert _by_id(rebuilt.entries, rebuilt.relations) == stood[core.log.head()]


@settings(max_examples=20)
@given(COMMANDS, st.data())
def test_instances_at_any_position_are_what_the_events_until_there_made_them(
    commands: list[tuple[str, Any, Any]], data: st.DataObject
) -> None:
    with _core() as core:
        for command in commands:
            with suppress(OpenClawManagerError):
                _do(core, command)
        position = data.draw(st.integers(0, core.log.head()))
        folded: dict[UUID, Any] = {}
        for _, event in core.log.events_between(1, position) if position else ():
            if isinstance(event, Instance.Event):
                id_ = event.originator_id
                folded[id_] = event.mutate(folded.get(id_))
        versions = core.log.instances_changed(0, position)
        assert list(map(vars, core.log.instances(versions))) == list(map(vars, folded.values()))


@settings(max_examples=40)
@given(st.lists(st.integers(0, 8), max_size=30), st.integers(-1, 9))
def test_a_moment_stands_for_the_last_event_until_then_whatever_the_clock_did(
    seconds: list[int], asked: int
) -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    moments = [noon + timedelta(seconds=one) for one in seconds]
    moment = noon + timedelta(seconds=asked)
    timeline = Timeline(_TimesOnly(moments))  # type: ignore[arg-type]
    until = [place for place, at in enumerate(moments, 1) if at <= moment]
    since = [place for place, at in enumerate(moments, 1) if at >= moment]
    assert timeline.last_until(moment) == max(until, default=0)
    assert timeline.first_since(moment) == min(since, default=len(moments) + 1)


class _TimesOnly:
    """A log of which nothing but the times of its events is known."""

    def __init__(self, moments: list[datetime]) -> None:
        self._events = list(enumerate(moments, 1))

    def head(self) -> int:
        return len(self._events)

    def times_between(self, first: int, last: int, limit: int) -> list[tuple[int, datetime]]:
        if first <= last:
            return self._events[max(first, 1) - 1 : last][:limit]
        return self._events[max(last, 1) - 1 : first][::-1][:limit]
