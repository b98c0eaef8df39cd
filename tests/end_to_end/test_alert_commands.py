"""The alerts as an operator meets them, from the console script to a real server."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alert_receiver import Receiver, answers, hangs, running_receiver
from end_to_end.console import Console

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
SECRET = "T0000/B0000/XyZzYxYzZyXy"
CONFIG = """
interval = "200ms"
failures = 2

[[alerts]]
name = "slack"
type = "webhook"
url = "secret:slack"
timeout = "500ms"
retries = 0
body = '{"text": "$title"}'

[[alerts]]
name = "pager"
type = "command"
command = ["sh", "-c", 'printf "%s %s" "$OPENCLAW_ALERT_ABOUT" "$OPENCLAW_ALERT_NAME" > paged']
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture
def console(tmp_path: Path, receiver: Receiver) -> Console:
    """Give a user who has two alerts, and an instance that is down."""
    console = Console(tmp_path)
    home = tmp_path / ".openclaw-manager"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(CONFIG)
    url = f"{receiver.url}/services/{SECRET}"
    kept = console.run("alert", "secret", "slack", "--value", "env:HOOK", "-o", "json", HOOK=url)
    assert (kept.status, kept.err) == (0, "")
    assert kept.json.keys() == {"name", "fingerprint"}
    console.run("instance", "register", "home", "--url", "ws://127.0.0.1:1")
    return console


def _told(console: Console) -> list[tuple[str, str, str | None]]:
    """Tell what the log says of alerts."""
    answer = console.run("audit", "log", "--event", "instance.alert-*", "-o", "json")
    entries = [(entry["data"], entry["event"]) for entry in answer.json]
    return sorted((data["alert"], data["about"], data.get("problem")) for data, _ in entries)


def _nothing_shows_it(console: Console, *outputs: str) -> None:
    """Look for the secret everywhere but where it is kept."""
    parts = SECRET.split("/")
    assert not [part for part in parts for output in outputs if part in output]
    home = console.home / ".openclaw-manager"
    for file in home.iterdir():
        if not file.name.startswith("secrets.db"):
            content = file.read_bytes()
            assert not [part for part in parts if part.encode() in content], file


def test_they_are_listed_without_what_may_be_secret(console: Console) -> None:
    answer = console.run("alert", "list", "-o", "json")
    assert [(one["name"], one["type"], one["to"]) for one in answer.json] == [
        ("slack", "webhook", "secret:slack"),
        ("pager", "command", "sh"),
    ]
    table = console.run("alert", "list")
    assert table.out.splitlines()[0].split() == ["NAME", "TYPE", "TO", "ON", "REPEAT", "SELECT"]
    _nothing_shows_it(console, answer.out, table.out, table.err)


def test_a_trial_arrives_and_is_recorded_where_it_speaks_of_an_instance(
    console: Console, receiver: Receiver
) -> None:
    assert console.run("alert", "test", "slack").out == "slack: delivered\n"
    answer = console.run("alert", "test", "SLACK", "--instance", "home", "--json")
    assert answer.json == {
        "alert": "slack",
        "about": "test",
        "instance": "home",
        "delivered": True,
    }
    assert [json.loads(one.body) for one in receiver.received] == [
        {"text": "test of the alert slack"}
    ] * 2
    assert receiver.received[0].path == f"/services/{SECRET}"
    assert _told(console) == [("slack", "test", None)]
    assert console.run("alert", "test", "pager", "--instance", "home").status == 0
    assert (console.home / "paged").read_text() == "test home"
    _nothing_shows_it(console, answer.out, answer.err)


def test_a_trial_that_does_not_arrive_says_why(console: Console, receiver: Receiver) -> None:
    said = f"no_service at /services/{SECRET}"
    receiver.behaviours += [answers(404, said), hangs, answers(307, Location="http://x.example")]
    refused, silent, led_away = (
        console.run("alert", "test", "slack", "--instance", "home") for _ in range(3)
    )
    assert refused.status == 1
    assert refused.err.splitlines()[0] == (
        "error: the alert 'slack' did not arrive: it answered 404 (Not Found)"
    )
    assert refused.err.splitlines()[1].startswith("hint: what it said: no_service at ")
    assert silent.err == (
        "error: the alert 'slack' did not arrive: there was no answer within 0.5 s\n"
    )
    assert "a redirect, which is not followed" in led_away.err
    assert [problem for *_, problem in _told(console)] == [
        "it answered 307 (Temporary Redirect), a redirect, which is not followed",
        "it answered 404 (Not Found)",
        "there was no answer within 0.5 s",
    ]
    _nothing_shows_it(console, refused.out, refused.err, silent.err, led_away.err)


REFUSED = [
    (("test", "nobody"), 3, "alert-not-found"),
    (("test", "slack", "--instance", "nobody"), 3, "instance-not-found"),
    (("secret", "a b", "--value", "env:HOOK"), 2, "bad-parameter"),
    (("secret", "a", "--value", "env:LINES"), 2, "bad-parameter"),
    (("secret", "a"), 2, "usage-error"),
    (("secret", "a", "--value", "env:HOOK", "--erase"), 2, "usage-error"),
    (("secret", "a", "--erase"), 2, "usage-error"),
]


def test_what_cannot_be_is_refused(console: Console) -> None:
    given = {"HOOK": f"https://x/{SECRET}", "LINES": f"{SECRET}\n{SECRET}"}
    answers = [console.run("alert", *words, "--json", **given) for words, _, _ in REFUSED]
    assert [(answer.status, answer.json["error"]["code"]) for answer in answers] == [
        (status, code) for _, status, code in REFUSED
    ]
    _nothing_shows_it(console, *(answer.out + answer.err for answer in answers))


def test_a_mistyped_alert_stops_whoever_needs_alerts_and_nobody_else(console: Console) -> None:
    config = console.home / ".openclaw-manager" / "config.toml"
    config.write_text(CONFIG.replace("$title", "$tilte"))
    for command in (("alert", "list"), ("alert", "test", "slack"), ("instance", "watch")):
        answer = console.run(*command)
        assert answer.status == 2
        error, hint = answer.err.splitlines()
        assert error.startswith("error: the alert 'slack' in config.toml: its body has $tilte, ")
        assert hint == "hint: see what an alert may have: openclaw-manager alert --help"
    assert console.run("instance", "list").status == 0
    assert re.search(r"alerts +failed .*its body has \$tilte", console.run("doctor").out)


def test_a_secret_that_is_not_kept_stops_a_watch_and_is_found_by_the_doctor(
    console: Console,
) -> None:
    assert re.search(r"alerts +ok .*slack, pager", console.run("doctor").out)
    assert console.run("alert", "secret", "slack", "--erase").status == 0
    answer = console.run("instance", "watch")
    assert answer.status == 2
    assert answer.err.splitlines()[0].endswith(
        "its url is the secret 'slack', and no such secret is kept"
    )
    assert answer.err.splitlines()[1] == (
        "hint: keep it: openclaw-manager alert secret slack --value @FILE"
    )
    assert re.search(r"alerts +failed .*no such secret is kept: slack", console.run("doctor").out)
    warned = console.run("alert", "list")
    assert warned.status == 0
    assert "the alert 'slack' cannot be sent (its url)" in warned.err


@pytest.mark.slow
def test_a_watch_tells_records_and_ends_in_time(console: Console, receiver: Receiver) -> None:
    """The receiver takes the first message, and hangs at what comes after it."""
    receiver.behaviours += [answers(200), hangs]
    config = console.home / ".openclaw-manager" / "config.toml"
    config.write_text(CONFIG.replace('timeout = "500ms"', 'timeout = "60s"\nrepeat = "1s"'))
    watch = subprocess.Popen(
        [_SCRIPT, "instance", "watch", "-o", "jsonl"],
        env={"PATH": os.defpath, "HOME": str(console.home)},
        cwd=console.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        receiver.wait_for(2)
        watch.send_signal(signal.SIGTERM)
        out, err = watch.communicate(timeout=20)
    finally:
        watch.kill()
        watch.communicate()
    assert watch.returncode == 0
    assert [json.loads(one.body)["text"] for one in receiver.received] == [
        "home is down",
        "home is still down",
    ]
    assert "the alert slack was not sent (home is still down): the watch stopped" in err
    assert _told(console) == [
        ("pager", "down", None),
        ("slack", "down", None),
        ("slack", "reminder", "the watch stopped before it was sent"),
    ]
    assert (console.home / "paged").read_text() == "down home"
    _nothing_shows_it(console, out, err)
