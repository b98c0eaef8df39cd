"""Metrics as an operator gets them: from a watch, into a file, and on standard output."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import plain_http
from end_to_end.console import Console
from end_to_end.gateway import gateway
from metrics_page import MetricsPage, read_page

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
_SAYS_WHERE = "metrics are at "
_NOBODY = "ws://127.0.0.1:1"
_PATIENCE = 30  # seconds


@pytest.fixture
def user(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def url() -> Generator[str]:
    with gateway("openclaw", "--token", "t") as url:
        yield url


def register(user: Console, name: str, url: str, *options: str) -> None:
    options = ("--token", "env:TOKEN", *options)
    answer = user.run("instance", "register", name, "--url", url, *options, TOKEN="t")
    assert answer.status == 0, answer.err


@contextmanager
def watch(user: Console, *options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [_SCRIPT, "instance", "watch", "--interval", "200ms", "--metrics", "0", *options],
        env={"PATH": os.defpath, "HOME": str(user.home), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=_PATIENCE)


def where(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    said = process.stderr.readline()
    assert said.startswith(_SAYS_WHERE), said
    return said.removeprefix(_SAYS_WHERE).strip()


def until_told(process: subprocess.Popen[str], kind: str, name: str) -> None:
    """Read what the watch tells until something happens to an instance."""
    assert process.stdout
    for line in process.stdout:
        told = json.loads(line)
        if (told["type"], told.get("name")) == (kind, name):
            return
    pytest.fail(f"{kind} was never told of {name}")


def scraped(url: str) -> MetricsPage:
    return read_page(plain_http.get(url).text)


def test_a_watch_serves_what_it_finds(user: Console, url: str) -> None:
    register(user, 'the "attic"', url, "--tag", "env=prod")
    register(user, "nobody", _NOBODY)
    with watch(user) as process:
        metrics = where(process)
        until_told(process, "down", "nobody")
        until_told(process, "ping", 'the "attic"')
        found = scraped(metrics)

    assert found.value("openclaw_up", name='the "attic"') == 1
    assert found.value("openclaw_gateway_info", name='the "attic"', version="2026.9.6") == 1
    assert found.value("openclaw_instance_tag_info", key="env", value="prod") == 1
    assert found.value("openclaw_up", name="nobody") == 0
    assert found.value("openclaw_outage_open", name="nobody") == 1
    assert found.value("openclaw_watcher_instances") == 2


def test_an_instance_that_is_removed_vanishes_from_the_metrics(user: Console, url: str) -> None:
    register(user, "home", url)
    register(user, "nobody", _NOBODY)
    with watch(user) as process:
        metrics = where(process)
        until_told(process, "ping", "nobody")
        assert user.run("instance", "remove", "nobody").status == 0
        while scraped(metrics).value("openclaw_watcher_instances") != 1:
            until_told(process, "ping", "home")
        found = scraped(metrics)

    assert found.series("openclaw_pings_total") != []
    assert found.value("openclaw_pings_total", name="nobody", result="failure") is None


def test_a_port_that_is_taken_ends_the_command_before_the_watch_begins(user: Console) -> None:
    register(user, "nobody", _NOBODY)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = user.run("instance", "watch", "--metrics", str(port), "-o", "jsonl")

    assert answer.status == 1
    assert answer.json["error"]["code"] == "cannot-listen"
    assert answer.err == (
        f"error: port {port} of 127.0.0.1 is in use; --metrics 0 takes a free one\n"
    )


@pytest.mark.parametrize("address", ["localhost", "::1:9464", "127.0.0.1:99999", "1:2:3", "x:-1"])
def test_an_address_that_is_none_is_refused(user: Console, address: str) -> None:
    answer = user.run("instance", "watch", "--metrics", address)

    assert answer.status == 2
    assert "Invalid value for '--metrics'" in answer.err


def test_whoever_lets_others_read_metrics_is_warned(user: Console) -> None:
    register(user, "nobody", _NOBODY)
    with watch(user, "--metrics", "0.0.0.0:0") as process:
        where(process)
        assert process.stderr
        warning = process.stderr.readline()

    assert warning.startswith("warning: ")


def test_what_the_log_says_is_shown_without_a_watch(user: Console, url: str) -> None:
    register(user, "home", url)
    register(user, "gone", _NOBODY)
    user.run("instance", "remove", "gone")
    user.run("instance", "ping", "home")

    answer = user.run("metrics", "show")

    assert (answer.status, answer.err) == (0, "")
    assert read_page(answer.out).value("openclaw_up", name="home") == 1
    assert "gone" not in answer.out


def test_an_outage_that_a_watch_recorded_is_told_after_it(user: Console) -> None:
    register(user, "nobody", _NOBODY)
    with watch(user) as process:
        where(process)
        until_told(process, "down", "nobody")

    found = read_page(user.run("metrics", "show").out)

    assert found.value("openclaw_outage_open", name="nobody") == 1
    assert found.value("openclaw_outage_start_timestamp_seconds", name="nobody")


def test_a_home_without_instances_has_metrics_too(user: Console) -> None:
    answer = user.run("metrics", "show")

    assert answer.status == 0
    assert read_page(answer.out).series("openclaw_manager_build_info") != []


def test_a_file_is_written_for_everybody_and_in_place_of_the_one_before(user: Console) -> None:
    file = user.home / "openclaw.prom"
    file.write_text("old")
    register(user, "hütte 🦞", _NOBODY)

    answer = user.run("metrics", "write", str(file))

    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    page = read_page(file.read_text(encoding="utf-8"))
    assert page.series("openclaw_instance_info")[0][0]["name"] == "hütte 🦞"
    assert [path.name for path in user.home.iterdir() if path.name.startswith(".")] == [
        ".openclaw-manager"
    ]


@pytest.mark.parametrize("name", ["metrics.txt", "prom", ".prom", "openclaw.prom.old"])
def test_a_file_that_the_node_exporter_would_not_read_is_left_as_it_is(
    user: Console, name: str
) -> None:
    file = user.home / name
    file.write_text("mine")

    answer = user.run("metrics", "write", str(file))

    assert (answer.status, file.read_text()) == (2, "mine")
    assert "only files that end in .prom" in answer.err


def test_a_folder_that_is_not_there_is_told(user: Console) -> None:
    answer = user.run("metrics", "write", str(user.home / "nowhere" / "openclaw.prom"))

    assert answer.status == 1
    assert "cannot be written: No such file or directory" in answer.err


def test_a_file_stays_as_it_was_where_the_log_cannot_be_read(user: Console) -> None:
    register(user, "nobody", _NOBODY)
    file = user.home / "openclaw.prom"
    file.write_text("old")
    (user.home / ".openclaw-manager" / "events.db").write_bytes(b"no database at all" * 100)

    answer = user.run("metrics", "write", str(file))

    assert (answer.status, file.read_text()) == (6, "old")
