"""The live table of a watch: what stands in it, in which order, on screens of any size."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from openclaw_manager.application.ports.watch_observer import Trouble, WatchNotice
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.entrypoints.cli.watching.columns import cut
from openclaw_manager.entrypoints.cli.watching.table import WatchTable
from watching import NOON, came_up, failure, seen, success, watched, went_down

WIDTHS = (1, 8, 20, 40, 80, 120, 200)
LONG = "branch-office-amsterdam-noord-gateway-{:03d}-production-of-the-second-generation"


@pytest.fixture
def table() -> WatchTable:
    return WatchTable(30.0)


def _lines(table: WatchTable, width: int = 80, height: int = 24) -> list[str]:
    return [line.rstrip() for line in table.draw(width, height).plain.split("\n")]


def test_each_instance_has_a_line_with_what_its_last_ping_found(table: WatchTable) -> None:
    home = watched("home")
    table.watching([home])
    table.seen(seen(home, success(14.24)))
    summary, empty, heads, row = _lines(table, 120)
    assert summary == "1 instance: all ok; pinged every 30 s, Ctrl-C ends it"
    assert empty == ""
    assert heads.split() == [
        "NAME",
        "STATE",
        "FOR",
        "ROUND",
        "TRIP",
        "CAUSE",
        "LATELY",
        "VERSION",
        "URL",
    ]
    assert row.split()[:2] == ["home", "ok"]
    assert "14.2 ms" in row
    assert "2026.9.6" in row
    assert row.endswith("ws://127.0.0.1:18789")


def test_the_worst_are_first_and_then_it_goes_by_name(table: WatchTable) -> None:
    names = "waiting", "ok-b", "OK-a", "degraded", "starting", "failing", "recovering", "down"
    instances = {
        name: watched(name, down_since=NOON if name in ("recovering", "down") else None)
        for name in names
    }
    table.watching(list(instances.values()))
    for name, outcome in {
        "ok-b": success(),
        "OK-a": success(),
        "degraded": success()._replace(condition=Condition.DEGRADED, cause=Cause.NOT_READY),
        "starting": failure(Cause.GATEWAY_STARTING),
        "failing": failure(Cause.TOKEN_MISMATCH),
        "recovering": success(),
        "down": failure(Cause.TIMEOUT),
    }.items():
        table.seen(seen(instances[name], outcome))
    rows = [line.split()[:2] for line in _lines(table)[3:]]
    assert rows == [
        ["down", "down"],
        ["recovering", "recovering"],
        ["failing", "failing"],
        ["starting", "starting"],
        ["degraded", "degraded"],
        ["waiting", "waiting"],
        ["OK-a", "ok"],
        ["ok-b", "ok"],
    ]


def test_of_more_than_the_screen_has_room_for_the_rest_is_counted(table: WatchTable) -> None:
    instances = [watched(f"gateway-{number:02d}") for number in range(60)]
    table.watching(instances)
    for place, instance in enumerate(instances):
        table.seen(seen(instance, failure() if place % 20 == 0 else success()))
    lines = _lines(table, 80, 12)
    assert len(lines) == 12
    assert lines[0].startswith("60 instances: 3 failing, 57 ok;")
    assert [line.split()[1] for line in lines[3:6]] == ["failing"] * 3
    assert lines[-1] == "and 52 more: all ok"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("height", [1, 3, 8, 24, 60])
def test_nothing_is_wider_than_the_screen(table: WatchTable, width: int, height: int) -> None:
    instances = [watched(name) for name in ("東京オフィス" * 9, "e\u0301" * 40, LONG.format(7))]
    table.watching(instances)
    for instance in instances:
        table.seen(seen(instance, failure(Cause.PAIRING_UNSUPPORTED)))
        table.changed(went_down(instance))
    table.noticed(WatchNotice(NOON, Trouble.OBSERVER_OFFLINE, "no network " * 30))
    assert max(map(cell_len, _lines(table, width, height))) <= width


def test_at_80_columns_there_is_what_it_takes_to_act(table: WatchTable) -> None:
    instance = watched(LONG.format(7), down_since=datetime.now(UTC))
    table.watching([instance])
    table.seen(seen(instance, failure(Cause.DEVICE_KEY_REFUSED)))
    row = _lines(table)[3]
    assert row.startswith("branch-off")
    assert "generation" in row
    assert "device-key-refused" in row


def test_at_200_columns_a_long_name_is_whole(table: WatchTable) -> None:
    instance = watched(LONG.format(7)[:60])
    table.watching([instance])
    assert instance.name in _lines(table, 200)[3]


@pytest.mark.parametrize(
    ("name", "width", "expected"),
    [
        ("home", 4, "home"),
        ("gateway-001", 9, "gate…-001"),
        ("gateway-001", 4, "ga…1"),
        ("gateway-001", 1, "…"),
        ("gateway-001", 0, ""),
        ("東京オフィス", 7, "東京…ス"),
    ],
)
def test_a_name_is_cut_in_its_middle(name: str, width: int, expected: str) -> None:
    assert cut(name, width) == expected


def test_the_last_pings_are_drawn_beside_each_other(table: WatchTable) -> None:
    home = watched("home")
    table.watching([home])
    for latency in (1.0, 4.0, 8.0):
        table.seen(seen(home, success(latency)))
    table.seen(seen(home, failure()))
    table.seen(seen(home, failure(Cause.GATEWAY_STARTING)))
    assert "▂▅█×·" in _lines(table, 120)[3]  # noqa: RUF001 - the sign that is drawn


def test_what_happened_is_told_below(table: WatchTable) -> None:
    home = watched("home")
    table.watching([home])
    table.changed(went_down(home))
    table.changed(came_up(home))
    *_, down, up = _lines(table)
    local = f"{NOON.astimezone():%H:%M:%S}"
    assert down == f"{local} home is down: timeout, since {local}"
    assert up == f"{local} home is up again"


def test_what_is_wrong_with_the_watch_stands_there_until_it_ends(table: WatchTable) -> None:
    table.watching([watched()])
    table.noticed(WatchNotice(NOON, Trouble.STORE_AT_FAULT, "the disk is full"))
    for _ in range(5):
        table.noticed(WatchNotice(NOON, Trouble.CHECK_FAILED, "home could not be checked"))
    assert "the disk is full" in _lines(table)
    table.noticed(WatchNotice(NOON, Trouble.STORE_AT_FAULT, "all is recorded", ended=True))
    assert "the disk is full" not in _lines(table)
    assert _lines(table)[-1].endswith("all is recorded")


def test_texts_of_strangers_cannot_move_the_cursor(table: WatchTable) -> None:
    home = watched("home")
    table.watching([home])
    table.seen(seen(home, success(version="\x1b[J\u202e")))
    table.warned("a\nb")
    text = "\n".join(_lines(table, 200))
    assert "\x1b" not in text
    assert "\\u001b[" in text
    assert "\u202e" not in text
    assert "a\\u000ab" in text


def test_who_is_gone_is_not_shown_and_who_moved_begins_anew(table: WatchTable) -> None:
    home, office = watched("home"), watched("office")
    table.watching([home, office])
    for instance in (home, office):
        table.seen(seen(instance, success()))
    moved = home._replace(url="ws://elsewhere.example")
    table.watching([moved])
    table.seen(seen(office, failure()))
    lines = _lines(table, 120)
    assert len(lines) == 4
    assert lines[3].split() == ["home", "waiting", "1", "s", "ws://elsewhere.example"]


def test_an_outage_of_before_is_as_old_as_the_log_says(table: WatchTable) -> None:
    since = NOON.replace(year=2020)
    table.watching([watched("home", down_since=since)])
    assert " d" in _lines(table)[3].split("down")[1]
    table.watching([watched("home", down_since=since + timedelta(seconds=1))])


def test_with_nobody_to_watch_it_says_what_to_do(table: WatchTable) -> None:
    table.watching([])
    lines = _lines(table)
    assert lines[0] == "0 instances; pinged every 30 s, Ctrl-C ends it"
    assert "instance register" in lines[2]
