"""Pictures: sparklines, scales, the plot on a terminal and the SVG."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import click
import pytest

from openclaw_manager.application.course import Course
from openclaw_manager.application.ports.watch_records import OutageRecord, PingRecord
from openclaw_manager.domain.availability import Span
from openclaw_manager.domain.latencies import counted
from openclaw_manager.entrypoints.cli.chart.scale import (
    marks_up_to,
    number_label,
    time_label,
    times_within,
)
from openclaw_manager.entrypoints.cli.chart.sparkline import sparkline
from openclaw_manager.entrypoints.cli.chart.svg import svg_plot
from openclaw_manager.entrypoints.cli.chart.terminal import terminal_plot
from openclaw_manager.entrypoints.cli.lasting import lasting
from openclaw_manager.entrypoints.cli.percent import percent

_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_SVG = "{http://www.w3.org/2000/svg}"


def _course(hours: int = 10) -> Course:
    """Watch a gateway for some hours; in the fifth it is down."""
    pings = [
        PingRecord("x", _NOON + hour * _HOUR, _NOON + (hour + 1) * _HOUR, 120, 0, *_latencies(hour))
        for hour in range(hours)
        if hour != 4
    ]
    failed = PingRecord("x", _NOON + 5 * _HOUR / 2, _NOON + 5 * _HOUR / 2, 1, 1, {}, None, None)
    fifth = _NOON + 4 * _HOUR
    outage = OutageRecord(7, "x", fifth, fifth + _HOUR, "down", "timeout", None, None, 3, 0)
    return Course(Span(_NOON, _NOON + hours * _HOUR), [*pings, failed], [outage])


def _latencies(hour: int) -> tuple[dict[int, int], float, float]:
    latencies = [10.0 + hour] * 119 + [40.0]
    return counted(latencies), min(latencies), max(latencies)


_EMPTY = Course(Span(_NOON, _NOON + _HOUR), [], [])


def test_a_sparkline_is_as_high_as_the_numbers_are() -> None:
    assert sparkline([None, 0, 1, 4, 8, None]) == "·▁▂▅█·"
    assert sparkline([3, 3, 3]) == "███"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""


@pytest.mark.parametrize(
    ("maximum", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 0.5, 1]),
        (17.3, [0, 5, 10, 15, 20]),
        (40, [0, 10, 20, 30, 40]),
        (0.021, [0, 0.01, 0.02, 0.03]),
        (12345, [0, 5000, 10000, 15000]),
    ],
)
def test_marks_are_round_numbers(maximum: float, marks: list[float]) -> None:
    assert list(marks_up_to(maximum, 4)) == pytest.approx(marks)


@pytest.mark.parametrize("hours", [0.2, 1, 7, 24, 31, 24 * 7, 24 * 30, 24 * 400, 24 * 9999])
def test_times_are_those_that_a_clock_has_marks_for(hours: float) -> None:
    span = Span(_NOON + timedelta(minutes=7), _NOON + timedelta(minutes=7, hours=hours))
    times, step = times_within(span, 10)

    assert all(span.start <= one <= span.end for one in times)
    assert len(times) <= 10 or step == timedelta(days=365)
    assert {other - one for one, other in pairwise(times)} <= {step}


def test_what_stands_beside_marks_is_short() -> None:
    assert time_label(_NOON, _HOUR) == "12:00"
    assert time_label(_NOON + 12 * _HOUR, _HOUR) == "Nov 24"
    assert time_label(_NOON, timedelta(days=2)) == "Nov 23"
    assert number_label(0.5) == "0.5 ms"
    assert number_label(20_000.0) == "20000 ms"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "less than 1 s"),
        (0.9, "less than 1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (3601, "1 h"),
        (86400 * 3 + 7200, "3 d 2 h"),
        (86400 * 3 + 60, "3 d"),
    ],
)
def test_durations_are_said_in_their_two_greatest_units(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(1, "100 %"), (0.99999, "99.99 %"), (0.57, "57.00 %"), (0, "0.00 %"), (0.9995, "99.95 %")],
)
def test_a_percentage_is_never_rounded_up(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize("width", [1, 40, 80, 200])
@pytest.mark.parametrize("course", [_course(), _EMPTY], ids=["some", "empty"])
def test_the_plot_is_as_wide_as_the_terminal(course: Course, width: int) -> None:
    lines = click.unstyle(terminal_plot("home", course, width)).split("\n")
    drawn = [line for line in lines if re.match(r" *\S* ?(ms)?[┤│└]", line)]

    assert len(drawn) == 13
    assert max(map(len, drawn)) == max(width, 20 + drawn[-1].index("└") + 1)


def test_the_plot_shows_bars_outages_and_failures() -> None:
    lines = click.unstyle(terminal_plot("home", _course(), 87)).split("\n")
    columns = slice(7, None)
    state = next(line for line in lines if "state" in line)[columns]

    assert lines[0] == "home: round trip, 2026-11-23 12:00 to 2026-11-23 22:00 UTC"
    assert state.count("x") == pytest.approx(8, abs=1)
    assert state.count("!") == 1
    assert set(state) == set("━x!")
    assert set(lines[12][columns]) == set("█:")  # the lowest row
    assert "▃" in "".join(lines)
    assert lines[-1] == "availability 90.00 %; 1 outage, 1 h in all"
    assert terminal_plot("home", _EMPTY, 80).endswith("nothing was measured in this time")


@pytest.mark.parametrize("course", [_course(), _EMPTY], ids=["some", "empty"])
def test_the_picture_is_well_formed_and_needs_nothing_else(course: Course) -> None:
    text = svg_plot("home", course)
    root = ET.fromstring(text)  # noqa: S314 - our own
    addresses = re.findall(r"https?://[^\"]*", text)

    assert root.tag == f"{_SVG}svg"
    assert addresses == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"nan|inf\b|None", text)
    assert "prefers-color-scheme: dark" in text


def test_the_picture_shades_outages_and_says_what_they_were() -> None:
    root = ET.fromstring(svg_plot("home", _course()))  # noqa: S314 - the same
    shades = [one for one in root.iter(f"{_SVG}rect") if one.find(f"{_SVG}title") is not None]
    [failure] = [one for one in root.iter(f"{_SVG}circle") if len(one)]

    assert [float(one.get("width", 0)) for one in shades] == [pytest.approx(85.6)]
    assert shades[0].findtext(f"{_SVG}title") == (
        "down from 2026-11-23 16:00:00 to 2026-11-23 17:00:00 (1 h): timeout"
    )
    assert failure.findtext(f"{_SVG}title") == "a ping failed"
    assert len([one for one in root.iter(f"{_SVG}path") if one.get("class") == "band"]) == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>&\"'", "<b>&\"'"),
        ("]]>", "]]>"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("Büro 🏠", "Büro 🏠"),
    ],
)
def test_a_name_cannot_break_the_picture(name: str, shown: str) -> None:
    root = ET.fromstring(svg_plot(name, _course()))  # noqa: S314 - the same

    assert (root.findtext(f"{_SVG}title") or "").startswith(f"{shown}: round trip")
