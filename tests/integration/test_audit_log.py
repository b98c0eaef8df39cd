"""What happened to all instances, found in a real log in every way that people ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assembly import Core, core_in
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.event_kinds import topics_of
from openclaw_manager.application.history import Query
from openclaw_manager.application.history_entry import HistoryEntry, entry_of
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.log_recorder import Sought
from openclaw_manager.domain.errors import InstanceNotFound, InvalidMoment, UnknownEvent
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.stored_content import StoredContent

URL = "ws://192.168.1.10:18789"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOBODY = GivenCredentials()


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return core_in(tmp_path / "home")


@pytest.fixture
def fleet(core: Core) -> Core:
    """Two instances, one of them renamed and one removed, pinged by turns."""
    core.instances.register("home", URL, NOBODY, reason="the first")
    core.instances.register("office", URL, NOBODY)
    _ping(core, "home", well=True)
    _ping(core, "office", well=False)
    core.instances.rename("home", "house")
    _ping(core, "house", well=True)
    core.instances.remove("office", "it moved")
    return core


def _ping(core: Core, name: str, *, well: bool) -> None:
    [probe] = core.probes.choose([name])
    [(_, last)] = core.log.times_between(core.log.head(), 1, 1)
    outcome = REACHED if well else NOBODY_LISTENS
    core.pinging.record([Finding(probe, last + timedelta(seconds=1), outcome)])


def _found(core: Core, query: Query, limit: int | None = None) -> list[tuple[int, str]]:
    return [(entry.position, entry.event) for entry in core.history.find(query, limit)]


def _events(entries: Sequence[HistoryEntry]) -> list[str]:
    return [entry.event for entry in entries]


WHAT_HAPPENED = [
    (1, "Registered"),
    (3, "Registered"),
    (5, "Pinged"),
    (6, "PingFailed"),
    (7, "Renamed"),
    (10, "Pinged"),
    (11, "SoftDeleted"),
]


def test_what_happened_to_all_is_told_oldest_first_without_what_goes_with_it(fleet: Core) -> None:
    assert _found(fleet, Query()) == WHAT_HAPPENED


def test_an_entry_says_which_instance_it_is_about_by_its_name_now(fleet: Core) -> None:
    first, *_, last = fleet.history.find(Query())
    assert (first.instance, first.data["name"], first.reason) == ("house", "home", "the first")
    assert first.instance_id == str(fleet.log.ids_beginning(first.instance_id or "")[0])
    assert (last.instance, last.reason, last.actor) == ("office", "it moved", "ada@lovelace")


@pytest.mark.parametrize("limit", range(1, 9))
def test_a_limit_leaves_the_last_ones_whatever_the_filter(fleet: Core, limit: int) -> None:
    for query in [
        Query(),
        Query(instances=["house"]),
        Query(instances=["house", "office"]),
        Query(events=["*"]),
        Query(events=["Pinged", "name.*"]),
        Query(events=["*"], instances=["office"]),
        Query(actor="ada"),
    ]:
        assert _found(fleet, query, limit) == _found(fleet, query)[-limit:]


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        (Query(instances=["HOUSE"]), [1, 5, 7, 10]),
        (Query(instances=["office"]), [3, 6, 11]),
        (Query(instances=["office", "house"]), [1, 3, 5, 6, 7, 10, 11]),
        (Query(events=["Pinged"]), [5, 10]),
        (Query(events=["pinged", "soft-deleted"]), [5, 10, 11]),
        (Query(events=["INSTANCE.RENAMED"]), [7]),
        (Query(events=["name.*"]), [2, 4, 8, 9, 12]),
        (Query(events=["*"]), list(range(1, 13))),
        (Query(instances=["house"], events=["name.*"]), [2, 8, 9]),
        (Query(instances=["house"], events=["*"]), [1, 2, 5, 7, 8, 9, 10]),
        (Query(["house", "office"], ["name.*", "Pinged"]), [2, 4, 5, 8, 9, 10, 12]),
        (Query(instances=["house"], events=["PingFailed"]), []),
        (Query(actor="ada@lovelace", events=["Renamed"]), [7]),
        (Query(actor="ada"), [1, 3, 5, 6, 7, 10, 11]),
        (Query(actor="ad"), []),
        (Query(actor="lovelace"), []),
        (Query(since=5, until=7), [5, 6, 7]),
        (Query(since=0, until=10**18), [1, 3, 5, 6, 7, 10, 11]),
        (Query(since=13), []),
        (Query(until=0), []),
        (Query(since=8, until=3), []),
    ],
)  # fmt: skip
def test_filters_find_what_was_asked_for(fleet: Core, query: Query, positions: list[int]) -> None:
    assert [position for position, _ in _found(fleet, query)] == positions


def test_times_are_included_at_both_ends(fleet: Core) -> None:
    moments = {entry.position: entry.at for entry in fleet.history.find(Query())}
    between = Query(since=moments[5], until=moments[7])
    assert [position for position, _ in _found(fleet, between)] == [5, 6, 7]
    moment = timedelta(microseconds=1)
    between = Query(since=moments[5] + moment, until=moments[7] - moment)
    assert [position for position, _ in _found(fleet, between)] == [6]
    assert _found(fleet, Query(since=moments[11] + moment)) == []
    assert _found(fleet, Query(until=moments[1] - moment), limit=3) == []


def test_the_history_of_one_is_the_log_of_one(fleet: Core) -> None:
    for name in ("house", "office"):
        assert fleet.history.of(name) == [*fleet.history.find(Query(instances=[name]))]
        assert fleet.history.of(name, 2) == fleet.history.of(name)[-2:]


def test_an_event_is_found_where_the_clock_was_put_back(core: Core) -> None:
    """Each by its own time, as it is printed, and not by the place that it has."""
    core.instances.register("home", URL, NOBODY)
    [id_] = core.log.ids_beginning("")
    for minutes in (10, 20, 5, 15, 30):
        instance = core.log.instance(id_)
        instance.record_ping(REACHED, Provenance(NOON + timedelta(minutes=minutes), "ada@lovelace"))
        core.log.save(instance)
    since, until = NOON + timedelta(minutes=10), NOON + timedelta(minutes=20)
    assert [position for position, _ in _found(core, Query(since=since, until=until))] == [3, 4, 6]
    assert [position for position, _ in _found(core, Query(since=since), 2)] == [6, 7]
    assert [position for position, _ in _found(core, Query(until=until), 9)] == [1, 3, 4, 5, 6]


def test_what_a_gateway_said_is_never_told_only_its_hash_and_size(core: Core) -> None:
    content = StoredContent.store("sha256:x", '{"ü":1}', Provenance(NOON, "ada@lovelace"))
    core.log.save(content)
    [entry] = core.history.find(Query(events=["content.stored"]))
    assert entry.data == {"hash": "sha256:x", "size": 8}
    assert (entry.instance_id, entry.instance) == (None, None)
    assert [*core.history.find(Query())] == []


def test_many_contents_and_events_are_read_in_batches_that_leave_none_out(core: Core) -> None:
    by = Provenance(NOON, "ada@lovelace")
    core.instances.register("home", URL, NOBODY)
    [id_] = core.log.ids_beginning("")
    instance = core.log.instance(id_)
    for _ in range(1200):
        instance.record_ping(NOBODY_LISTENS, by)
    core.log.save(instance)
    core.log.save(*(StoredContent.store(f"sha256:{one}", "{}", by) for one in range(20)))
    for query, count in [
        (Query(), 1201),
        (Query(events=["*"]), 1222),
        (Query(events=["Stored"]), 20),
        (Query(instances=["home"], events=["PingFailed"]), 1200),
    ]:
        found = _found(core, query)
        assert len(found) == count
        assert _found(core, query, 10_000) == found
        assert _found(core, query, 700) == found[-700:]


@pytest.mark.parametrize("name", ["", "pong", "instance", "instance.", "x.*", "[", "\x00"])
def test_an_event_that_is_none_is_refused_with_those_that_there_are(core: Core, name: str) -> None:
    with pytest.raises(UnknownEvent, match=r"instance\.pinged"):
        core.history.find(Query(events=[name]))


def test_who_does_not_exist_has_no_log_and_neither_has_what_is_yet_to_come(fleet: Core) -> None:
    with pytest.raises(InstanceNotFound):
        fleet.history.find(Query(instances=["nobody"]))
    with pytest.raises(InvalidMoment, match="beyond the last event, 12"):
        fleet.history.find(Query(since=14))


def test_an_actor_that_cannot_be_written_did_nothing(fleet: Core) -> None:
    for actor in ("", '"', "a\\da", "\udc80", "%", "ada@"):
        assert _found(fleet, Query(actor=actor)) == []


def test_following_tells_what_happens_from_then_on_each_once(fleet: Core) -> None:
    following = fleet.history.follow(Query(events=["Tagged", "Registered"]))
    assert following.position == 12
    assert [*following.news()] == []
    fleet.instances.update("house", tags=["a"])
    _ping(fleet, "house", well=True)
    assert _events([*following.news()]) == ["Tagged"]
    fleet.instances.register("third", URL, NOBODY)
    core_in(fleet.home).instances.update("third", tags=["b"])  # another process
    assert _events([*following.news()]) == ["Registered", "Tagged"]
    assert [*following.news()] == []


def test_one_that_is_followed_may_be_renamed(fleet: Core) -> None:
    following = fleet.history.follow(Query(instances=["house"]))
    fleet.instances.rename("house", "home")
    fleet.instances.register("house", URL, NOBODY)
    fleet.instances.update("home", tags=["a"])
    assert [(one.event, one.instance) for one in following.news()] == [
        ("Renamed", "home"),
        ("Tagged", "home"),
    ]


def test_every_event_can_be_asked_for_by_each_of_its_names() -> None:
    assert topics_of(["Captured"]) == topics_of(["snapshot.captured"]) == ["snapshot.captured"]
    assert topics_of(["name.*", "name.released"])[-1] == "name.remembered"
    assert len(topics_of(["*"])) == len(set(topics_of(["*"])))


def test_an_event_about_an_instance_that_is_lost_is_told_without_its_name(core: Core) -> None:
    core.instances.register("home", URL, NOBODY)
    position, event = next(core.log.events_between(2, 2))
    assert entry_of(position, event, lambda _: None).instance is None


# What the log's recorder promises


def test_a_span_is_read_in_either_direction(fleet: Core) -> None:
    positions = [position for position, _ in fleet.log.events_between(3, 6)]
    assert positions == [3, 4, 5, 6]
    assert [position for position, _ in fleet.log.events_between(6, 3)] == [6, 5, 4, 3]
    assert [position for position, _ in fleet.log.events_between(6, 3, limit=2)] == [6, 5]
    assert [position for position, _ in fleet.log.times_between(99, 1, 2)] == [12, 11]


def test_each_part_of_what_is_sought_narrows_it_down(fleet: Core) -> None:
    [office] = [
        id_ for id_ in fleet.log.ids_beginning("") if fleet.log.instance(id_).name == "office"
    ]

    def found(sought: Sought) -> list[int]:
        return [position for position, _ in fleet.log.events_between(1, 12, sought)]

    assert found(Sought(topics_beginning="name.")) == [2, 4, 8, 9, 12]
    assert found(Sought(originator_id=office)) == [3, 6, 11]
    assert found(Sought(originator_id=office, topics=["instance.ping-failed", "x"])) == [6]
    assert found(Sought(containing=[b'"reason":"the first"'])) == [1, 2]
    assert found(Sought(containing=[b"the first", str(office).encode()])) == []


def test_instances_are_read_as_they_were_also_from_kept_states(core: Core) -> None:
    """States are kept every 50 events."""
    core.instances.register("home", URL, NOBODY)
    core.instances.register("office", URL, NOBODY)
    ids = core.log.ids_beginning("")
    for _ in range(120):
        _ping(core, "home", well=True)
    home, office = sorted(ids, key=lambda id_: -core.log.instance(id_).version)
    for version in (1, 2, 49, 50, 51, 99, 100, 101, 121):
        wanted = {office: 1, home: version}
        first, second = core.log.instances(wanted)
        assert (first.id, first.version, second.id, second.version) == (office, 1, home, version)
        assert vars(second) == vars(core.log.instance(home, version))
    assert list(core.log.instances({})) == []
