"""An instance as a Minion: the record whose names and types other tools rely on."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from openclaw_manager.application.iso_time import iso
from openclaw_manager.application.minion import minion_of, shown
from openclaw_manager.application.ports.view import INSTANCE_FIELDS, MINION_KEYS
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.condition import Cause, Condition
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.ping import Certificate, Dialect, PingOutcome
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.secret import NO_CREDENTIALS, Credentials, SecretReference
from openclaw_manager.domain.tag import Tag
from openclaw_manager.domain.trust import TlsFingerprint, Trust

GOLDEN = Path(__file__).parents[1] / "data" / "minion.json"
NOON = datetime(2026, 11, 23, 16, 0, 0, 0, tzinfo=UTC)
ID = UUID("6a3f0c1e-0000-4000-8000-000000000001")
SECRETS = {"token-1": "tok-1", "key-1": "-----BEGIN PRIVATE KEY-----\nMII\n"}
CREDENTIALS = Credentials(
    token=SecretReference(ref="token-1", fingerprint="sha256:111111111111"),
    private_key=SecretReference(ref="key-1", fingerprint="sha256:222222222222"),
    public_key="-----BEGIN PUBLIC KEY-----\nMIIB\n",
    device_token=SecretReference(ref="device-1", fingerprint="sha256:333333333333"),
)
OK = PingOutcome(
    Condition.OK,
    latency_ms=14.2,
    connect_ms=52.5,
    version="2026.9.6",
    dialect=Dialect.OPENCLAW,
    protocol=4,
    device_id="d-1",
)


def _by(seconds: float) -> Provenance:
    return Provenance(NOON + timedelta(seconds=seconds), "ada@lovelace")


def _instance(credentials: Credentials = CREDENTIALS, *tags: str) -> Instance:
    return Instance.register(
        ID,
        InstanceName("home"),
        GatewayUrl("ws://192.168.1.10:18789"),
        credentials,
        [Tag(tag) for tag in tags],
        _by(0),
    )


def test_the_shape_is_the_one_that_other_tools_read() -> None:
    """Keys, their order, their types and how times are written: compared with a file."""
    instance = _instance(CREDENTIALS, "prod", "site=home")
    instance.record_ping(OK, _by(5.12))
    assert json.dumps(minion_of(instance, SECRETS), indent=2) == GOLDEN.read_text().rstrip("\n")


def test_a_field_without_a_value_is_absent() -> None:
    minion = minion_of(_instance(NO_CREDENTIALS), {})
    assert minion == {
        "id": str(ID),
        "title": "home",
        "minionTypeId": "openclaw-instance",
        "status": "active",
        "tags": [],
        "createdAt": "2026-11-23T16:00:00.000Z",
        "updatedAt": "2026-11-23T16:00:00.000Z",
        "fields": {"url": "ws://192.168.1.10:18789", "status": "registered"},
    }


def test_a_removed_instance_says_since_when_and_keeps_its_fields() -> None:
    instance = _instance()
    instance.record_ping(OK, _by(1))
    before = minion_of(instance, SECRETS)
    instance.remove(_by(2))
    after = minion_of(instance, SECRETS)
    assert after["deletedAt"] == after["updatedAt"] == "2026-11-23T16:00:02.000Z"
    assert after["fields"] == before["fields"]
    assert after["status"] == "active"


def test_a_failed_ping_shows_its_cause_and_the_values_of_the_last_success() -> None:
    instance = _instance()
    instance.record_ping(OK, _by(1))
    instance.record_ping(PingOutcome(Condition.REFUSED, Cause.TOKEN_MISMATCH), _by(2))
    fields = minion_of(instance, {})["fields"]
    assert (fields["status"], fields["condition"], fields["cause"]) == (
        "unreachable",
        "refused",
        "token-mismatch",
    )
    assert fields["lastPingAt"] == "2026-11-23T16:00:01.000Z"
    assert (fields["lastPingLatencyMs"], fields["version"]) == (14.2, "2026.9.6")


def test_a_cause_of_null_says_that_a_ping_found_nothing_wrong() -> None:
    instance = _instance()
    assert "cause" not in minion_of(instance, {})["fields"]
    instance.record_ping(OK, _by(1))
    assert minion_of(instance, {})["fields"]["cause"] is None


def test_a_secret_that_is_not_at_hand_is_absent_and_the_device_token_never_there() -> None:
    fields = minion_of(_instance(), {})["fields"]
    assert "token" not in fields
    assert "devicePrivateKey" not in fields
    assert "333333333333" not in json.dumps(shown(_instance()))


def test_output_shows_fingerprints() -> None:
    fields = shown(_instance())["fields"]
    assert fields["token"] == "sha256:111111111111"
    assert fields["devicePrivateKey"] == "sha256:222222222222"
    assert fields["devicePublicKey"] == "-----BEGIN PUBLIC KEY-----\nMIIB\n"


def test_the_keys_that_are_ours_are_exactly_those_that_we_write() -> None:
    """What is not among them is left in place for whoever added it."""
    instance = _instance()
    fingerprint = TlsFingerprint("sha256:" + "0123456789abcdef" * 4)
    instance.change_trust(Trust("-----BEGIN CERTIFICATE-----", fingerprint), _by(1))
    presented = Certificate(fingerprint, NOON)
    found = OK._replace(scopes=("operator.read",), gateway_id="g-1", certificate=presented)
    instance.pair(found, "linux", SecretReference(ref="r", fingerprint="f"), _by(1))
    instance.record_ping(found, _by(1))
    instance.remove(_by(2))
    minion = minion_of(instance, SECRETS)
    assert minion.keys() == MINION_KEYS
    assert minion["fields"].keys() == INSTANCE_FIELDS


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC), "2026-01-02T03:04:05.999Z"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000Z"),
        (
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))),
            "2026-01-02T01:04:05.000Z",
        ),
        (None, None),
    ],
)
def test_times_are_written_in_utc_with_milliseconds(
    moment: datetime | None, text: str | None
) -> None:
    assert iso(moment) == text
