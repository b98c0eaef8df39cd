"""Purging: what is erased is nowhere any more, and what happened stays readable."""

import json
from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.adapters.secret_store.sqlite import SqliteSecretStore
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.domain.errors import (
    AmbiguousInstance,
    ErasureUnfinished,
    InstanceNotFound,
    InstanceStillPresent,
    StoreLocked,
    ViewBehind,
)
from openclaw_manager.domain.ping import PingOutcome

URL = "ws://192.168.1.10:18789"
TOKEN = "tok-MARKER-0123456789-token"
DEVICE_TOKEN = "tok-MARKER-0123456789-device"
BODY = "MARKERMIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def core(tmp_path: Path) -> Core:
    """Have an instance with all the secrets that there are, and another with one."""
    core = core_in(tmp_path / "home")
    given = GivenCredentials(token=TOKEN, private_key=PEM)
    core.instances.register("home", URL, given)
    core.instances.register("other", URL, GivenCredentials(token="tok-OTHER"))
    applicant = core.pairing.choose("home")
    core.pairing.record(applicant, _granted(), None)
    return core


def _granted() -> PingOutcome:
    return PingOutcome(
        REACHED.condition,
        latency_ms=1.0,
        connect_ms=1.0,
        dialect=REACHED.dialect,
        device_id="device-1",
        device_token=DEVICE_TOKEN,
        scopes=("operator.read",),
    )


def _everywhere(home: Path) -> bytes:
    """Read every byte of every file, in the one case that tells secrets."""
    return b"".join(path.read_bytes() for path in home.iterdir()).lower()


def _purge(core: Core, selector: str = "home") -> Any:
    return core.purging.purge(core.purging.choose(selector), "gone for good")


def test_after_a_purge_the_secrets_are_nowhere_under_the_home(core: Core) -> None:
    entry = core.read_view()
    entry["minions"][0] |= {"searchableText": f"home {TOKEN} {PEM}".lower(), "note": "stays"}
    core.data_json.write_text(json.dumps(entry))
    core.instances.remove("home")
    assert b"marker" in _everywhere(core.home)
    _purge(core)
    core.log.close()
    assert b"marker" not in _everywhere(core.home)
    [home, other] = core.read_view()["minions"]
    assert home["note"] == "stays"
    assert not {"token", "devicePrivateKey", "devicePublicKey", "deviceId"} & home["fields"].keys()
    assert other["fields"]["token"] == "tok-OTHER"


def test_its_history_stays_readable_and_says_what_was_erased(core: Core) -> None:
    core.instances.remove("home")
    _purge(core)
    history = core.history.of("home")
    assert [one.event for one in history] == ["Registered", "Paired", "SoftDeleted", "Purged"]
    assert (history[-1].topic, history[-1].reason) == ("instance.purged", "gone for good")
    assert {key for key, value in history[-1].data.items() if value} == {
        "token",
        "private_key",
        "device_token",
    }


def test_a_purged_instance_is_restored_without_credentials_and_not_paired(core: Core) -> None:
    core.instances.remove("home")
    _purge(core)
    restored = core.instances.restore("home")
    assert restored["fields"] == {"url": URL, "status": "registered"}
    [probe] = core.probes.choose(["home"])
    target = probe.target
    assert (target.token, target.private_key, target.device, target.device_token) == (None,) * 4
    core.instances.update("home", given=GivenCredentials(token="tok-new"))


def test_only_a_removed_instance_is_purged(core: Core) -> None:
    with pytest.raises(InstanceStillPresent):
        core.purging.choose("home")
    core.instances.remove("home")
    chosen = core.purging.choose("home")
    core.instances.restore("home")
    head = core.log.head()
    with pytest.raises(InstanceStillPresent):
        core.purging.purge(chosen)
    assert core.log.head() == head
    [probe] = core.probes.choose(["home"])
    assert probe.target.token == TOKEN
    with pytest.raises(InstanceNotFound):
        core.purging.choose("nobody")


def test_by_its_name_the_removed_one_of_that_name_is_meant(core: Core) -> None:
    first = core.instances.remove("home")["id"]
    core.instances.register("HOME", URL, GivenCredentials(token="tok-2"))
    assert core.purging.choose("home")["id"] == first
    core.instances.remove("home")
    with pytest.raises(AmbiguousInstance):
        core.purging.choose("home")


def test_a_second_purge_changes_nothing(core: Core) -> None:
    core.instances.remove("home")
    first = _purge(core)
    head, view = core.log.head(), core.data_json.read_bytes()
    assert _purge(core) == first
    assert (core.log.head(), core.data_json.read_bytes()) == (head, view)


def test_an_erasure_that_failed_is_said_and_finished_by_repeating_it(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    core.instances.remove("home")

    def fail(*_: object) -> None:
        raise StoreLocked(core.home / "secrets.db", "is locked")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteSecretStore, "erase", fail)
        with pytest.raises(ErasureUnfinished) as failure:
            _purge(core)
    assert "recorded, but the secrets of 'home' are not erased" in str(failure.value)
    assert core.history.of("home")[-1].event == "Purged"
    assert TOKEN not in core.data_json.read_text()
    assert TOKEN.encode() in (core.home / "secrets.db").read_bytes()
    head = core.log.head()
    _purge(core)
    assert core.log.head() == head
    assert b"MARKER" not in (core.home / "secrets.db").read_bytes()


def test_where_the_view_cannot_be_written_the_secrets_are_erased_all_the_same(core: Core) -> None:
    core.instances.remove("home")
    lock = core.home / "data.json.lock"
    lock.unlink()
    lock.mkdir()
    with pytest.raises(ViewBehind):
        _purge(core)
    assert b"MARKER" not in (core.home / "secrets.db").read_bytes()
    lock.rmdir()
    core.projection.catch_up()
    assert TOKEN not in core.data_json.read_text()


def test_what_a_crash_left_of_the_instance_is_erased_as_well(core: Core) -> None:
    """A secret is stored before the event that refers to it, which a crash may prevent."""
    id_ = core.instances.remove("home")["id"]
    other = core.instances.remove("other")["id"]
    core.secrets.put({f"{id_}/token/unused": "tok-MARKER-2", f"{other}/token/x": "tok-STAYS"})
    _purge(core)
    kept = (core.home / "secrets.db").read_bytes()
    assert b"MARKER" not in kept
    assert b"tok-STAYS" in kept
    assert b"tok-OTHER" in kept
