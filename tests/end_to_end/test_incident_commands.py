"""``incident``, statistics and pictures: as a user sees them in a home that was watched."""

import json
import re
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from end_to_end.console import Answer, Console
from openclaw_manager.domain.condition import Cause
from watched import HOUR, WatchedHome

_MINUTE = timedelta(minutes=1)
_KEYS = ["id", "instance", "name", "start", "end", "durationSeconds", "cause", "step", "flaps"]
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Console:
    """Give a home with gateways of which one was down, one is, and two were never watched."""
    now = datetime.now(UTC)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    folder = tmp_path_factory.mktemp("watched")
    watched = WatchedHome(folder, "home", "office", "fresh", "gone")
    watched.core.instances.update("office", tags=["env=prod"])
    for hours in range(26, 0, -1):
        since = this_hour - hours * HOUR
        watched.summarise("home", since, [10.0] * 100 + [20.0] * 10, failures=int(hours == 5))
        watched.summarise("office", since, [10.0] * (30 - hours))
        if hours == 20:
            watched.go_down("home", since + 10 * _MINUTE)
            watched.come_up("home", since + 40 * _MINUTE, flaps=1)
    watched.go_down("gone", now - 3 * HOUR)
    watched.remove("gone", now - 2 * HOUR)
    watched.go_down("office", now - 5 * _MINUTE, Cause.CONNECTION_REFUSED)
    watched.close()
    return Console(folder)


def _run(console: Console, *arguments: str, **environment: str) -> Answer:
    return console.run("--home", str(console.home), *arguments, **environment)


def _done(answer: Answer) -> Answer:
    assert (answer.status, answer.err) == (0, "")
    return answer


def _names(console: Console, *arguments: str) -> list[str]:
    found = _done(_run(console, "incident", "list", "--json", *arguments)).json
    return [one["name"] for one in found]


def test_incidents_are_listed_the_newest_first(console: Console) -> None:
    listed = _done(_run(console, "incident", "list", "--json")).json
    ids = [int(one["id"]) for one in listed]

    assert [list(one) for one in listed] == [_KEYS] * 3
    assert [one["name"] for one in listed] == ["office", "gone", "home"]
    assert ids == sorted(ids, reverse=True)
    goes_on, removed, ended = listed
    assert goes_on["end"] is None
    assert 300 <= goes_on["durationSeconds"] < 600
    assert (goes_on["cause"], goes_on["step"]) == ("connection-refused", "connect")
    assert (removed["durationSeconds"], removed["flaps"]) == (3600, 0)
    assert (ended["durationSeconds"], ended["flaps"]) == (1800, 1)
    assert re.fullmatch(_MOMENT, ended["start"])
    assert re.fullmatch(_MOMENT, ended["end"])


def test_a_list_is_of_those_that_are_asked_for(console: Console) -> None:
    assert _names(console, "--open") == ["office"]
    assert _names(console, "--since", "1h") == ["office"]
    assert _names(console, "--since", "150m") == ["office", "gone"]
    assert _names(console, "--limit", "2") == ["office", "gone"]
    assert _names(console, "HOME", "gone") == ["gone", "home"]
    assert _names(console, "-l", "env=prod") == ["office"]
    assert _names(console, "-l", "env=prod", "--since", "20h", "--open") == ["office"]
    assert _names(console, "fresh") == _names(console, "-l", "env=test") == []


def test_incidents_come_in_all_forms(console: Console) -> None:
    table = _done(_run(console, "incident", "list")).out.splitlines()
    ids = _done(_run(console, "incident", "list", "-o", "name")).out.split()
    lines = _done(_run(console, "incident", "list", "-o", "jsonl")).out.splitlines()
    yaml = _done(_run(console, "incident", "list", "-o", "yaml")).out

    assert table[0].split()[:2] == ["INCIDENT", "INSTANCE"]
    assert "goes on" in table[1]
    assert [line.split()[0] for line in table[1:]] == ids
    assert [json.loads(line)["id"] for line in lines] == ids
    assert yaml.count("durationSeconds:") == 3
    assert _done(_run(console, "incident", "list", "fresh")).out == "no incidents\n"
    assert _done(_run(console, "incident", "list", "home", "--open")).out == "no incident goes on\n"


def test_an_incident_is_shown_by_its_id(console: Console) -> None:
    listed = _run(console, "incident", "list", "--json").json
    shown = [_done(_run(console, "incident", "show", one["id"], "--json")).json for one in listed]
    details = _done(_run(console, "incident", "show", listed[0]["id"])).out

    assert shown[1:] == listed[1:]
    assert {**shown[0], "durationSeconds": 0} == {**listed[0], "durationSeconds": 0}
    assert re.search(r"^what happened +the host is there, and nothing", details, re.MULTILINE)
    assert re.search(r"^next +openclaw gateway status", details, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("incident", "show", "1"), 3, "there is no incident '1'"),
        (("incident", "show", "9" * 5000), 3, "there is no incident '999"),
        (("incident", "show", "\u0663"), 3, "there is no incident"),
        (("incident", "show", "-1"), 2, "No such option"),
        (("incident", "show", "home"), 3, "there is no incident 'home'"),
        (("incident", "list", "nobody"), 3, "there is no instance 'nobody'"),
        (("incident", "list", "home", "-l", "env"), 2, "not both"),
        (("incident", "list", "-l", "=,"), 2, "is not key=value"),
        (("incident", "list", "--since", "soon"), 2, "the moment 'soon' is none"),
        (("incident", "list", "--since", "2999-01-01"), 2, "is in the future"),
        (("incident", "list", "--since", "7"), 2, "a time is wanted"),
        (("incident", "list", "--limit", "0"), 2, "0 is not in the range"),
        (("instance", "list", "-o", "wide", "--at", "1h"), 2, "cannot go back with --at"),
        (("instance", "history", "home", "--plot", "p.png"), 2, "ends in .svg"),
        (("instance", "history", "--plot", "home"), 2, "Missing argument 'INSTANCE'"),
        (("instance", "history", "home", "--plot", "-o", "json"), 2, "no --limit and no -o"),
        (("instance", "history", "home", "--plot", "--limit", "3"), 2, "no --limit and no -o"),
        (("instance", "history", "home", "--force"), 2, "--force is for a picture"),
        (("instance", "history", "nobody", "--plot"), 3, "there is no instance 'nobody'"),
        (("instance", "history", "home", "--plot", "no/p.svg"), 1, "No such file or directory"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    console: Console, arguments: tuple[str, ...], status: int, said: str
) -> None:
    answer = _run(console, *arguments)

    assert answer.status == status
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not (console.home / "home").exists()


def test_without_instances_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    console = Console(tmp_path)
    home = tmp_path / "new"

    assert console.run("--home", str(home), "incident", "list", "--json").json == []
    assert console.run("--home", str(home), "incident", "list", "--open").status == 0
    assert console.run("--home", str(home), "incident", "show", "1").status == 3
    assert not home.exists()


def test_an_instance_is_shown_with_its_statistics(console: Console) -> None:
    shown = _done(_run(console, "instance", "show", "home", "--json")).json
    listed = {one["title"]: one for one in _run(console, "instance", "list", "--json").json}
    statistics = shown.pop("statistics")
    details = _done(_run(console, "instance", "show", "home")).out

    assert shown == listed["home"]
    assert list(statistics) == ["availability", "latencyMs", "hourlyMediansMs", "incident"]
    assert statistics["availability"] == pytest.approx(
        {"24h": 1 - 0.5 / 24, "7d": 1 - 0.5 / 26, "30d": 1 - 0.5 / 26}, abs=0.002
    )
    assert statistics["latencyMs"] == pytest.approx({"p50": 10, "p95": 20, "p99": 20}, rel=0.025)
    assert statistics["hourlyMediansMs"][2:22] == pytest.approx([10] * 20, rel=0.025)
    assert len(statistics["hourlyMediansMs"]) == 24
    assert re.search(r"^availability +97\.\d\d % in 24h, 98\.\d\d % in 7d", details, re.MULTILINE)
    assert re.search(r"^hour by hour +[▇█·]{24} up to 10\.\d ms$", details, re.MULTILINE)
    assert "down since" not in details


def test_what_was_never_measured_has_no_statistics(console: Console) -> None:
    [fresh] = [m for m in _run(console, "instance", "list", "--json").json if m["title"] == "fresh"]

    assert _done(_run(console, "instance", "show", "fresh", "--json")).json == fresh
    assert "availability" not in _done(_run(console, "instance", "show", "fresh")).out


def test_an_outage_that_goes_on_is_shown_with_the_instance(console: Console) -> None:
    [incident] = _run(console, "incident", "list", "--open", "-o", "name").out.split()
    details = _done(_run(console, "instance", "show", "office")).out

    assert re.search(rf"^down since +{_MOMENT}, incident {incident}$", details, re.MULTILINE)
    shown = _run(console, "instance", "show", "office", "--json").json
    assert shown["statistics"]["incident"] == incident


def test_statistics_are_left_out_where_the_past_is_asked_for(console: Console) -> None:
    assert (
        "statistics" not in _run(console, "instance", "show", "home", "--at", "1h", "--json").json
    )
    assert _done(_run(console, "instance", "show", "home", "-o", "name")).out == "home\n"


def test_the_wide_list_has_the_statistics_of_all(console: Console) -> None:
    lines = _done(_run(console, "instance", "list", "-o", "wide")).out.splitlines()
    columns = re.split(r" {2,}", lines[0])
    home = re.split(r" {2,}", lines[1])

    assert columns[:7] == ["NAME", "STATUS", "DOWN FOR", "CAUSE", "24H", "7D", "30D"]
    assert columns[7:] == ["P50", "P95", "P99", "LAST 24 HOURS", "VERSION", "TAGS", "URL"]
    assert home[:2] == ["home", "reachable"]
    assert re.fullmatch(r"97\.\d\d %", home[2])
    assert [line.split()[0] for line in lines[1:]] == ["home", "office", "fresh"]
    assert re.search(r"^office +unreachable +\d min \d+ s +connection-refused", lines[2])
    everything = _done(_run(console, "instance", "list", "-o", "wide", "--all")).out
    assert re.search(r"^gone +removed", everything, re.MULTILINE)
    assert _run(console, "instance", "list", "-o", "wide", "-l", "x").out.startswith("no instance")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_course_is_plotted_as_wide_as_the_terminal(console: Console, width: int) -> None:
    drawn = _done(_run(console, "instance", "history", "home", "--plot", COLUMNS=str(width))).out
    axis = next(line for line in drawn.splitlines() if "└" in line)

    assert len(axis) == width
    assert "x" in next(line for line in drawn.splitlines() if line.lstrip().startswith("state"))
    assert "\x1b" not in drawn
    assert re.search(r"^availability 98\.\d\d %; 1 outage, 30 min in all$", drawn, re.MULTILINE)


def test_a_course_begins_when_it_is_said_to(console: Console) -> None:
    drawn = _done(_run(console, "instance", "history", "home", "--plot", "--since", "2h")).out
    empty = _done(_run(console, "instance", "history", "fresh", "--plot")).out

    assert "availability 100 %; no outage" in drawn
    assert "nothing was measured in this time" in empty


def test_a_picture_is_written_and_replaces_nothing(console: Console) -> None:
    file = console.home / "home.svg"
    drawing = ("instance", "history", "home", "--plot", str(file))
    first = _run(console, *drawing)
    again = _run(console, *drawing)

    assert (first.status, first.out) == (0, "")
    assert first.err == f"wrote {file}\n"
    assert ET.parse(file).getroot().tag.endswith("svg")  # noqa: S314 - our own
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (again.status, again.out) == (2, "")
    assert "exists already; it was left as it is" in again.err
    assert _run(console, *drawing, "--force").status == 0


def test_the_history_can_begin_later(console: Console) -> None:
    later = _done(_run(console, "instance", "history", "home", "--since", "150m", "--json")).json

    assert {one["event"] for one in later} == {"PingsSummarised"}
    assert len(later) in (2, 3)


def test_a_log_that_cannot_be_read_does_not_hide_an_instance(tmp_path: Path) -> None:
    watched = WatchedHome(tmp_path, "home")
    watched.summarise("home", datetime.now(UTC) - 2 * HOUR, [10.0])
    watched.close()
    _break_the_last_event(tmp_path / "events.db")
    console = Console(tmp_path)
    shown = _run(console, "instance", "show", "home", "--json")

    assert shown.status == 0
    assert shown.json["title"] == "home"
    assert "statistics" not in shown.json
    assert shown.err.startswith("warning: there are no statistics: the log, ")


def _break_the_last_event(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = CAST('?' AS BLOB) "
            "WHERE rowid = (SELECT MAX(rowid) FROM stored_events)"
        )
