"""What is believed of an entry of another tool, what is left off, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.device_keys import FakeDeviceKeys
from fakes.secret_store import InMemorySecretStore
from openclaw_manager.application.adoption.entries import Adoptable, EntryReader
from openclaw_manager.application.adoption.fates import (
    Deciding,
    Fate,
    Outcome,
    SnapshotEntry,
    examine,
)
from openclaw_manager.application.credentials import CredentialDesk
from openclaw_manager.application.ports.view import Written
from openclaw_manager.domain.condition import Status
from openclaw_manager.domain.errors import InvalidAuthorities, InvalidInput
from openclaw_manager.domain.secret import fingerprint

ID = "d4a85195-8247-4d15-ac64-17171faf58ac"
OTHER = "af632e16-f1af-4342-a0df-1a9df815bdfb"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"
PIN = "sha256:" + "0123456789abcdef" * 4
FIELDS = {"url": "ws://127.0.0.1:9300", "status": "registered", "token": "tok-a"}
ENTRY: dict[str, Any] = {
    "id": ID,
    "title": "alpha",
    "minionTypeId": "4512c1ee-1e14-4c6f-814c-e0be98887a1c",
    "createdAt": "2026-11-23T15:33:31.766693+00:00",
    "updatedAt": "2026-11-23T15:33:31.944Z",
    "tags": None,
    "status": "active",
    "fields": FIELDS,
}


class OneAuthority:
    """Knows one certificate."""

    def admit(self, pem: str) -> str:
        if pem != CERTIFICATE:
            raise InvalidAuthorities("has no certificate in PEM")
        return pem


READER = EntryReader(CredentialDesk(FakeDeviceKeys(), InMemorySecretStore()), OneAuthority())


def _read(entry: dict[str, Any]) -> Adoptable:
    return READER.read(1, entry, NOW)


def _with(**fields: Any) -> Adoptable:
    return _read(ENTRY | {"fields": FIELDS | fields})


def _left_off(one: Adoptable) -> list[str]:
    return [part.key for part in one.left_off]


def test_an_instance_is_read_with_its_own_id_dates_and_token() -> None:
    one = _read(ENTRY)
    assert (str(one.id), one.name, one.url) == (ID, "alpha", "ws://127.0.0.1:9300")
    assert one.past.created_at == datetime(2026, 11, 23, 15, 33, 31, 766_693, tzinfo=UTC)
    assert one.past.updated_at == datetime(2026, 11, 23, 15, 33, 31, 944_000, tzinfo=UTC)
    assert (one.past.removed_at, one.past.status, one.tags) == (None, Status.REGISTERED, ())
    assert list(one.credentials.secrets.values()) == ["tok-a"]
    token = one.credentials.changes["token"]
    assert token is not None
    assert token["fingerprint"] == fingerprint("tok-a")
    assert one.left_off == ()
    assert "tok-a" not in repr(one)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("online", Status.REACHABLE),
        ("connected", Status.REACHABLE),
        ("reachable", Status.REACHABLE),
        ("unreachable", Status.UNREACHABLE),
        ("registered", Status.REGISTERED),
        (None, Status.REGISTERED),
    ],
)
def test_the_words_of_all_tools_for_a_status_are_known(written: Any, status: Status) -> None:
    one = _with(status=written)
    assert (one.past.status, one.left_off) == (status, ())


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-23T15:33:31.766693+00:00", datetime(2026, 11, 23, 15, 33, 31, 766_693, UTC)),
        ("2026-11-23T15:42:31.563Z", datetime(2026, 11, 23, 15, 42, 31, 563_000, UTC)),
        ("2026-11-23T17:42:31+02:00", datetime(2026, 11, 23, 15, 42, 31, tzinfo=UTC)),
        ("2026-11-23T15:42:31", datetime(2026, 11, 23, 15, 42, 31, tzinfo=UTC)),
    ],
)
def test_all_forms_of_a_time_are_read(written: str, moment: datetime) -> None:
    assert _read(ENTRY | {"createdAt": written}).past.created_at == moment


@pytest.mark.parametrize("written", [None, "", "yesterday", 5, [], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_left_off(written: Any) -> None:
    one = _read(ENTRY | {"createdAt": written, "updatedAt": written})
    assert (one.past.created_at, one.past.updated_at) == (NOW, NOW)
    assert _left_off(one) == (["createdAt", "updatedAt"] if written else [])


def test_a_removed_instance_stays_removed_even_if_nobody_can_read_since_when() -> None:
    deleted = _read(ENTRY | {"deletedAt": "2026-11-23T15:33:31.944285+00:00"})
    assert deleted.past.removed_at == datetime(2026, 11, 23, 15, 33, 31, 944_285, UTC)
    assert _read(ENTRY | {"deletedAt": True}).past.removed_at == deleted.past.updated_at
    assert _read(ENTRY | {"deletedAt": None}).past.removed_at is None


def test_what_the_last_ping_found_is_kept() -> None:
    one = _with(
        lastPingAt="2026-11-23T15:42:31.833Z",
        lastPingLatencyMs=33,
        version="2026.9.6",
        deviceId="dev-1",
    )
    assert one.past.last_ping_at == datetime(2026, 11, 23, 15, 42, 31, 833_000, UTC)
    found = (one.past.last_ping_latency_ms, one.past.version, one.past.device_id)
    assert found == (33.0, "2026.9.6", "dev-1")


@pytest.mark.parametrize("tags", [None, [], ["prod", "site=home"]])
def test_tags_may_be_null_empty_or_a_list(tags: Any) -> None:
    assert list(_read(ENTRY | {"tags": tags}).tags) == (tags or [])
    assert _read({key: value for key, value in ENTRY.items() if key != "tags"}).tags == ()


@pytest.mark.parametrize(
    ("fields", "left_off"),
    [
        ({"token": "with a space"}, ["token"]),
        ({"token": 5}, ["token"]),
        ({"token": ["tok"]}, ["token"]),
        ({"devicePrivateKey": "REDACTED"}, ["devicePrivateKey"]),
        (
            {"devicePrivateKey": KEY, "devicePublicKey": "x"},
            ["devicePrivateKey", "devicePublicKey"],
        ),
        ({"devicePublicKey": "REDACTED"}, ["devicePublicKey"]),
        ({"devicePrivateKey": {}}, ["devicePrivateKey"]),
        ({"status": "dancing"}, ["status"]),
        ({"status": 7}, ["status"]),
        ({"lastPingLatencyMs": -1}, ["lastPingLatencyMs"]),
        ({"lastPingLatencyMs": 10**400}, ["lastPingLatencyMs"]),
        ({"lastPingLatencyMs": True}, ["lastPingLatencyMs"]),
        ({"lastPingLatencyMs": "33"}, ["lastPingLatencyMs"]),
        ({"lastPingAt": "soon"}, ["lastPingAt"]),
        ({"version": "\x1b[31m"}, ["version"]),
        ({"version": 3}, ["version"]),
        ({"deviceId": "d" * 201}, ["deviceId"]),
        ({"token": "", "devicePrivateKey": None, "version": "", "deviceId": None}, []),
    ],
    ids=repr,
)
def test_what_an_instance_can_do_without_is_left_off_and_said(
    fields: dict[str, Any], left_off: list[str]
) -> None:
    one = _with(**fields)
    assert _left_off(one) == left_off
    assert all(part.value == fields[part.key] and part.reason for part in one.left_off)


def test_a_refused_key_does_not_take_the_token_with_it() -> None:
    one = _with(devicePrivateKey="-----BEGIN PRIVATE KEY-----\nREDACTED")
    assert list(one.credentials.secrets.values()) == ["tok-a"]
    other = _with(devicePrivateKey=KEY, token="ä")
    assert list(other.credentials.secrets.values()) == [KEY]
    assert "REDACTED" not in repr(one)


def test_single_tags_are_left_off() -> None:
    one = _read(ENTRY | {"tags": ["prod", "two words", 5, None]})
    assert one.tags == ("prod",)
    assert [part.value for part in one.left_off] == ["two words", 5, None]
    assert _left_off(_read(ENTRY | {"tags": {"a": 1}})) == ["tags"]


def test_a_pin_and_authorities_are_kept_or_the_instance_is_refused() -> None:
    """Without its pin, any gateway would be taken for the right one."""
    one = _with(tlsFingerprint=PIN, tlsAuthorities=CERTIFICATE)
    assert (one.trust.fingerprint, one.trust.authorities) == (PIN, CERTIFICATE)
    for fields in ({"tlsFingerprint": "sha256:1"}, {"tlsFingerprint": 5}, {"tlsAuthorities": "x"}):
        with pytest.raises(InvalidInput):
            _with(**fields)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "its id is missing"),
        ({"id": 5}, "its id is no text"),
        ({"id": "uuid-v4"}, "its id is no UUID"),
        ({"id": ID.upper()}, "lower case"),
        ({"id": ID.replace("-", "")}, "lower case"),
        ({"id": f"{{{ID}}}"}, "lower case"),
        ({"id": "6c2bb3f8-41a4-5f0a-9a70-2a2f8a6f0d11"}, "random UUID"),
        ({"title": None}, "its title is missing"),
        ({"title": ["a"]}, "its title is no text"),
        ({"title": " "}, "is empty"),
        ({"title": "a\nb"}, "control characters"),
        ({"title": "-x"}, "begins with a dash"),
        ({"title": "x" * 101}, "longer than 100"),
        ({"fields": {"url": "http://host"}}, "does not begin with ws"),
        ({"fields": {"url": "ws://user:tok-SECRET@host"}}, "user info"),
        ({"fields": {"url": None}}, "its url is missing"),
        ({"fields": {"url": 5}}, "its url is no text"),
    ],
    ids=repr,
)
def test_what_cannot_be_an_instance_of_ours_is_refused_with_the_reason(
    change: dict[str, Any], reason: str
) -> None:
    [fate] = examine([Written(ENTRY | change, "")], READER, NOW)
    assert isinstance(fate, Fate)
    assert fate.outcome is Outcome.REFUSED
    assert reason in (fate.reason or "")
    assert "tok-SECRET" not in repr(fate)


@pytest.mark.parametrize("type_id", ["openclaw-instance", "openclaw-snapshot", None, 5, ID])
def test_entries_are_told_by_their_shape_and_never_by_their_type_id(type_id: Any) -> None:
    instance = ENTRY | {"minionTypeId": type_id}
    snapshot = instance | {"id": OTHER, "fields": FIELDS | {"instanceId": ID}}
    note = {"id": "n", "minionTypeId": type_id, "fields": {"text": "hello"}}
    entries = [Written(one, "") for one in (instance, snapshot, note, {}, {"fields": 5})]
    one, two, *rest = examine(entries, READER, NOW)
    assert isinstance(one, Adoptable)
    assert two == SnapshotEntry(2, OTHER, ID, "alpha")
    assert [fate.outcome for fate in rest if isinstance(fate, Fate)] == [Outcome.LEFT] * 3


@pytest.mark.parametrize("entry", [None, 5, "text", [], [ENTRY], 1.5, True])
def test_an_entry_that_is_no_object_is_refused(entry: Any) -> None:
    [fate] = examine([Written(entry, "")], READER, NOW)
    assert fate == Fate(1, None, None, Outcome.REFUSED, "it is not an object")


# Among each other, and with what is here


def _fates(
    *entries: dict[str, Any],
    here: set[str] | None = None,
    holders: dict[str, str] | None = None,
    carried: set[str] | None = None,
) -> list[tuple[str, str | None]]:
    deciding = Deciding(
        lambda id_: str(id_) in (here or set()),
        (holders or {}).get,
        carried,
    )
    examined = examine([Written(entry, "") for entry in entries], READER, NOW)
    return [(fate.outcome.value, fate.reason) for fate in deciding.fates(examined)]


SECOND = ENTRY | {"id": OTHER, "title": "ALPHA"}
SNAPSHOT = {"id": "snapshot-1", "title": "Snapshot", "fields": {"instanceId": ID}}


def test_of_two_instances_with_one_name_the_first_gets_it() -> None:
    taken = f"the name 'ALPHA' is taken by the instance {ID}"
    assert _fates(ENTRY, SECOND) == [("adopted", None), ("refused", taken)]
    removed = SECOND | {"deletedAt": "2026-11-23T15:33:31.944285+00:00"}
    assert _fates(ENTRY, removed) == [("adopted", None)] * 2
    assert _fates(removed, ENTRY) == [("adopted", None)] * 2


def test_a_name_that_is_taken_here_is_refused() -> None:
    taken = f"the name 'alpha' is taken by the instance {OTHER}"
    assert _fates(ENTRY, holders={"alpha": OTHER}) == [("refused", taken)]


def test_of_entries_with_one_id_none_is_adopted() -> None:
    refused = ("refused", "other entries have its id as well")
    assert _fates(ENTRY, ENTRY | {"title": "beta"}) == [refused, refused]
    assert _fates(ENTRY, {"id": ID, "fields": {}}) == [refused, ("left", "it is no instance")]
    assert _fates(ENTRY, ENTRY, here={ID}) == [("already-here", None)] * 2


def test_snapshots_stay_where_they_are_in_our_own_view() -> None:
    stays = ("left", "a snapshot stays as it is")
    assert _fates(ENTRY, SNAPSHOT, carried=None) == [("adopted", None), stays]


def test_snapshots_of_what_is_adopted_from_elsewhere_are_carried_over_once() -> None:
    assert _fates(SNAPSHOT, ENTRY, carried=set())[0] == ("carried-over", None)
    assert _fates(SNAPSHOT, ENTRY, here={ID}, carried=set())[0] == ("carried-over", None)
    assert _fates(SNAPSHOT, ENTRY, here={ID}, carried={"snapshot-1"})[0] == ("already-here", None)
    refused = ENTRY | {"title": ""}
    left = ("left", "the instance that it shows was not adopted")
    assert _fates(SNAPSHOT, refused, carried=set())[0] == left
