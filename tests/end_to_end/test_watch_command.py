"""``instance watch`` as a user or a service runs it, against simulated gateways."""

import os
import signal
import socket
import termios
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from end_to_end.console import Console
from end_to_end.gateway import gateway
from end_to_end.watching import PipedWatch, terminal

OFTEN = ("--interval", "200ms")
ALTERNATE, MAIN = "\x1b[?1049h", "\x1b[?1049l"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def home(console: Console) -> Iterator[Console]:
    """Give a user whose one gateway answers."""
    with gateway("openclaw", "--token", "env:TOKEN", TOKEN="t") as url:
        _register(console, "home", url)
        yield console


def _register(console: Console, name: str, url: str) -> None:
    answer = console.run("instance", "register", name, "--url", url, "--token", "env:T", T="t")
    assert answer.status == 0, answer.err


def _events(console: Console, name: str) -> list[str]:
    history = console.run("instance", "history", name, "--json").json
    return [entry["event"] for entry in history]


def test_a_program_reads_what_is_found_line_by_line(home: Console) -> None:
    by_hand = home.run("instance", "ping", "home", "--json").json[0]
    with PipedWatch(home.home, *OFTEN) as watch:
        ping = watch.next("ping")
        watch.next("ping")
        watch.send(signal.SIGTERM)
        assert watch.ended() == (0, "")
    assert ping.keys() == by_hand.keys() | {"type"}
    assert (ping["name"], ping["condition"], ping["warnings"]) == ("home", "ok", [])
    assert ping["id"] == by_hand["id"]
    assert _events(home, "home")[-1] == "PingsSummarised", "what was found is recorded"


def test_an_outage_is_told_as_it_begins_and_as_it_ends(console: Console) -> None:
    with gateway("bearer") as url:
        port = str(urlsplit(url).port)
        _register(console, "home", url)
        watch = PipedWatch(console.home, *OFTEN, "--failures", "2", "--successes", "1")
        watch.next("ping", condition="ok")
    with watch:
        down = watch.next("down")
        with gateway("bearer", "--port", port):
            up = watch.next("up")
            watch.send(signal.SIGTERM)
            assert watch.ended() == (0, "")
    assert (down["name"], down["cause"], down["failures"]) == ("home", "connection-refused", 2)
    assert down["since"] < down["at"] < up["since"] <= up["at"]
    assert (up["incident"], up["flaps"], up["successes"]) == (down["incident"], 0, 1)
    assert [event for event in _events(console, "home") if event in ("WentDown", "CameUp")] == [
        "WentDown",
        "CameUp",
    ]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_stops_at_once_although_pings_hang(console: Console, number: int, status: int) -> None:
    with gateway("openclaw", "--fault", "silent") as hanging, gateway("bearer") as answering:
        _register(console, "hanging", hanging)
        _register(console, "answering", answering)
        with PipedWatch(console.home, *OFTEN, "--timeout", "1h") as watch:
            watch.next("notice", trouble="late")  # the one that hangs is underway
            watch.send(number)
            assert watch.ended() == (status, "")
    assert "PingsSummarised" in _events(console, "answering")


def test_it_reads_all_anew_when_it_is_hung_up_on(home: Console) -> None:
    with PipedWatch(home.home, *OFTEN) as watch:
        watch.next("ping")
        with gateway("bearer") as url:
            _register(home, "office", url)
            watch.send(signal.SIGHUP)
            watch.next("ping", name="office")
        watch.send(signal.SIGTERM)
        assert watch.ended() == (0, "")


def test_a_second_watch_says_who_holds_the_home(home: Console) -> None:
    with PipedWatch(home.home, *OFTEN) as watch:
        watch.next("ping")
        second = home.run("instance", "watch", "-o", "jsonl")
        assert second.status == 6
        assert second.json["error"]["code"] == "already-watched"
        assert f"process {watch.process.pid} watches the instances" in second.err
        watch.next("ping")


def test_it_ends_when_nobody_reads_any_more(home: Console) -> None:
    with PipedWatch(home.home, *OFTEN) as watch:
        watch.next("ping")
        assert watch.process.stdout
        watch.process.stdout.close()
        watch.process.stdout = None
        assert watch.ended() == (1, "")
    assert "PingsSummarised" in _events(home, "home")


def test_it_serves_metrics_where_it_is_told_to(home: Console) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = home.run("instance", "watch", "--metrics", str(port))
    assert refused.status == 1
    assert f"port {port} of 127.0.0.1 is in use" in refused.err


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (("--interval", "0"), 2, "is not longer than nothing"),
        (("--interval", "soon"), 2, "is no duration"),
        (("--interval", "2d"), 2, "is longer than a day"),
        (("--jitter", "31s"), 2, "is longer than the interval"),
        (("--timeout", "0"), 2, "is not longer than nothing"),
        (("--failures", "0"), 2, "not in the range x>=1"),
        (("--successes", "-1"), 2, "not in the range x>=1"),
        (("--concurrency", "0"), 2, "not in the range x>=1"),
        (("--metrics", "nowhere"), 2, "does not end in a port"),
        (("-o", "table"), 2, "a live table needs a terminal; give -o jsonl"),
        (("-o", "yaml"), 2, "is not one of"),
        (("home", "-l", "env=prod"), 2, "name the instances to watch, or select with -l"),
        (("-l", "=="), 2, "is not key=value"),
        (("-l", "env=prod"), 3, "no instance has the labels env=prod"),
        (("office",), 3, "there is no instance 'office'"),
    ],
)
def test_what_cannot_be_watched_is_refused_in_a_sentence(
    home: Console, arguments: tuple[str, ...], status: int, sentence: str
) -> None:
    answer = home.run("instance", "watch", *arguments)
    assert (answer.status, answer.out) == (status, "")
    assert sentence in answer.err
    assert "Traceback" not in answer.err


def test_settings_say_how_often(home: Console) -> None:
    config = home.home / ".openclaw-manager" / "config.toml"
    config.write_text('interval = "100ms"\nfailures = 1\n')
    with PipedWatch(home.home) as watch:
        watch.next("ping")
        watch.next("ping")
    config.write_text("failures = 0\n")
    assert home.run("instance", "watch").status == 2


def test_a_watch_of_an_empty_home_says_that_it_waits(console: Console) -> None:
    with PipedWatch(console.home, "--interval", "0.2s") as watch:
        assert watch.process.stderr
        assert watch.process.stderr.readline().startswith(
            "warning: there are no instances to watch"
        )
        console.run("instance", "register", "late", "--url", "ws://127.0.0.1:1")
        assert watch.next("ping")["name"] == "late"
        watch.send(signal.SIGTERM)
        assert watch.ended() == (0, "")


# On a terminal


def test_the_table_borrows_the_terminal_and_gives_it_back(home: Console) -> None:
    with terminal(home.home, "instance", "watch", *OFTEN) as watch:
        shown = watch.read_until(lambda shown: "all ok" in shown and "home" in shown)
        assert shown.index(ALTERNATE) < shown.index("home")
        assert not termios.tcgetattr(watch.slave)[3] & termios.ECHO
        watch.type(b"x\x03")
        assert watch.ended() == 130
        assert watch.shown.startswith((ALTERNATE, HIDE_CURSOR))
        assert watch.shown.endswith(SHOW_CURSOR + MAIN), "nothing comes after"
        assert termios.tcgetattr(watch.slave) == watch.modes


def test_the_table_has_colours_unless_they_are_not_wanted(home: Console) -> None:
    green = "\x1b[32m"
    with terminal(home.home, "instance", "watch", *OFTEN) as watch:
        assert green in watch.read_until(lambda shown: "2026" in shown)
    for flags, environment in ((("--no-color",), {}), ((), {"NO_COLOR": "1"})):
        with terminal(home.home, *flags, "instance", "watch", *OFTEN, **environment) as watch:
            assert green not in watch.read_until(lambda shown: "2026" in shown)


def test_the_terminal_is_lent_to_others_while_it_is_stopped(home: Console) -> None:
    with terminal(home.home, "instance", "watch", *OFTEN) as watch:
        watch.read_until(lambda shown: "all ok" in shown)
        watch.process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(watch.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        watch.read_until(lambda shown: shown.endswith(MAIN))
        assert termios.tcgetattr(watch.slave)[3] & termios.ECHO
        watch.process.send_signal(signal.SIGCONT)
        watch.read_until(lambda shown: "home" in shown.rpartition(MAIN)[2])
        watch.type(b"\x03")
        assert watch.ended() == 130


def test_it_ends_with_its_terminal(home: Console) -> None:
    with terminal(home.home, "instance", "watch", *OFTEN) as watch:
        watch.read_until(lambda shown: "all ok" in shown)
        os.close(watch.slave)
        os.close(watch.master)
        assert watch.process.wait(60) == 0
    assert "PingsSummarised" in _events(home, "home")


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(home: Console) -> None:
    with terminal(home.home, "instance", "watch", *OFTEN, TERM="dumb") as watch:
        shown = watch.read_until(lambda shown: "\n" in shown)
        assert shown.startswith('{"type": "ping"')
        watch.type(b"\x03")
        assert watch.ended() == 130
