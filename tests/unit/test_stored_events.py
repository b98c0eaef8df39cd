"""The stored form of every event: samples of what was released, which must be read for ever.

A test here that fails says that logs which are out there are read otherwise than before. An
event whose shape must change gets a `class_version`, an `upcast_v1_v2`, and a new sample beside
the old one; the old sample is never edited. CONTRIBUTING.md shows how.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic

from openclaw_manager.application.transcoding import FactTranscoder
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.alert import About, AlertReport
from openclaw_manager.domain.condition import Cause, Condition, Status
from openclaw_manager.domain.content.canonical import canonical, content_hash
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.latencies import Spread
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.past import Past
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome, Step, TimedStep
from openclaw_manager.domain.provenance import Fact, FactKeeper, Provenance, StateSnapshot
from openclaw_manager.domain.reason import Reason
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.rollup import PingSummary
from openclaw_manager.domain.secret import NO_CREDENTIALS, Credentials, SecretReference
from openclaw_manager.domain.section import Section, SectionCause, SectionFailed
from openclaw_manager.domain.snapshot import Observation, Snapshot
from openclaw_manager.domain.stored_content import StoredContent
from openclaw_manager.domain.tag import Tag
from openclaw_manager.domain.thresholds import Down, Up
from openclaw_manager.domain.trust import TlsFingerprint, Trust

SAMPLES = Path(__file__).parents[1] / "data" / "events"

RELEASED = {
    "instance.registered": 1,
    "instance.adopted": 1,
    "instance.pinged": 1,
    "instance.ping-failed": 1,
    "instance.snapshot-taken": 1,
    "instance.soft-deleted": 1,
    "instance.restored": 1,
    "instance.purged": 1,
    "instance.renamed": 1,
    "instance.url-changed": 1,
    "instance.credentials-changed": 1,
    "instance.tagged": 1,
    "instance.gateway-recognised": 1,
    "instance.paired": 1,
    "instance.unpaired": 1,
    "instance.trust-changed": 1,
    "instance.went-down": 1,
    "instance.came-up": 1,
    "instance.pings-summarised": 1,
    "instance.alert-sent": 1,
    "instance.alert-failed": 1,
    "name.reserved": 1,
    "name.reserved-again": 1,
    "name.released": 1,
    "name.remembered": 1,
    "snapshot.captured": 1,
    "content.stored": 1,
}
"""Every event with the version that is written today."""

BEGINNINGS = {
    *("instance.registered", "instance.adopted", "name.reserved"),
    *("snapshot.captured", "content.stored"),
}
STATES = {"snapshot-of-instance": 2, "snapshot-of-name": 1}
"""The kept state of every aggregate with the version that is written today."""
LATEST = RELEASED | STATES

MAPPER: Mapper[UUID] = Mapper(FactTranscoder())
NOW = datetime(2026, 11, 23, 16, 0, 5, 120_000, tzinfo=UTC)
BY = Provenance(NOW, "ada@lovelace", Reason("because"))
ID = UUID("6a3f0c1e-0000-4000-8000-000000000001")
OTHER = UUID("6a3f0c1e-0000-4000-8000-000000000002")
DOWN = Down(
    since=NOW - timedelta(minutes=1),
    at=NOW,
    condition=Condition.DOWN,
    cause=Cause.TIMEOUT,
    detail="nothing after 10 s",
    step=Step.UPGRADE,
    failures=3,
)
UP = Up(
    since=NOW - timedelta(seconds=30),
    at=NOW,
    flaps=1,
    successes=2,
    condition=Condition.DEGRADED,
    cause=Cause.NOT_READY,
    latency_ms=14.25,
)
SUMMARY = PingSummary(
    since=NOW - timedelta(hours=1),
    until=NOW,
    pings=120,
    failures=5,
    spread=Spread(minimum=9.5, median=14.25, p95=20.5, p99=31.0, maximum=52.5),
    buckets={46: 1, 54: 113, 81: 1},
    condition=Condition.DEGRADED,
    cause=Cause.NOT_READY,
    last_success_at=NOW,
    last_latency_ms=14.25,
    version="2026.9.6",
)
FINGERPRINT = TlsFingerprint("sha256:" + "0123456789abcdef" * 4)


def _reference(name: str) -> SecretReference:
    return SecretReference(ref=f"{ID}/{name}/0", fingerprint="sha256:0123456789ab")


def _instance() -> Instance:
    """Let everything happen to an instance that can, each fact with all it can say."""
    instance = Instance.register(
        ID,
        InstanceName("Küche"),
        GatewayUrl("ws://192.168.1.10:18789"),
        Credentials(
            token=_reference("token"),
            private_key=_reference("private-key"),
            public_key="-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
            device_token=None,
        ),
        [Tag("prod"), Tag("site=home")],
        BY,
    )
    success = PingOutcome(
        Condition.DEGRADED,
        Cause.NOT_READY,
        "the gateway reports a fault",
        latency_ms=14.25,
        connect_ms=52.5,
        version="2026.9.6",
        dialect=Dialect.OPENCLAW,
        protocol=4,
        device_id="device-1",
        scopes=("operator.read",),
        gateway_id="gateway-1",
        certificate=Certificate(FINGERPRINT, NOW),
    )
    failure = PingOutcome(
        Condition.DOWN,
        Cause.TIMEOUT,
        "nothing after 10 s",
        steps=(TimedStep(Step.UPGRADE, 10_000.0, ok=False),),
    )
    instance.record_ping(success, BY)
    instance.rename(InstanceName("office"), BY)
    instance.change_trust(Trust("-----BEGIN CERTIFICATE-----\nMIIC\n", FINGERPRINT), BY)
    instance.pair(success, "linux", _reference("device-token"), BY)
    instance.unpair(BY)
    instance.pair(success, "linux", _reference("device-token"), BY)
    instance.move(GatewayUrl("wss://gateway.example.com"), BY)
    instance.change_credentials({"device_token": _reference("device-token-2")}, BY)
    instance.retag([], ["site"], BY)
    instance.record_ping(success, BY)
    instance.record_ping(failure, BY)
    instance.keep_snapshot(OTHER, BY)
    instance.remove(BY)
    instance.restore(BY)
    instance.go_down(DOWN, BY)
    instance.record_alert(AlertReport("phone", About.DOWN, "17", 1), BY)
    instance.record_alert(AlertReport("chat", About.DOWN, "17", 4, "answered 503"), BY)
    instance.come_up(UP, BY)
    instance.summarise_pings(SUMMARY, BY)
    instance.remove(BY)
    return instance


def _adopted() -> Instance:
    """Adopt an instance with all that another tool can say of it, and purge it."""
    instance = Instance.adopt(
        ID,
        InstanceName("Küche"),
        GatewayUrl("ws://192.168.1.10:18789"),
        Credentials(
            token=_reference("token"),
            private_key=_reference("private-key"),
            public_key="-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n",
            device_token=None,
        ),
        [Tag("prod"), Tag("site=home")],
        Trust("-----BEGIN CERTIFICATE-----\nMIIC\n", FINGERPRINT),
        Past(
            created_at=NOW - timedelta(days=9),
            updated_at=NOW - timedelta(days=2),
            removed_at=NOW - timedelta(days=1),
            status=Status.REACHABLE,
            last_ping_at=NOW - timedelta(days=3),
            last_ping_latency_ms=14.25,
            version="2026.9.6",
            device_id="device-1",
        ),
        BY,
    )
    instance.restore(BY)
    instance.change_credentials({"device_token": _reference("device-token")}, BY)
    instance.remove(BY)
    instance.purge(BY)
    return instance


def _name() -> NameReservation:
    name = NameReservation.reserve_first(InstanceName("Küche"), ID, BY)
    name.release(BY)
    name.reserve(InstanceName("KÜCHE"), ID, BY)
    name.remember(OTHER, BY)
    return name


def _captured() -> list[FactKeeper]:
    """Keep a snapshot with all that one can say, and what it refers to."""
    text = canonical({"agents": [{"id": "Küche"}]})
    seen = Observation(
        version="2026.9.6",
        dialect=Dialect.OPENCLAW,
        protocol=4,
        gateway_id="gateway-1",
        contents={Section.AGENTS: content_hash(text)},
        failures={
            Section.CONFIG: SectionFailed(SectionCause.SCOPE_MISSING, "not let", "operator.read")
        },
        volatile={Section.AGENTS: {"/ts": 1795454204258}},
        agent_count=1,
        channel_count=2,
        model_count=3,
        texts={content_hash(text): text},
    )
    hash_, values = content_hash(seen.outline.text()), seen.outline.values_of(seen.outline)
    return [
        StoredContent.store(content_hash(text), text, BY),
        Snapshot.capture(OTHER, ID, str(ID), seen, hash_, values, BY),
    ]


def _stored(event: Any) -> dict[str, Any]:
    stored = MAPPER.to_stored_event(event)
    return {
        "originator_id": str(stored.originator_id),
        "originator_version": stored.originator_version,
        "topic": stored.topic,
        "state": json.loads(stored.state),
    }


def _written_today() -> dict[str, dict[str, Any]]:
    """Give the stored form of each event and snapshot, made by the code as it is."""
    stored: dict[str, dict[str, Any]] = {}
    keepers: list[FactKeeper] = [_instance(), _name()]
    for keeper in [*keepers, _adopted(), *_captured()]:
        for event in keeper.collect_events():
            stored.setdefault(get_topic(type(event)), _stored(event))
    for name, keeper in zip(STATES, keepers, strict=True):
        stored[name] = _stored(StateSnapshot.take(keeper))
    return stored


def _sample(name: str, version: int) -> dict[str, Any]:
    return json.loads((SAMPLES / f"{name}.v{version}.json").read_text())  # type: ignore[no-any-return]


def _read(sample: dict[str, Any]) -> Any:
    return MAPPER.to_domain_event(
        StoredEvent(
            UUID(sample["originator_id"]),
            sample["originator_version"],
            sample["topic"],
            json.dumps(sample["state"], ensure_ascii=False).encode(),
        )
    )


def _kinds_of_events() -> Iterator[type[Fact]]:
    for keeper in (Instance, NameReservation, Snapshot, StoredContent):
        for attribute in vars(keeper).values():
            is_event = isinstance(attribute, type) and issubclass(attribute, Fact)
            if is_event and "TOPIC" in vars(attribute):
                yield attribute


def _names() -> list[tuple[str, int]]:
    return [(name, v + 1) for name, latest in LATEST.items() for v in range(latest)]


def test_the_topics_of_all_events_are_those_that_were_released() -> None:
    assert {get_topic(kind) for kind in _kinds_of_events()} == RELEASED.keys()
    assert get_topic(Instance) == "instance"
    assert get_topic(NameReservation) == "name"
    assert get_topic(Snapshot) == "snapshot"
    assert get_topic(StoredContent) == "content"
    assert get_topic(StateSnapshot) == "state"


def test_the_versions_are_those_that_were_released() -> None:
    versions = {get_topic(kind): getattr(kind, "class_version", 1) for kind in _kinds_of_events()}
    assert versions == RELEASED


def test_there_is_a_sample_of_each_version_and_none_besides() -> None:
    assert {path.name for path in SAMPLES.iterdir()} == {f"{n}.v{v}.json" for n, v in _names()}


@pytest.mark.parametrize("name", LATEST)
def test_what_is_written_today_is_the_newest_sample(name: str) -> None:
    """Keys, values and their types; a key more or less is another version of the event."""
    assert _written_today()[name] == _sample(name, LATEST[name])


@pytest.mark.parametrize(("name", "version"), _names())
def test_a_sample_is_read_with_every_attribute_that_its_event_has(name: str, version: int) -> None:
    event = _read(_sample(name, version))
    assert get_topic(type(event)) == ("state" if name in STATES else name)
    assert vars(event).keys() == set(event.attributes())
    assert event.timestamp == BY.at


@pytest.mark.parametrize("name", LATEST)
def test_a_sample_that_was_read_is_written_as_it_was(name: str) -> None:
    sample = _sample(name, LATEST[name])
    assert _stored(_read(sample)) == sample


def _fold(samples: list[tuple[str, int]]) -> Any:
    """Replay samples as the history of one aggregate; the log renumbers them."""
    aggregate: Any = None
    for number, (name, version) in enumerate(samples, start=1):
        aggregate = _read(_sample(name, version) | {"originator_version": number}).mutate(aggregate)
    return aggregate


@pytest.mark.parametrize(("name", "version"), _names())
def test_each_sample_can_be_replayed(name: str, version: int) -> None:
    if name in BEGINNINGS or name in STATES:
        folded = _fold([(name, version)])
        assert folded.version == 1
    else:
        first = "instance.registered" if name.startswith("instance.") else "name.reserved"
        folded = _fold([(first, 1), (name, version)])
        assert folded.version == 2
    assert folded.modified_on == BY.at


def test_a_whole_history_of_samples_leads_to_the_state_that_it_always_led_to() -> None:
    instance = _fold(
        [
            ("instance.registered", 1),
            ("instance.renamed", 1),
            ("instance.gateway-recognised", 1),
            ("instance.trust-changed", 1),
            ("instance.unpaired", 1),
            ("instance.paired", 1),
            ("instance.url-changed", 1),
            ("instance.credentials-changed", 1),
            ("instance.tagged", 1),
            ("instance.pinged", 1),
            ("instance.ping-failed", 1),
            ("instance.snapshot-taken", 1),
            ("instance.went-down", 1),
            ("instance.came-up", 1),
            ("instance.pings-summarised", 1),
            ("instance.soft-deleted", 1),
        ]
    )
    expected = _read(_sample("snapshot-of-instance", 2)).mutate(None)
    assert vars(instance) | {"_version": 0} == vars(expected) | {"_version": 0}
    assert vars(instance) == vars(instance) | {
        "name": "office",
        "url": "wss://gateway.example.com",
        "tags": ["prod"],
        "status": "reachable",
        "condition": "degraded",
        "cause": "not-ready",
        "version_of_gateway": "2026.9.6",
        "outage": None,
        "watched_until": BY.at.isoformat(),
        "removed_at": BY.at,
    }


def test_a_state_that_was_kept_before_there_were_watches_is_read_as_never_watched() -> None:
    instance = _read(_sample("snapshot-of-instance", 1)).mutate(None)
    assert (instance.name, instance.outage, instance.watched_until) == ("office", None, None)


def test_an_adopted_instance_is_what_its_tool_said_and_a_purged_one_has_nothing_to_show() -> None:
    adopted = _fold([("instance.adopted", 1)])
    assert (adopted.registered_on, adopted.changed_on, adopted.removed_at) == (
        datetime(2026, 11, 14, 16, 0, 5, 120_000, tzinfo=UTC),
        datetime(2026, 11, 21, 16, 0, 5, 120_000, tzinfo=UTC),
        datetime(2026, 11, 22, 16, 0, 5, 120_000, tzinfo=UTC),
    )
    assert (adopted.status, adopted.device_id) == ("reachable", "device-1")
    assert adopted.trust == Trust("-----BEGIN CERTIFICATE-----\nMIIC\n", FINGERPRINT)
    purged = _fold([("instance.adopted", 1), ("instance.purged", 1)])
    assert purged.credentials == NO_CREDENTIALS
    assert purged.purged == [f"{ID}/token/0", f"{ID}/private-key/0"]
    assert (purged.device_id, purged.changed_on) == (None, BY.at)


def test_a_history_of_names_leads_to_who_holds_it() -> None:
    names = ["name.reserved", "name.released", "name.reserved-again", "name.remembered"]
    name = _fold([(each, 1) for each in names])
    assert (name.name, name.holder) == ("KÜCHE", str(ID))
    assert name.former_holders == [str(ID), str(OTHER)]
    assert vars(name) == vars(_read(_sample("snapshot-of-name", 1)).mutate(None))
