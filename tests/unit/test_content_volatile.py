"""What is worth comparing in a gateway's answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.domain.content.canonical import Json, canonical
from openclaw_manager.domain.content.configuration import with_one_configuration
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.volatile import MOST_VOLATILE, OMITTED, split_volatile
from openclaw_manager.domain.section import Section

RECORDED = Path(__file__).parents[1] / "data" / "gateway-frames"
VERSIONS = ("2026.9.6", "2026.3.28")
METHODS = {
    "agents.list": Section.AGENTS,
    "channels.status": Section.CHANNELS,
    "models.list": Section.MODELS,
    "config.get": Section.CONFIG,
    "sessions.list": Section.SESSIONS,
    "cron.list": Section.CRON,
    "cron.status": Section.CRON,
    "skills.status": Section.SKILLS,
    "node.list": Section.NODES,
    "status": Section.STATUS,
    "system-presence": Section.PRESENCE,
}


def _recorded(version: str, method: str) -> Any:
    path = RECORDED / version / "rpc" / f"{method}.json"
    return json.loads(path.read_text())["response"]["payload"]


def _later(value: Any, name: str = "") -> Any:
    """Let some minutes pass for the same gateway: clocks, counters and load go on."""
    if isinstance(value, dict):
        return {key: _later(child, key) for key, child in value.items()}
    if isinstance(value, list):
        return [_later(child, name) for child in value]
    is_moment = isinstance(value, int) and value > 10**12 and name != "createdAtMs"
    is_load = isinstance(value, float) or name in {"pid", "rssBytes", "heapUsedBytes", "workers"}
    return value + 60_000 if is_moment or is_load else value


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("method", "section"), METHODS.items())
def test_an_unchanged_gateway_says_the_same_later(
    version: str, method: str, section: Section
) -> None:
    now = _recorded(version, method)
    later = _later(now)

    stable_now, volatile_now = split_volatile(section, now)
    stable_later, _ = split_volatile(section, later)

    assert canonical(stable_now) == canonical(stable_later)
    assert (canonical(now) == canonical(later)) or volatile_now


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("method", "section"), METHODS.items())
def test_nothing_is_lost(version: str, method: str, section: Section) -> None:
    answer = _recorded(version, method)

    stable, volatile = split_volatile(section, answer)

    removed = {change.path: change.old for change in diff(answer, stable)}
    assert OMITTED in volatile or removed == volatile


@pytest.mark.parametrize("version", VERSIONS)
def test_who_is_connected_makes_no_difference_to_presence(version: str) -> None:
    """Recorded some seconds apart, the second time by a client that was not there the first."""
    greeting = json.loads((RECORDED / version / "rpc" / "_hello_read.json").read_text())
    at_first = greeting["snapshot"]["presence"]
    then = _recorded(version, "system-presence")

    stable, volatile = split_volatile(Section.PRESENCE, then)

    assert canonical(at_first) != canonical(then)
    assert canonical(split_volatile(Section.PRESENCE, at_first)[0]) == canonical(stable)
    assert isinstance(stable, list)
    assert len(stable) == 1
    assert volatile["/0/ts"] == then[0]["ts"]


def test_what_is_volatile_is_kept_by_path() -> None:
    answer: Json = {"a/b": [{"ts": 5, "id": "x"}], "uptimeMs": 7, "ok": True}

    assert split_volatile(Section.STATUS, answer) == (
        {"a/b": [{"id": "x"}], "ok": True},
        {"/a~1b/0/ts": 5, "/uptimeMs": 7},
    )


def test_of_what_is_volatile_no_more_is_kept_than_fits() -> None:
    answer: Json = [{"id": number, "updatedAt": 1795448206818 + number} for number in range(1000)]

    stable, volatile = split_volatile(Section.SESSIONS, answer)

    assert stable == [{"id": number} for number in range(1000)]
    assert volatile["/0/updatedAt"] == 1795448206818
    assert volatile[OMITTED] == 1000 - (len(volatile) - 1)
    assert len(canonical(volatile)) < 2 * MOST_VOLATILE


def test_two_gateways_with_the_same_jobs_of_their_own_do_not_differ() -> None:
    """Each gateway draws other ids and times for the jobs that it declares for itself."""
    here = _recorded("2026.9.6", "cron.list")
    there = json.loads(canonical(here))
    for job in there["jobs"]:
        job["id"] = job["id"][::-1]
        job["createdAtMs"] -= 86_400_000
        job["updatedAtMs"] -= 86_400_000
        if "anchorMs" in job["schedule"]:
            job["schedule"]["anchorMs"] += 1

    assert not diff(split_volatile(Section.CRON, here)[0], split_volatile(Section.CRON, there)[0])


def test_the_id_of_a_job_that_somebody_made_is_compared() -> None:
    job: Json = {"jobs": [{"id": "1", "name": "mine", "createdAtMs": 5}]}

    assert split_volatile(Section.CRON, job)[0] == job


def test_the_hashes_of_a_configuration_are_keyed_by_each_gateway_and_not_compared() -> None:
    answer = _recorded("2026.9.6", "config.get")

    stable, volatile = split_volatile(Section.CONFIG, answer)

    assert isinstance(stable, dict)
    assert set(answer) - set(stable) == {"hash", "configRevisionHash", "appliedConfigHash"}
    assert volatile["/hash"] == answer["hash"]


def test_what_the_user_configured_is_never_volatile() -> None:
    configured: Json = {"config": {"plugins": {"x": {"ts": 1, "pid": 2, "hash": "h", "age": 3}}}}

    assert split_volatile(Section.CONFIG, configured) == (configured, {})


def test_what_the_gateway_notes_in_a_configuration_is_not_compared() -> None:
    """It does so whenever it writes one, beside the change that it was asked for."""
    notes: Json = {"lastTouchedVersion": "2026.9.6", "migrations": {"modelPolicyAllowlist": True}}
    answer: Json = {"config": {"meta": notes, "plugins": {"meta": 1}}, "hash": "h"}

    assert split_volatile(Section.CONFIG, answer) == (
        {"config": {"plugins": {"meta": 1}}},
        {"/config/meta": notes, "/hash": "h"},
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_one_change_of_a_configuration_is_one_difference(version: str) -> None:
    """The answer has up to five copies of it."""
    answer = _recorded(version, "config.get")
    changed = json.loads(canonical(answer))
    for copy in ("parsed", "sourceConfig", "resolved", "runtimeConfig", "config"):
        if copy in changed:
            changed[copy]["gateway"] = {"port": 19000}
    changed["hash"] = "another"

    before, _ = split_volatile(Section.CONFIG, with_one_configuration(answer))
    after, _ = split_volatile(Section.CONFIG, with_one_configuration(changed))

    assert [(change.op, change.place, change.new) for change in diff(before, after)] == [
        ("add", "configuration.gateway", {"port": 19000})
    ]


def test_an_answer_without_a_configuration_stays_as_it_is() -> None:
    answers: list[Json] = [{"items": []}, [1], None]

    for answer in answers:
        assert with_one_configuration(answer) == answer
