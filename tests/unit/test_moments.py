"""Moments as people write them."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.domain.errors import InvalidInput, InvalidMoment
from openclaw_manager.entrypoints.moment import EXAMPLES, moment_in, place_in

NOW = datetime(2026, 11, 23, 15, 42, 32, 294000, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
TOKYO = timezone(timedelta(hours=9))


def _read(text: str) -> str:
    return moment_in(text, NOW, BERLIN).isoformat()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23T16:00", "2026-11-23T15:00:00+00:00"),
        ("2026-11-23 16:00:05", "2026-11-23T15:00:05+00:00"),
        ("2026-07-01T12:00", "2026-07-01T10:00:00+00:00"),
        ("2026-11-23T16:00Z", "2026-11-23T16:00:00+00:00"),
        ("2026-11-23T16:00:00.294Z", "2026-11-23T16:00:00.294000+00:00"),
        ("2026-11-23T16:00+05:30", "2026-11-23T10:30:00+00:00"),
        ("2026-11-23", "2026-11-22T23:00:00+00:00"),
        ("  2026-11-23 ", "2026-11-22T23:00:00+00:00"),
        ("now", "2026-11-23T15:42:32.294000+00:00"),
        ("today", "2026-11-22T23:00:00+00:00"),
        ("Yesterday", "2026-11-21T23:00:00+00:00"),
        ("90m", "2026-11-23T14:12:32.294000+00:00"),
        ("2h", "2026-11-23T13:42:32.294000+00:00"),
        ("2h ago", "2026-11-23T13:42:32.294000+00:00"),
        ("1h30m", "2026-11-23T14:12:32.294000+00:00"),
        ("1.5h", "2026-11-23T14:12:32.294000+00:00"),
        ("3d", "2026-11-20T15:42:32.294000+00:00"),
        ("0s", "2026-11-23T15:42:32.294000+00:00"),
    ],
)
def test_a_moment_is_read_in_every_form_that_people_use(text: str, meant: str) -> None:
    assert _read(text) == meant


def test_today_is_the_day_of_the_reader_and_not_that_of_greenwich() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    assert moment_in("today", late, TOKYO) == datetime(2026, 11, 24, tzinfo=TOKYO)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert _read("2026-10-25T02:30") == "2026-10-25T00:30:00+00:00"


def test_midnights_are_right_across_a_change_of_the_clocks() -> None:
    after_the_change = datetime(2026, 10, 26, 12, tzinfo=BERLIN)

    assert moment_in("yesterday", after_the_change, BERLIN).isoformat() == (
        "2026-10-24T22:00:00+00:00"
    )


def test_without_a_zone_the_one_of_this_machine_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment_in("2026-11-23", NOW).isoformat() == "2026-11-22T15:00:00+00:00"
        assert moment_in("today", NOW).isoformat() == "2026-11-23T15:00:00+00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "2026-13-01", "2026-11", "25:00", "2 weeks", "h", "-2h", "2h3", "½h", "\x00"],
)
def test_what_cannot_be_read_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidMoment, match="yesterday") as refused:
        moment_in(text, NOW, BERLIN)

    assert EXAMPLES in str(refused.value)
    assert isinstance(refused.value, InvalidInput)


@pytest.mark.parametrize("text", ["999999999d", "9" * 400 + "h", "0001-01-01T00:00+23:00"])
def test_what_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoment, match="years"):
        moment_in(text, NOW, BERLIN)


def test_every_example_can_be_read() -> None:
    for example in EXAMPLES.split(", "):
        assert moment_in(example, NOW, BERLIN) <= NOW + timedelta(days=1)


def test_digits_alone_are_a_position_where_one_may_be_given_and_else_refused() -> None:
    assert place_in("17", NOW) == 17
    assert place_in(" 0 ", NOW) == 0
    assert place_in("20261123", NOW) == 20261123
    assert place_in("2h", NOW) == NOW - timedelta(hours=2)
    with pytest.raises(InvalidMoment, match="a time is wanted"):
        moment_in("17", NOW)


@pytest.mark.parametrize("digits", ["9" * 19, "9" * 5000])
def test_a_position_that_nobody_can_count_to_is_refused(digits: str) -> None:
    with pytest.raises(InvalidMoment, match="beyond the end of any log"):
        place_in(digits, NOW)


@given(st.text(max_size=40))
def test_whatever_is_written_is_read_in_utc_or_refused(text: str) -> None:
    try:
        place = place_in(text, NOW, BERLIN)
    except InvalidMoment:
        return
    assert isinstance(place, int) or place.utcoffset() == timedelta()


@given(st.datetimes(), st.sampled_from([UTC, TOKYO, BERLIN]))
def test_a_time_is_read_as_it_was_written(moment: datetime, zone: timezone) -> None:
    """All of them, but those that no clock in the zone shows or UTC cannot count."""
    try:
        there = moment.replace(tzinfo=zone)
        there_and_back = there.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return
    if there_and_back == moment:
        assert moment_in(moment.isoformat(), NOW, zone) == there
