"""``snapshot`` and ``config``: what is printed, kept and refused; the gateways are fakes."""

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from dependency_injector import providers

from fakes.clock import TickingClock
from fakes.device_keys import FakeDeviceKeys
from fakes.gateway_link import FakeGatewayLink
from openclaw_manager.application.ports.gateway_link import Capture
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.content.canonical import Json
from openclaw_manager.domain.ping import Dialect, PingOutcome
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed, SectionHeard
from openclaw_manager.entrypoints.cli.errors import report
from openclaw_manager.entrypoints.cli.main import cli
from openclaw_manager.entrypoints.cli.session import Session
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.settings import resolve

_SCOPE_MISSING = SectionFailed(SectionCause.SCOPE_MISSING, None, "operator.read")


@dataclass(frozen=True, slots=True)
class Answer:
    """How one command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class User:
    """Types commands in one process, each as if it were a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.gateways = FakeGatewayLink()
        self._clock = TickingClock()

    def type(self, *arguments: str) -> Answer:
        session = Session(str(self.home))
        session._core = session._container = Container(
            settings=resolve({"home": str(self.home)}, {}, {"actor": "ada@lovelace"}),
            user_agent="tests",
            device_keys=providers.Object(FakeDeviceKeys()),
            gateway_link=providers.Object(self.gateways),
            clock=providers.Object(self._clock),
        )
        command, *rest = arguments
        group = cli.get_command(click.Context(cli), command)
        assert group is not None
        result = CliRunner().invoke(group, rest, obj=session, standalone_mode=False)
        session.close()
        status, err = result.return_value or result.exit_code, result.stderr
        if result.exception and not isinstance(result.exception, SystemExit):
            status, err = self._reported(result.exception, rest)
        return Answer(int(status), result.stdout, click.unstyle(err))

    def _reported(self, error: BaseException, arguments: list[str]) -> tuple[int, str]:
        @click.command
        def reporting() -> int:
            return report(error, [one for one in arguments if not one.startswith(("-o", "--j"))])

        reported = CliRunner().invoke(reporting, [], standalone_mode=False)
        return int(reported.return_value), reported.stderr

    def register(self, name: str) -> None:
        assert self.type("instance", "register", name, "--url", _url(name)).status == 0

    def holds(
        self,
        name: str,
        failures: Mapping[Section, SectionFailed] | None = None,
        *,
        version: str = "2026.9.6",
        gateway_id: str | None = None,
        **sections: Json,
    ) -> None:
        """Let the gateway of an instance hold this from now on."""
        heard = {Section(key): SectionHeard(value) for key, value in sections.items()}
        self.gateways.captures[_url(name)] = Capture(
            version=version,
            dialect=Dialect.OPENCLAW,
            protocol=4,
            gateway_id=gateway_id,
            device_token=None,
            answers=heard | dict(failures or {}),
        )

    def capture(self, *names: str) -> list[str]:
        """Capture some, and return the ids of the snapshots."""
        answer = self.type("snapshot", "capture", *names, "-o", "name")
        assert answer.status == 0, answer.err
        return answer.out.split()


def _url(name: str) -> str:
    return f"ws://{name}.example:18789"


def _config(**settings: Json) -> Json:
    return {"path": "/openclaw.json", "resolved": settings, "parsed": settings}


AGENTS: Json = {"agents": [{"id": "main", "model": {"primary": "one"}}, {"id": "other"}]}


@pytest.fixture
def user(tmp_path: Path) -> User:
    """Give a user with one instance, ``home``, whose gateway holds something."""
    user = User(tmp_path / "home")
    user.register("home")
    user.holds("home", agents=AGENTS, models={"models": []}, config=_config(port=18789))
    return user


# Capturing ------------------------------------------------------------------------------------


def test_a_capture_of_one_is_an_object_with_an_outcome_for_each_section(user: User) -> None:
    answer = user.type("snapshot", "capture", "home", "--reason", "before the update", "--json")

    assert answer.status == 0
    document = answer.json
    assert document["instance"] == "home"
    assert (document["agentCount"], document["modelCount"]) == (2, 0)
    assert document["channelCount"] is None
    assert document["reason"] == "before the update"
    assert document["capturedAt"].startswith("2026-11-23T12:00:")
    assert list(document["sections"]) == list(Section)
    assert document["sections"]["agents"]["hash"].startswith("sha256:")
    assert document["sections"]["cron"]["cause"] == "not-offered"
    assert answer.err == (
        "home: no channels, sessions, cron, skills, nodes, status, presence: "
        "this gateway does not offer that\n"
    )


def test_a_capture_of_several_is_an_array_and_refused_wins_over_down(user: User) -> None:
    for name in ("office", "shed"):
        user.register(name)
    refused = PingOutcome(Condition.REFUSED, Cause.TOKEN_MISMATCH)
    user.gateways.captures[_url("shed")] = refused

    answer = user.type("snapshot", "capture", "--all", "--json")

    assert answer.status == 5
    assert [one["instance"] for one in answer.json] == ["home", "office", "shed"]
    assert [bool(one["id"]) for one in answer.json] == [True, False, False]
    assert answer.json[1]["error"]["code"] == "connection-refused"
    assert user.type("snapshot", "capture", "home", "office").status == 4
    assert isinstance(user.type("snapshot", "capture", "home", "home", "--json").json, list)


def test_the_table_has_a_row_for_each_instance(user: User) -> None:
    user.register("office")

    answer = user.type("snapshot", "capture", "--all", "--section", "agents,models")

    heads, home, office = answer.out.splitlines()
    assert heads.split() == ["INSTANCE", "SNAPSHOT", "SECTIONS", "AGENTS", "CHANNELS", "MODELS"]
    assert home.split()[2:] == ["2", "of", "2", "2", "0"]
    assert office.split() == ["office", "none"]
    assert "next: openclaw gateway status" in answer.err


@pytest.mark.parametrize("options", [(), ("--section", "agents", "--section", "cron")])
def test_a_section_that_may_not_be_read_says_how_to_get_it(
    user: User, options: tuple[str, ...]
) -> None:
    user.holds("home", {Section.CRON: _SCOPE_MISSING}, agents=AGENTS)

    answer = user.type("snapshot", "capture", "home", *options)

    assert answer.status == 1
    assert "no cron: the gateway let us in, but does not let us read that" in answer.err
    assert "(it wants the scope operator.read)" in answer.err
    assert "next: openclaw-manager instance pair home" in answer.err


def test_what_was_asked_for_and_is_not_offered_is_a_failure(user: User) -> None:
    assert user.type("snapshot", "capture", "home", "--section", "agents,cron").status == 1


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (SectionFailed(SectionCause.NOT_OFFERED), 5),
        (_SCOPE_MISSING, 5),
        (SectionFailed(SectionCause.CALL_FAILED, "it is broken"), 5),
        (SectionFailed(SectionCause.TIMEOUT), 4),
        (SectionFailed(SectionCause.CONNECTION_CLOSED), 4),
        (SectionFailed(SectionCause.TOO_LARGE), 4),
        (SectionFailed(SectionCause.MALFORMED_ANSWER), 4),
    ],
)
def test_nothing_is_no_snapshot(user: User, failure: SectionFailed, status: int) -> None:
    user.holds("home", dict.fromkeys(Section, failure))

    answer = user.type("snapshot", "capture", "home")

    assert (answer.status, answer.out) == (status, "")
    assert answer.err.startswith("error: home: nothing was captured: no agents, channels,")
    assert "None" not in answer.err
    assert user.type("snapshot", "list", "home", "--json").json == []


def test_json_nested_a_thousand_deep_is_one_failed_section(user: User) -> None:
    deep: Json = 1
    for _ in range(1000):
        deep = [deep]
    user.holds("home", agents=AGENTS, models=deep)

    answer = user.type("snapshot", "capture", "home", "--section", "agents,models", "--json")

    assert answer.status == 1
    assert answer.json["sections"]["models"]["cause"] == "malformed-answer"


def test_another_gateway_than_before_is_warned_of(user: User) -> None:
    known = PingOutcome(
        Condition.OK, latency_ms=1.0, connect_ms=1.0, dialect=Dialect.OPENCLAW, gateway_id="a"
    )
    user.gateways.answers[_url("home")] = known
    user.type("instance", "ping", "home")
    for gateway_id, warned in [("a", False), ("b", True)]:
        user.holds("home", gateway_id=gateway_id, agents=AGENTS)
        answer = user.type("snapshot", "capture", "home", "--section", "agents")
        assert ("warning: home: another gateway than before" in answer.err) is warned


# Reading --------------------------------------------------------------------------------------


def test_snapshots_are_listed_newest_first_with_what_changed(user: User) -> None:
    first, *_ = user.capture("home")
    user.holds("home", agents=AGENTS, models={"models": []}, config=_config(port=1))
    second, *_ = user.capture("home")

    rows = user.type("snapshot", "list", "home").out.splitlines()[1:]

    assert [row.split()[0] for row in rows] == [second[:8], first[:8]]
    assert [row.split()[-1] for row in rows] == ["config", "0"]
    limited = user.type("snapshot", "list", "home", "--limit", "1")
    assert limited.out.splitlines()[1] == rows[0]
    listed = user.type("snapshot", "list", "home", "--json").json
    assert [one["id"] for one in listed] == [second, first]
    assert listed[0]["previousId"] == first


def test_an_instance_without_snapshots_has_an_empty_list(user: User) -> None:
    answer = user.type("snapshot", "list", "home")

    assert answer.status == 0
    assert answer.out == "no snapshots; take one: openclaw-manager snapshot capture home\n"


def test_a_snapshot_is_shown_with_what_it_holds_as_json_and_yaml(user: User) -> None:
    [id_] = user.capture("home")

    shown = user.type("snapshot", "show", id_[:8], "--section", "agents", "--json").json
    assert shown["sections"]["agents"]["content"] == AGENTS
    assert list(shown["sections"]) == ["agents"]
    whole = user.type("snapshot", "show", "home", "--json").json
    assert "content" not in whole["sections"]["cron"]
    assert whole["sections"]["config"]["content"]["configuration"] == {"port": 18789}
    assert "primary: one" in user.type("snapshot", "show", "home", "-o", "yaml").out
    assert user.type("snapshot", "show", "HOME", "-o", "name").out == f"{id_}\n"
    table = user.type("snapshot", "show", "home").out
    assert "cron      not-offered  this gateway does not offer that" in table


def test_a_reference_may_count_back_or_name_a_time(user: User) -> None:
    ids = [user.capture("home")[0] for _ in range(3)]
    times = [user.type("snapshot", "show", id_, "--json").json["capturedAt"] for id_ in ids]

    def meant(reference: str) -> str:
        return user.type("snapshot", "show", reference, "-o", "name").out.strip()

    assert [meant("home"), meant("home~1"), meant("home~2")] == ids[::-1]
    assert [meant(f"home@{time}") for time in times] == ids
    assert meant("home@now") == ids[-1]


def test_an_export_is_for_its_owner_alone_and_over_nothing(user: User, tmp_path: Path) -> None:
    user.capture("home")
    out = tmp_path / "out.json"

    assert user.type("snapshot", "export", "home", "--out", str(out)).status == 0

    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    shown = user.type("snapshot", "show", "home", "--json")
    assert json.loads(out.read_text()) == shown.json
    again = user.type("snapshot", "export", "home", "--out", str(out))
    assert again.status == 2
    assert again.err == f"error: {out} exists already; it was left as it is\n"
    assert user.type("snapshot", "export", "home", "--out", str(out), "--force").status == 0
    printed = user.type("snapshot", "export", "home", "--out", "-")
    assert printed.json == shown.json


# Comparing ------------------------------------------------------------------------------------


def test_two_captures_of_an_unchanged_gateway_do_not_differ(user: User) -> None:
    user.capture("home")
    user.capture("home")

    answer = user.type("snapshot", "diff", "home~1", "home", "--exit-code")

    assert (answer.status, answer.out) == (0, "")
    assert answer.err.splitlines()[-1].startswith("no difference between home ")
    assert user.type("snapshot", "diff", "home~1", "home", "--json").json == []


def test_a_change_is_shown_and_nothing_else(user: User) -> None:
    user.capture("home")
    user.holds("home", agents=AGENTS, models={"models": []}, config=_config(port=1))
    user.capture("home")

    answer = user.type("snapshot", "diff", "home~1", "home", "--exit-code")

    assert answer.status == 1
    heads, line = answer.out.splitlines()[:2], answer.out.splitlines()[2:]
    assert [head[:4] for head in heads] == ["--- ", "+++ "]
    assert line == ["~ config.configuration.port: 18789 -> 1"]
    assert user.type("snapshot", "diff", "home~1", "home").status == 0
    assert user.type("snapshot", "diff", "home~1", "home", "--json").json == [
        {"op": "replace", "path": "/config/configuration/port", "value": 1, "old": 18789}
    ]
    kept = user.type("snapshot", "diff", "home~1", "home", "--section", "agents", "--exit-code")
    assert kept.status == 0


def test_a_section_that_one_side_lacks_is_named_and_not_shown_as_removed(user: User) -> None:
    user.capture("home")
    user.holds("home", {Section.AGENTS: _SCOPE_MISSING}, models={"models": []})
    user.type("snapshot", "capture", "home")

    answer = user.type("snapshot", "diff", "home~1", "home", "--exit-code")

    assert (answer.status, answer.out) == (0, "")
    assert "not compared: agents: " in answer.err
    nothing = user.type("snapshot", "diff", "home~1", "home", "--section", "agents")
    assert nothing.status == 1
    assert "error: nothing can be compared between home " in nothing.err


def test_drift_tells_who_differs_in_what_and_who_is_older(user: User) -> None:
    for name in ("office", "old", "new"):
        user.register(name)
    user.holds("office", agents=AGENTS, models={"models": []}, config=_config(port=1))
    same: dict[str, Any] = {
        "agents": AGENTS,
        "models": {"models": []},
        "config": _config(port=18789),
    }
    user.holds("old", version="2026.3.28", **same)
    user.capture("home", "office", "old")

    answer = user.type(
        "snapshot", "drift", "--baseline", "home", "--min-version", "2026.9.0", "--json"
    )

    assert answer.status == 1
    found = {one["instance"]: one for one in answer.json}
    assert set(found) >= {"office", "old", "new"}
    assert found["office"]["sections"] == ["config"]
    assert (found["old"]["tooOld"], found["old"]["sections"]) == (True, [])
    assert found["new"]["snapshotId"] is None
    assert (found["new"]["state"], found["new"]["drifts"]) == ("never-captured", True)
    table = user.type("snapshot", "drift", "--baseline", "home", "office", "old")
    assert "the baseline: home " in table.err
    assert [row.split()[1] for row in table.out.splitlines()[1:]] == ["differs", "same"]
    assert user.type("snapshot", "drift", "--baseline", "home", "old").status == 0
    assert user.type("snapshot", "drift", "--baseline", "home", "new").status == 1
    agents = user.type("snapshot", "drift", "--baseline", "home", "office", "--section", "agents")
    assert agents.status == 0


def test_where_nothing_can_be_compared_nobody_is_said_to_be_the_same(user: User) -> None:
    user.register("office")
    user.holds("office", presence=[])
    user.capture("home")
    user.capture("office")

    answer = user.type("snapshot", "drift", "--baseline", "home", "--json")

    assert answer.status == 1
    assert [(one["state"], one["drifts"]) for one in answer.json] == [("not-compared", True)]
    assert "office: not compared: agents, models, config: " in answer.err


# Configurations -------------------------------------------------------------------------------


def test_a_configuration_is_shown_exported_and_compared(user: User, tmp_path: Path) -> None:
    user.capture("home")
    file = tmp_path / "wanted.json5"
    file.write_text("{port: 18789, /* new */ bind: 'loopback'}")

    assert json.loads(user.type("config", "show", "home").out) == {"port": 18789}
    assert user.type("config", "show", "home", "-o", "yaml").out == "port: 18789\n"
    out = tmp_path / "out.json"
    assert user.type("config", "export", "home", "--out", str(out)).status == 0
    assert json.loads(out.read_text()) == {"port": 18789}
    answer = user.type("config", "diff", "home", str(file), "--exit-code")
    assert answer.status == 1
    assert answer.out.splitlines()[2:] == ['+ bind: "loopback"']
    assert user.type("config", "diff", "home", str(out), "--exit-code").status == 0


def test_a_secret_in_a_file_is_no_difference_and_is_not_printed(user: User, tmp_path: Path) -> None:
    user.holds("home", config=_config(gateway={"auth": {"token": "hunter2-of-the-gateway"}}))
    user.type("snapshot", "capture", "home", "--section", "config")
    file = tmp_path / "file.json"
    file.write_text(json.dumps({"gateway": {"auth": {"token": "hunter2-in-the-file"}}}))

    answer = user.type("config", "diff", "home", str(file), "--exit-code")

    assert answer.status == 0
    assert "hunter2" not in answer.out + answer.err


# What cannot be answered ----------------------------------------------------------------------

_WRONG: list[tuple[tuple[str, ...], int, str]] = [
    (("snapshot", "capture"), 2, "name the instances to capture, or give --all"),
    (("snapshot", "capture", "home", "--all"), 2, "name the instances to capture, or give --all"),
    (("snapshot", "capture", "nobody"), 3, "there is no instance 'nobody'"),
    (("snapshot", "capture", "gone"), 3, "the instance 'gone' was removed at "),
    (("snapshot", "capture", "home", "--section", "agent"), 2, "'agent' is no section; there are"),
    (("snapshot", "capture", "home", "--section", ","), 2, "',' is no section; there are"),
    (("snapshot", "capture", "home", "--timeout", "0"), 2, "is not longer than nothing"),
    (("snapshot", "capture", "home", "--timeout", "soon"), 2, "'soon' is no duration"),
    (("snapshot", "list", "nobody"), 3, "there is no instance 'nobody'"),
    (("snapshot", "list", "home", "--limit", "0"), 2, "0 is not in the range"),
    (("snapshot", "show", "00000000-0000-4000-8000-000000000000"), 3, "there is no "),
    (("snapshot", "show", "nobody~1"), 3, "there is no "),
    (("snapshot", "show", "home~7"), 3, "there is no snapshot 'home~7'"),
    (("snapshot", "show", "home@2020-01-01"), 3, "there is no snapshot 'home@2020-01-01'"),
    (("snapshot", "show", "home@soon"), 2, "the moment 'soon' is none"),
    (("snapshot", "show", "fresh"), 3, "fresh"),
    (("snapshot", "show", "gone"), 3, "the instance 'gone' was removed at "),
    (("snapshot", "diff", "home"), 2, "Missing argument 'REF_B'"),
    (("snapshot", "diff", "home", "fresh"), 3, "fresh"),
    (("snapshot", "export", "home"), 2, "Missing option '--out'"),
    (("snapshot", "export", "home", "--out", "missing/out"), 1, "cannot be written: No such file"),
    (("snapshot", "export", "home", "--out", "/dev/null", "--force"), 1, "it is no regular file"),
    (("snapshot", "drift"), 2, "Missing option '--baseline'"),
    (("snapshot", "drift", "--baseline", "fresh"), 3, "fresh"),
    (
        ("snapshot", "drift", "--baseline", "home", "--all", "home"),
        2,
        "name the instances to compare, or give",
    ),
    (("snapshot", "drift", "--baseline", "home", "nobody"), 3, "there is no instance 'nobody'"),
    (("snapshot", "drift", "--baseline", "home", "--min-version", "x"), 2, "'x' is no version"),
    (("config", "show", "fresh"), 3, "fresh"),
    (("config", "show", "gone"), 3, "the instance 'gone' was removed at "),
    (("config", "diff", "home", "missing"), 2, "missing cannot be read: No such file"),
    (("config", "diff", "home", "neither"), 2, "neither is neither JSON nor JSON5: line 1"),
]


def test_what_cannot_be_answered_is_one_sentence_and_changes_nothing(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One home for the whole table, so that it also shows that nothing leaves a trace."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neither").write_text("gateway: [")
    user.register("fresh")
    user.register("gone")
    user.holds("gone", agents=AGENTS)
    [id_of_gone] = user.capture("gone")
    user.capture("home")
    assert user.type("instance", "remove", "gone").status == 0
    before = _events(user)

    for arguments, status, sentence in [
        *_WRONG,
        (("snapshot", "show", id_of_gone), 3, "the instance 'gone' was removed at "),
    ]:
        answer = user.type(*arguments)
        assert answer.status == status, (arguments, answer)
        first, *rest = answer.err.splitlines()
        assert first.startswith("error: "), arguments
        assert sentence in first, arguments
        assert all(line.startswith("hint: ") for line in rest), (arguments, rest)
        assert answer.out == "", arguments

    assert _events(user) == before
    assert sorted(os.listdir(tmp_path)) == ["home", "neither"]


def _events(user: User) -> Any:
    return [
        user.type("instance", "history", name, "--json").json for name in ("home", "fresh", "gone")
    ]


def test_snapshots_of_a_removed_instance_are_there_again_once_it_is_restored(user: User) -> None:
    [id_] = user.capture("home")
    user.type("instance", "remove", "home")

    refused = user.type("snapshot", "show", id_)
    assert (refused.status, "instance restore home" in refused.err) == (3, True)

    user.type("instance", "restore", "home")
    assert user.type("snapshot", "show", "home", "-o", "name").out == f"{id_}\n"


def test_an_instance_without_a_captured_configuration_says_so(user: User) -> None:
    user.holds("home", agents=AGENTS)
    user.type("snapshot", "capture", "home", "--section", "agents")

    answer = user.type("config", "show", "home")

    assert answer.status == 3
    assert answer.err.startswith("error: ")


def test_what_a_gateway_does_not_offer_is_not_to_be_captured_again(user: User) -> None:
    not_offered = SectionFailed(SectionCause.NOT_OFFERED, "the challenge dialect has no such call")
    user.holds("home", {Section.CONFIG: not_offered}, agents=AGENTS)
    [id_] = user.capture("home")

    answer = user.type("config", "show", "home")

    assert answer.status == 3
    assert answer.err.splitlines()[1:] == [
        f"hint: see what it has: openclaw-manager snapshot show {id_}"
    ]
