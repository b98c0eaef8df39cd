"""``snapshot`` and ``config`` as a user types them, against simulators in their own processes."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from end_to_end.console import Console, as_at_a_terminal
from end_to_end.gateway import gateway

TOKEN = "a-token-that-nobody-shall-keep"
_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
_AGENTS = [{"id": name, "name": name.title()} for name in ("main", "helper", "writer")]
_CONFIG = {"gateway": {"port": 18789}, "agents": {"list": [{"id": "main", "model": "one"}]}}


class Fleet:
    """A user with registered gateways, whose state is a file that the test writes."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.console = Console(home)
        self.run = self.console.run
        self._stack = stack
        self._state = home / "state.json"
        self.holds(agents=_AGENTS, config=_CONFIG)

    def holds(self, **state: Any) -> None:
        """Let all gateways hold this from now on."""
        draft = self._state.with_suffix(".new")
        draft.write_text(json.dumps(state))
        draft.replace(self._state)

    def add(self, name: str, dialect: str, *options: str) -> None:
        """Start a gateway and register it."""
        secret = ("--token", "env:TOKEN")
        shown: tuple[str, ...] = secret
        if dialect == "challenge":
            assert self.run("keys", "generate", "--out", "device.pem").status == 0
            secret = ("--public-key", f"@{self.console.home / 'device.pem.pub'}")
            shown = ("--private-key", "@device.pem")
        if dialect != "bearer":
            options = (*options, "--state", str(self._state))
        url = self._stack.enter_context(gateway(dialect, *secret, *options, TOKEN=TOKEN))
        registered = self.run("instance", "register", name, "--url", url, *shown, TOKEN=TOKEN)
        assert registered.status == 0, registered.err

    def diff(self, *arguments: str) -> Any:
        return self.run("snapshot", "diff", *arguments, "--json").json


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with ExitStack() as stack:
        yield Fleet(tmp_path, stack)


@pytest.mark.parametrize(
    ("dialect", "options", "list_of_agents"),
    [
        ("openclaw", (), "agents"),
        ("openclaw", ("--protocol", "3"), "agents"),
        ("challenge", (), "items"),
    ],
)
def test_a_change_at_the_gateway_is_the_only_difference(
    fleet: Fleet, dialect: str, options: tuple[str, ...], list_of_agents: str
) -> None:
    """And where nothing changed, nothing differs."""
    if options:
        fleet.add("home", dialect, *options)
        paired = fleet.run("instance", "pair", "home")  # protocol 3 lets a token read nothing
        assert paired.status == 0, paired.err
    else:
        fleet.add("home", dialect)
    for _ in range(2):
        assert fleet.run("snapshot", "capture", "home").status == 0
    unchanged = fleet.run("snapshot", "diff", "home~1", "home", "--exit-code")
    assert (unchanged.status, unchanged.out) == (0, "")

    main, helper, writer = _AGENTS
    fleet.holds(agents=[main, helper | {"name": "Hilda"}, writer], config=_CONFIG)
    assert fleet.run("snapshot", "capture", "home").status == 0

    changed = fleet.run("snapshot", "diff", "home~1", "home", "--exit-code")
    assert changed.status == 1
    assert changed.out.splitlines()[2:] == [
        f'~ agents.{list_of_agents}[id=helper].name: "Helper" -> "Hilda"'
    ]
    [change] = fleet.diff("home~1", "home")
    assert change["path"] == f"/agents/{list_of_agents}/1/name"
    assert (change["old"], change["value"]) == ("Helper", "Hilda")


def test_a_changed_configuration_is_the_only_difference_and_compares_with_a_file(
    fleet: Fleet,
) -> None:
    fleet.add("home", "openclaw")
    fleet.run("snapshot", "capture", "home")
    file = fleet.console.home / "wanted.json5"
    file.write_text("{gateway: {port: 18789}, agents: {list: [{id: 'main', model: 'one'}]}}")
    assert fleet.run("config", "diff", "home", "wanted.json5", "--exit-code").status == 0

    fleet.holds(agents=_AGENTS, config=_CONFIG | {"gateway": {"port": 1}})
    fleet.run("snapshot", "capture", "home")

    assert fleet.diff("home~1", "home") == [
        {"op": "replace", "path": "/config/configuration/gateway/port", "value": 1, "old": 18789}
    ]
    compared = fleet.run("config", "diff", "home", "wanted.json5", "--exit-code")
    assert compared.status == 1
    assert compared.out.splitlines()[2:] == ["~ gateway.port: 1 -> 18789"]
    assert fleet.run("config", "show", "home", "--json").json["gateway"] == {"port": 1}
    since = fleet.run("snapshot", "show", "home@now", "-o", "name")
    assert since.out == fleet.run("snapshot", "show", "home", "-o", "name").out


def test_a_gateway_without_such_calls_is_a_failure_that_says_so(fleet: Fleet) -> None:
    fleet.add("door", "bearer")

    answer = fleet.run("snapshot", "capture", "door", "--json")

    assert answer.status == 5
    assert answer.json["error"]["code"] == "not-offered"
    assert "the bearer dialect has no such call" in answer.json["error"]["message"]
    assert fleet.run("snapshot", "list", "door", "--json").json == []
    never = fleet.run("snapshot", "show", "door")
    assert (never.status, "snapshot capture door" in never.err) == (3, True)


def test_two_instances_compare_as_well_as_two_moments(fleet: Fleet) -> None:
    fleet.add("home", "openclaw")
    fleet.run("snapshot", "capture", "home")
    fleet.holds(agents=_AGENTS, config=_CONFIG | {"gateway": {"port": 1}})
    fleet.add("office", "openclaw")
    fleet.run("snapshot", "capture", "office")

    drifting = fleet.run("snapshot", "drift", "--baseline", "home", "--all", "--json")

    [only] = fleet.diff("home", "office", "--section", "config,agents,models")
    assert only["path"] == "/config/configuration/gateway/port"
    assert drifting.status == 1
    assert [(one["instance"], one["sections"]) for one in drifting.json] == [("office", ["config"])]
    newer = fleet.run("snapshot", "drift", "--baseline", "home", "home", "--min-version", "2099.1")
    assert newer.status == 1
    assert "too-old" in newer.out


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("hang-in-section", "timeout"),
        ("close-in-section", "connection-closed"),
        ("error-in-section", "call-failed"),
        ("oversized-section", "too-large"),
        ("deep-section", "malformed-answer"),
        ("garbage-in-section", "malformed-answer"),
    ],
)
def test_a_gateway_that_fails_in_a_section_leaves_a_failed_section(
    fleet: Fleet, fault: str, cause: str
) -> None:
    fleet.add("home", "openclaw", "--fault", fault)

    answer = fleet.run(
        *("snapshot", "capture", "home", "--section", "agents,models,config"),
        *("--timeout", "2s", "--json"),
    )

    assert "Traceback" not in answer.err
    if answer.status == 1:
        assert answer.json["sections"]["models"]["cause"] == cause
        assert "home: no " in answer.err
    else:  # it closed before anything came
        assert answer.json["error"]["code"] == cause
        assert answer.status == 4


def _offered(fleet: Fleet, line: str) -> list[str]:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    answer = fleet.run(_OPENCLAW_MANAGER_COMPLETE="bash_complete", **words)
    return [offered.split(",", 1)[1] for offered in answer.out.splitlines() if offered]


def test_names_of_instances_and_sections_complete(fleet: Fleet) -> None:
    assert fleet.run("instance", "register", "home", "--url", "ws://127.0.0.1:1").status == 0
    for command in (
        *("snapshot capture", "snapshot list", "snapshot show", "snapshot export"),
        *("snapshot diff home", "snapshot drift", "snapshot drift --baseline"),
        *("config show", "config diff"),
    ):
        assert _offered(fleet, f"openclaw-manager {command} ho") == ["home"], command
    capture = "openclaw-manager snapshot capture home --section agents,c"
    assert _offered(fleet, capture) == ["agents,channels", "agents,config", "agents,cron"]


def test_what_is_planted_is_found_in_no_file(fleet: Fleet) -> None:
    """In a URL, in variables, in a nested token, and our own token in plain sight."""
    planted = {
        "models": {"providers": {"x": {"baseUrl": "https://api.example/v1?key=plant-in-a-query"}}},
        "env": {"vars": {"ANYTHING": "plant-in-a-variable"}, "HOME_PASSWORD": "plant-in-env"},
        "channels": {"telegram": {"accounts": {"me": {"botToken": {"value": "plant-nested"}}}}},
        "notes": f"our token is {TOKEN}, write it down",
        "proxy": "http://user:plant-in-userinfo@proxy.example",
    }
    fleet.holds(config=planted, agents=[{"id": "main", "name": f"me {TOKEN}"}])
    fleet.add("home", "openclaw")

    assert fleet.run("snapshot", "capture", "home", "--json").status == 0

    shown = fleet.run("snapshot", "show", "home", "--json").out
    exported = fleet.run("snapshot", "export", "home", "--out", "out.json")
    assert exported.status == 0
    home = fleet.console.home / ".openclaw-manager"
    kept = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    kept |= {"shown": shown.encode(), "out": (fleet.console.home / "out.json").read_bytes()}
    assert "our token is [redacted], write it down" in shown
    assert not [name for name, data in kept.items() if b"plant-" in data]
    assert {name for name, data in kept.items() if TOKEN.encode() in data} <= {
        "secrets.db",
        "secrets.db-wal",
        "data.json",  # as the registered token, which its readers need
    }
    [minion] = [
        one for one in json.loads(kept["data.json"])["minions"] if "instanceId" in one["fields"]
    ]
    assert TOKEN not in json.dumps(minion)


def test_progress_is_shown_on_a_terminal_and_what_came_before_ctrl_c_is_recorded(
    fleet: Fleet,
) -> None:
    fleet.add("home", "openclaw")
    fleet.add("stuck", "openclaw", "--fault", "hang-in-section")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [_SCRIPT, "snapshot", "capture", "--all", "--timeout", "60s"],
        env={"PATH": os.defpath, "HOME": str(fleet.console.home), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        preexec_fn=as_at_a_terminal,  # noqa: PLW1509 - nothing here has threads
    ) as process:
        os.close(theirs)
        shown = b""
        while b"captured 1 of 2" not in shown:  # or the terminal is gone, which is an error
            shown += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stdout is not None
        assert process.stdout.read() == b""
    os.close(ours)

    [recorded] = fleet.run("snapshot", "list", "home", "--json").json
    assert recorded["agentCount"] == 3
    assert fleet.run("snapshot", "list", "stuck", "--json").json == []
