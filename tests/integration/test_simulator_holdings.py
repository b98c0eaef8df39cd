"""What a simulator holds, and how its user changes that between two captures."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.adapters.device_keys import PemDeviceKeys
from openclaw_manager.adapters.gateway.link import WebSocketGatewayLink
from openclaw_manager.adapters.simulator import GatewaySimulator, Holdings
from openclaw_manager.application.ports.gateway_link import Capture, Target
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.content.configuration import with_one_configuration
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.volatile import split_volatile
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.section import Section, SectionHeard

AMPLE = 5.0  # seconds
WITH_CALLS = [Dialect.OPENCLAW, Dialect.CHALLENGE]


async def captured(simulator: GatewaySimulator) -> dict[Section, Json]:
    link = WebSocketGatewayLink(PemDeviceKeys(), user_agent="openclaw-manager/test")
    found = await link.capture(
        Target(simulator.url), tuple(Section), timeout=AMPLE, heard=lambda _: None
    )
    assert isinstance(found, Capture)
    return {s: one.value for s, one in found.answers.items() if isinstance(one, SectionHeard)}


def stable(sections: dict[Section, Json]) -> dict[Section, Json]:
    one = {s: with_one_configuration(value) for s, value in sections.items()}
    return {section: split_volatile(section, value)[0] for section, value in one.items()}


@pytest.mark.parametrize("dialect", WITH_CALLS)
async def test_only_what_is_volatile_moves_by_itself(dialect: Dialect) -> None:
    async with GatewaySimulator(dialect, clock_offset=0) as simulator:
        before = await captured(simulator)
    async with GatewaySimulator(dialect, clock_offset=90_000) as simulator:
        after = await captured(simulator)
    assert before != after
    assert stable(before) == stable(after)


@pytest.mark.parametrize("dialect", WITH_CALLS)
async def test_a_change_is_one_difference(dialect: Dialect) -> None:
    async with GatewaySimulator(dialect) as simulator:
        before = stable(await captured(simulator))
        models = [*simulator.holdings.models, {"id": "new", "name": "New"}]
        simulator.holdings = replace(simulator.holdings, models=models)
        after = stable(await captured(simulator))
    assert [before[s] == after[s] for s in before].count(False) == 1
    assert len(diff(before[Section.MODELS], after[Section.MODELS])) == 1


async def test_the_configuration_is_one_however_many_copies_there_are() -> None:
    async with GatewaySimulator(Dialect.OPENCLAW) as simulator:
        before = stable(await captured(simulator))
        config = {**simulator.holdings.config, "logging": {"level": "debug"}}
        simulator.holdings = replace(simulator.holdings, config=config)
        after = stable(await captured(simulator))
    (change,) = diff(before[Section.CONFIG], after[Section.CONFIG])
    assert change.path == "/configuration/logging"


async def test_a_state_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"agents": [{"id": "main"}]}')
    async with GatewaySimulator(Dialect.OPENCLAW, state=state) as simulator:
        for content, agents in [
            ('{"agents": [{"id": "other"}], "config": {}}', ["other"]),
            ('{"agents": [{"id": "oth', ["other"]),  # somebody is writing it
            ('{"agents": []}', []),
        ]:
            state.write_text(content)
            found: Any = (await captured(simulator))[Section.AGENTS]
            assert [agent["id"] for agent in found["agents"]] == agents
        state.unlink()
        found = (await captured(simulator))[Section.AGENTS]
        assert found["agents"] == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "the state is not JSON"),
        ("[]", "the state is not an object"),
        ('{"agent": []}', "the state has 'agent'"),
        ('{"agents": {}}', "agents is not a list"),
        ('{"agents": ["main"]}', "an item of agents is not an object"),
        ('{"config": []}', "config is not an object"),
    ],
)
def test_a_state_that_is_none_is_refused_at_once(
    content: str, problem: str, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    with pytest.raises(ValueError, match=problem):
        GatewaySimulator(Dialect.OPENCLAW, state=state)


async def test_nothing_is_redacted() -> None:
    """So that a test can plant a secret, and look where it ends up."""
    planted = {"env": {"vars": {"KEY": "planted"}}, "gateway": {"auth": {"token": "planted"}}}
    async with GatewaySimulator(Dialect.OPENCLAW, holdings=Holdings(config=planted)) as simulator:
        assert json.dumps((await captured(simulator))[Section.CONFIG]).count("planted") > 2
