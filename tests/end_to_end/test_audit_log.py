"""The log of all instances and the view as it was, from the command line."""

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assembly import core_in
from end_to_end.console import Console
from fakes.gateway_link import NOBODY_LISTENS
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.domain.provenance import Provenance

_SCRIPT = Path(sys.executable).with_name("openclaw-manager")
URL = "ws://192.168.1.10:18789"
_STOPS_WITHIN = 5  # seconds; it is to be one, and this machine may be busy


@pytest.fixture
def user(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two instances; one was renamed and got another token, one was removed."""
    user = Console(tmp_path_factory.mktemp("used"))
    for arguments in (
        ("register", "home", "--url", URL, "--token", "env:T", "--reason", "the first"),
        ("register", "office", "--url", URL),
        ("rename", "home", "house", "--reason", "it has a garden"),
        ("update", "house", "--token", "env:U"),
        ("remove", "office"),
    ):
        assert user.run("instance", *arguments, T="old-token", U="new-token").status == 0
    return _home(user)


@pytest.fixture
def fleet(user: Console, used_home: Path) -> Console:
    """Give a user a copy of that home."""
    shutil.copytree(used_home, _home(user))
    return user


def _home(user: Console) -> Path:
    return user.home / ".openclaw-manager"


# The log


def test_the_log_has_who_and_why_of_all_instances(fleet: Console) -> None:
    answer = fleet.run("audit", "log", "--json", OPENCLAW_MANAGER_ACTOR="grace@hopper")
    assert [(one["name"], one["event"], one["reason"]) for one in answer.json] == [
        ("house", "Registered", "the first"),
        ("office", "Registered", None),
        ("house", "Renamed", "it has a garden"),
        ("house", "CredentialsChanged", None),
        ("office", "SoftDeleted", None),
    ]
    assert set(answer.json[0]) == {
        *("id", "name", "position", "version", "event", "topic", "at", "actor", "reason", "data")
    }
    table = fleet.run("audit", "log").out
    assert table.splitlines()[0].split() == [
        *("POSITION", "TIME", "(UTC)", "INSTANCE", "EVENT", "WHAT", "ACTOR", "REASON")
    ]
    assert "it has a garden" in table
    assert "old-token" not in table + answer.out


def test_every_form_of_the_log_says_the_same(fleet: Console) -> None:
    document = fleet.run("audit", "log", "-o", "json").json
    lines = fleet.run("audit", "log", "-o", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == document
    names = fleet.run("audit", "log", "-o", "name").out.split()
    assert names == [one["event"] for one in document]
    assert fleet.run("audit", "log", "-o", "yaml").out.count("- id:") == len(document)


def test_filters_go_together(fleet: Console) -> None:
    def found(*arguments: str) -> list[str]:
        return fleet.run("audit", "log", *arguments, "-o", "name").out.split()

    assert found("--instance", "OFFICE") == ["Registered", "SoftDeleted"]
    assert found("--event", "Renamed", "--event", "soft-deleted") == ["Renamed", "SoftDeleted"]
    assert found("--event", "name.*", "--instance", "house") == ["Reserved", "Reserved", "Released"]
    assert found("--since", "1h", "--until", "now", "--limit", "1") == ["SoftDeleted"]
    assert found("--since", "1h", "--until", "59m") == []
    assert found("--since", "5", "--until", "8") == ["Renamed", "CredentialsChanged"]
    assert found("--actor", "nobody") == []


def test_what_was_recorded_under_another_name_is_found_by_that(user: Console) -> None:
    user.run("instance", "register", "home", "--url", URL, OPENCLAW_MANAGER_ACTOR="grace@hopper")
    user.run("instance", "update", "home", "--tag", "a")
    assert user.run("audit", "log", "--actor", "grace", "-o", "name").out == "Registered\n"


def test_an_empty_log_is_an_empty_list(user: Console) -> None:
    assert user.run("audit", "log", "--json").json == []
    assert user.run("audit", "log").status == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "soon"), "one is written 2026-11-23T16:00"),
        (("--since", "2999-01-01"), "in the future"),
        (("--since", "99"), "beyond the last event, 10"),
        (("--until", "2026-02-30"), "one is written"),
        (("--event", "pong"), "no event is called 'pong'"),
        (("--limit", "0"), "--limit"),
        (("--follow", "--json"), "jsonl"),
        (("--follow", "--until", "now"), "contradict"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    fleet: Console, arguments: tuple[str, ...], says: str
) -> None:
    answer = fleet.run("audit", "log", *arguments)
    assert answer.status == 2
    assert says in answer.err


def test_whose_log_there_is_not_is_said(fleet: Console) -> None:
    answer = fleet.run("audit", "log", "--instance", "nobody", "--json")
    assert (answer.status, answer.json["error"]["code"]) == (3, "instance-not-found")


# Following


@contextmanager
def _following(user: Console, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [_SCRIPT, "audit", "log", "--follow", *arguments],
        env={"PATH": os.defpath, "HOME": str(user.home), "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_new_events_are_told_as_they_come_until_it_is_stopped(
    fleet: Console, stop: signal.Signals
) -> None:
    """The last past event says that it is there, and listens."""
    with _following(fleet, "--limit", "1", "-o", "jsonl") as process:
        assert json.loads(_line(process))["event"] == "SoftDeleted"
        for tag in ("a", "b"):
            fleet.run("instance", "update", "house", "--tag", tag)
            told = json.loads(_line(process))
            assert (told["name"], told["event"]) == ("house", "Tagged")
        process.send_signal(stop)
        out, err = process.communicate(timeout=_STOPS_WITHIN)
        assert (process.returncode, out, err) == (0, "", "")


def test_following_goes_on_from_a_position_that_is_known(fleet: Console) -> None:
    with _following(fleet, "--since", "9", "-o", "name") as process:
        assert _line(process) == "SoftDeleted\n"
        fleet.run("instance", "update", "house", "--tag", "a")
        assert _line(process) == "Tagged\n"


@pytest.mark.parametrize(("output", "heads"), [("table", 1), ("yaml", 0)])
def test_people_can_follow_too(fleet: Console, output: str, heads: int) -> None:
    with _following(fleet, "--limit", "1", "-o", output) as process:
        lines = [_line(process) for _ in range(heads + 1)]
    assert lines[0].startswith("POSITION" if heads else "- id:")


def test_following_ends_although_nobody_reads_what_it_says(user: Console) -> None:
    """Its lines no longer fit into the pipe, so that it waits to get rid of them."""
    core = core_in(_home(user))
    core.instances.register("home", URL, GivenCredentials())
    instance = core.log.instance(core.log.ids_beginning("")[0])
    for _ in range(1000):
        instance.record_ping(NOBODY_LISTENS, Provenance(datetime.now(UTC), "ada@lovelace"))
    core.log.save(instance)
    with _following(user, "--since", "1", "-o", "jsonl") as process:
        assert _line(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(_STOPS_WITHIN) in (0, -signal.SIGALRM)


# Going back


def test_instances_are_listed_and_shown_as_they_were(fleet: Console) -> None:
    def listed(*arguments: str) -> list[str]:
        return fleet.run("instance", "list", *arguments, "-o", "name").out.split()

    assert listed("--at", "4") == ["home", "office"]
    assert listed("--at", "7") == ["house", "office"]
    assert listed("--at", "9") == listed() == ["house"]
    assert listed("--at", "9", "--all") == ["house", "office"]
    then = fleet.run("instance", "show", "HOME", "--at", "2", "--json").json
    assert (then["title"], then["fields"]["status"]) == ("home", "registered")
    assert fleet.run("instance", "show", "home").status == 3
    assert fleet.run("instance", "show", "house", "--at", "2").status == 3
    assert then["updatedAt"] == then["createdAt"]


def test_a_time_is_that_of_the_last_event_until_then(fleet: Console) -> None:
    moments = {one["position"]: one["at"] for one in fleet.run("audit", "log", "--json").json}
    then = fleet.run("instance", "list", "--at", _just_after(moments[5]), "-o", "name")
    assert then.out.split() == ["house", "office"]
    now = fleet.run("instance", "list", "--at", "now", "--json").json
    assert now == fleet.run("instance", "list", "--json").json


def _just_after(moment: str) -> str:
    """Have all of a millisecond be over, of which the log tells no more."""
    return moment.replace("Z", "999Z")


def test_old_secrets_are_fingerprints_and_gone(fleet: Console) -> None:
    old = fleet.run("instance", "show", "home", "--at", "2", "--json").json["fields"]["token"]
    new = fleet.run("instance", "show", "house", "--json").json["fields"]["token"]
    assert old.startswith("sha256:")
    assert old != new
    revealed = fleet.run("instance", "show", "home", "--at", "2", "--show-secrets", "--json")
    assert "token" not in revealed.json["fields"]
    revealed = fleet.run("instance", "show", "house", "--at", "8", "--show-secrets", "--json")
    assert revealed.json["fields"]["token"] == "new-token"


def test_before_the_first_event_there_was_nothing_and_that_is_said(fleet: Console) -> None:
    for arguments in (("--at", "2001-01-01"), ("--at", "0")):
        answer = fleet.run("instance", "list", *arguments, "--json")
        assert (answer.status, answer.json) == (0, [])
        assert "there were no instances then: the first event is of 20" in answer.err
    answer = fleet.run("instance", "show", "home", "--at", "2001-01-01")
    assert answer.status == 3


@pytest.mark.parametrize(
    ("command", "place", "says"),
    [
        ("instance list --at", "soon", "one is written 2026-11-23T16:00"),
        ("instance list --at", "", "one is written"),
        ("instance list --at", "2999-01-01", "in the future"),
        ("instance list --at", "11", "beyond the last event, 10"),
        ("instance list --at", "9" * 30, "beyond the end of any log"),
        ("instance show home --at", "999999999d", "beyond the years"),
        ("instance show home --at", "-1", "one is written"),
        ("audit replay --until", "2999-01-01", "in the future"),
        ("audit replay --until", "11", "beyond the last event, 10"),
    ],
)
def test_a_place_of_which_nothing_can_be_known_is_refused(
    fleet: Console, command: str, place: str, says: str
) -> None:
    answer = fleet.run(*command.split(), place)
    assert (answer.status, answer.out) == (2, "")
    assert says in answer.err
    assert "Traceback" not in answer.err


def test_a_damaged_event_is_named_and_the_log_left_as_it_is(fleet: Console) -> None:
    database = _home(fleet) / "events.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE stored_events SET state = x'7b' WHERE rowid = 5")
        connection.execute("DELETE FROM stored_snapshots")
    before = database.read_bytes()
    for command in (
        ("audit", "log"),
        ("instance", "list", "--at", "9"),
        ("audit", "replay"),
        ("instance", "list", "--at", "1h"),
    ):
        answer = fleet.run(*command)
        assert (answer.status, answer.out) == (6, "")
        assert "cannot be read" in answer.err
    assert fleet.run("instance", "list", "--at", "4").status == 0
    assert database.read_bytes() == before


# Replaying


def test_a_replay_is_data_json_as_it_stood(user: Console) -> None:
    stood: list[Any] = []
    for arguments in (
        ("register", "home", "--url", URL, "--token", "env:T"),
        ("update", "home", "--tag", "a"),
        ("remove", "home"),
    ):
        user.run("instance", *arguments, T="tok-1")
        stood.append((_home(user) / "data.json").read_bytes())
    for data in stood:
        position = str(json.loads(data)["openclawManager"]["position"])
        copy = user.home / f"copy-{position}.json"
        answer = user.run("audit", "replay", "--until", position, "--to", str(copy))
        assert (answer.status, answer.out) == (0, "")
        assert f"at event {position}" in answer.err
        assert copy.read_bytes() == data
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    printed = user.run("audit", "replay").json
    assert printed["minions"][0]["fields"]["token"].startswith("sha256:")
    assert user.run("audit", "replay", "--show-secrets").out.encode() == stood[-1]


def test_a_file_is_replaced_only_by_force(fleet: Console) -> None:
    file = fleet.home / "then.json"
    file.write_text("mine")
    answer = fleet.run("audit", "replay", "--to", "then.json")
    assert (answer.status, file.read_text()) == (2, "mine")
    assert fleet.run("audit", "replay", "--to", "then.json", "--force").status == 0
    assert json.loads(file.read_text())["openclawManager"]["position"] == 10
    missing = fleet.run("audit", "replay", "--to", "nowhere/then.json")
    assert (missing.status, "Traceback" in missing.err) == (1, False)


def test_no_file_of_the_home_is_ever_replaced(fleet: Console) -> None:
    home = _home(fleet)
    (fleet.home / "link").symlink_to(home)
    before = {file.name: file.read_bytes() for file in home.iterdir()}
    for place in (
        home / "data.json",
        fleet.home / "link" / "events.db",
        home / ".." / home.name / "secrets.db",
        home / "events.db-wal",
    ):
        answer = fleet.run("audit", "replay", "--to", str(place), "--force")
        assert answer.status == 2
        assert "belongs to the home" in answer.err
    assert {file.name: file.read_bytes() for file in home.iterdir()} == before
