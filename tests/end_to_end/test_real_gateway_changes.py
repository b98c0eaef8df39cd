"""The console script against real OpenClaw gateways: what changed, and what is kept of secrets.

Opt-in, as ``test_real_gateway.py`` is. Each version gets a gateway of its own here, since its
configuration is changed.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from end_to_end.console import Answer, Console
from end_to_end.openclaw_gateway.administrator import Administrator
from end_to_end.openclaw_gateway.installation import Installation
from end_to_end.openclaw_gateway.process import RunningGateway, running_gateway
from end_to_end.openclaw_gateway.user import User

pytestmark = [
    pytest.mark.real_gateway,
    pytest.mark.timeout(1200),  # seconds, in which a gateway may have to be installed
]

_SETTLES_WITHIN = 90  # seconds; 2026.3.28 restarts at each write, some make jobs when started

PLANTED: dict[str, Any] = {
    "models": {
        "providers": {
            "planted": {
                "baseUrl": "https://api.example/v1?key=plant-in-a-query",
                "apiKey": "plant-as-a-key",
                "headers": {"X-Anything": "plant-in-a-header"},
                "models": [],
            }
        }
    },
    "env": {"vars": {"ANYTHING": "plant-in-a-variable"}, "SOME_PASSWORD": "plant-in-env"},
    "hooks": {"enabled": False, "token": "plant-in-hooks"},
    "skills": {"entries": {"weather": {"apiKey": "plant-in-a-skill", "env": {"A": "plant-a"}}}},
}
"""Secrets in every place of a configuration that both versions take one in."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who looks at a gateway that somebody else changes."""

    user: User
    gateway: RunningGateway
    administrator: Administrator

    def write(self, change: dict[str, Any]) -> None:
        """Change the configuration as its owner would; no more than three times a minute."""
        known = self.administrator.ask("config.get")["hash"]
        self.administrator.ask("config.patch", raw=json.dumps(change), baseHash=known)

    def settled(self) -> str:
        """Capture until two captures in a row are complete and the same; the id of the last.

        A gateway that just started, or was just written to, is still busy with itself.
        """
        deadline = time.monotonic() + _SETTLES_WITHIN
        before: str | None = None
        captured = self.capture()
        while time.monotonic() < deadline:
            now: str | None = captured.json["id"] if captured.status == 0 else None
            if before and now and self.diff(before, now).status == 0:
                return now
            before, captured = now, self.capture()
        raise AssertionError(f"it never came to rest: {captured}")

    def capture(self) -> Answer:
        """Capture everything, whatever comes of that."""
        return self.user.console.run("snapshot", "capture", "real", "-o", "json")

    def diff(self, *arguments: str) -> Answer:
        """Compare, with a status that says whether anything differs."""
        return self.user.console.run("snapshot", "diff", *arguments, "--exit-code")


@pytest.fixture(scope="module")
def watcher(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watcher]:
    """Pair with a gateway that has written its configuration once, defaults and notes included."""
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(installation, folder, more=PLANTED) as gateway:
        user = User(Console(tmp_path_factory.mktemp("home")))
        watching = Watcher(user, gateway, Administrator(gateway.url, gateway.token))
        user.register(gateway.url, gateway.token)
        paired = user.pair()
        assert paired.status == 0, paired
        watching.write(
            {"messages": {"ackReaction": "A", "responsePrefix": f"say {gateway.token}, friend"}}
        )
        watching.settled()
        yield watching


def test_captures_of_an_unchanged_gateway_do_not_differ(watcher: Watcher) -> None:
    captured = watcher.capture()
    assert captured.status == 0, captured

    unchanged = watcher.diff("real~1", "real")

    assert (unchanged.status, unchanged.out) == (0, ""), unchanged
    assert "not compared" not in unchanged.err
    assert watcher.diff("real~1", "real", "-o", "json").json == []


def test_a_changed_configuration_is_the_only_difference(watcher: Watcher) -> None:
    before = watcher.settled()
    watcher.write({"messages": {"ackReaction": "B"}})
    watcher.settled()

    changed = watcher.diff(before, "real")

    assert changed.status == 1, changed
    assert "not compared" not in changed.err
    assert changed.out.splitlines()[2:] == [
        '~ config.configuration.messages.ackReaction: "A" -> "B"'
    ]
    path = "/config/configuration/messages/ackReaction"
    assert watcher.diff(before, "real", "-o", "json").json == [
        {"op": "replace", "path": path, "value": "B", "old": "A"}
    ]


def test_what_is_planted_is_found_nowhere(watcher: Watcher) -> None:
    """In no file under the home, and in nothing that is shown of it; nor is our own token."""
    console, home = watcher.user.console, watcher.user.console.home
    exported = console.run("snapshot", "export", "real", "--out", "exported.json")
    assert exported.status == 0, exported
    shown = console.run("config", "show", "real", "-o", "json")

    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    assert set(shown.json["models"]["providers"]["planted"]) >= {"baseUrl", "apiKey", "headers"}
    assert shown.json["messages"]["responsePrefix"] == "say [redacted], friend"
    everything = [*kept.values(), shown.out.encode()]
    assert not [data for data in everything if b"plant-" in data]
    token = watcher.gateway.token
    assert {path.name for path, data in kept.items() if token.encode() in data} <= {
        *("secrets.db", "secrets.db-wal"),
        "data.json",  # as the registered token, which its readers need
    }
    assert token not in json.dumps(_snapshots(home / ".openclaw-manager" / "data.json"))


def _snapshots(view: Path) -> list[dict[str, Any]]:
    minions = json.loads(view.read_text())["minions"]
    snapshots = [one for one in minions if one["minionTypeId"] == "openclaw-snapshot"]
    assert snapshots
    return snapshots
