"""What people do with instances, on a real log, view and secret store."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from assembly import Core, core_in
from fakes.gateway_link import REACHED
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.domain.errors import (
    AmbiguousInstance,
    InstanceNotFound,
    InstanceNotRemoved,
    InstanceRemoved,
    InvalidInput,
    InvalidToken,
    KeyRefused,
    NameTaken,
)

URL = "ws://192.168.1.10:18789"
NOTHING = GivenCredentials()


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return core_in(tmp_path / "home")


def _register(core: Core, name: str = "home", **given: str) -> str:
    id_ = core.instances.register(name, URL, GivenCredentials(**given))["id"]  # type: ignore[arg-type]
    assert isinstance(id_, str)
    return id_


def _ping(core: Core, *selectors: str, timeout: float = 5) -> list[Finding]:
    probes = core.probes.choose(selectors)
    findings: list[Finding] = []
    reaching = core.pinging.reach(probes, timeout=timeout, concurrency=10, found=findings.append)
    asyncio.run(reaching)
    core.pinging.record(findings)
    return findings


def _events(core: Core, selector: str) -> list[str]:
    return [entry.event for entry in core.history.of(selector)]


def _entry(core: Core, id_: str) -> Any:
    [entry] = [one for one in core.read_view()["minions"] if one["id"] == id_]
    return entry


def _kept_secrets(core: Core) -> int:
    """How many secrets there are, found through everything that was ever referred to."""
    refs = set()
    for id_ in core.log.ids_beginning(""):
        for _, event in core.log.history(id_, upto=core.log.head()):
            for value in vars(event).values():
                if isinstance(value, dict):
                    refs.add(value["ref"])
    return len(core.secrets.get(refs))


def test_what_an_instance_has_already_is_no_change(core: Core) -> None:
    key = "-----BEGIN PRIVATE KEY-----\none\n-----END PRIVATE KEY-----\n"
    _register(core, token="tok-1", private_key=key)
    core.instances.update("home", given=GivenCredentials(token="tok-1", private_key=key))
    assert _events(core, "home") == ["Registered"]
    assert _kept_secrets(core) == 2


# Registering


def test_a_registered_instance_is_in_the_log_the_view_and_the_history(core: Core) -> None:
    minion = core.instances.register(
        "Home", URL, GivenCredentials(token="tok-1"), ["b", "a"], "why"
    )
    assert minion["title"] == "Home"
    assert minion["tags"] == ["a", "b"]
    assert minion["fields"]["token"].startswith("sha256:")
    assert _entry(core, minion["id"]) == minion | {"fields": minion["fields"] | {"token": "tok-1"}}
    [entry] = core.history.of("home")
    assert (entry.event, entry.topic, entry.version) == ("Registered", "instance.registered", 1)
    assert (entry.actor, entry.reason) == ("ada@lovelace", "why")
    assert entry.data["name"] == "Home"
    assert "tok-1" not in str(entry)
    assert core.read_view()["openclawManager"]["position"] == core.log.head() == 2
    assert UUID(minion["id"]).version == 4


@pytest.mark.parametrize("name", ["home", "HOME", "Home"])
def test_a_name_is_taken_in_whatever_case_until_its_holder_is_removed(
    core: Core, name: str
) -> None:
    first = _register(core, "Home")
    with pytest.raises(NameTaken) as refusal:
        _register(core, name, token="tok-1")
    assert refusal.value.holder == first
    assert core.log.head() == 2
    core.instances.remove(first)
    assert _register(core, name) != first


@pytest.mark.parametrize(
    ("name", "url", "given", "tags"),
    [
        ("", URL, NOTHING, ()),
        ("home", "http://host", NOTHING, ()),
        ("home", URL, GivenCredentials(token="tok 1"), ()),
        ("home", URL, GivenCredentials(private_key="no key"), ()),
        ("home", URL, GivenCredentials(public_key="no key"), ()),
        ("home", URL, NOTHING, ["two words"]),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    core: Core, name: str, url: str, given: GivenCredentials, tags: Sequence[str]
) -> None:
    with pytest.raises(InvalidInput):
        core.instances.register(name, url, given, tags)
    assert core.log.head() == 0
    assert not core.data_json.exists()
    assert not (core.home / "secrets.db").exists()


def test_a_refused_name_leaves_no_secret_behind(core: Core) -> None:
    _register(core, token="tok-1")
    before = (core.home / "secrets.db").read_bytes()
    with pytest.raises(NameTaken):
        _register(core, token="tok-2")
    assert (core.home / "secrets.db").read_bytes() == before


def test_the_public_half_of_a_key_is_derived(core: Core) -> None:
    pair = core.keys.admit("-----BEGIN PRIVATE KEY-----\none\n-----END PRIVATE KEY-----")
    entry = _entry(core, _register(core, private_key=pair.private_pem.strip()))
    assert entry["fields"]["devicePrivateKey"] == pair.private_pem
    assert entry["fields"]["devicePublicKey"] == pair.public_pem


# Choosing


def test_an_instance_is_found_by_id_name_and_the_beginning_of_its_id(core: Core) -> None:
    id_ = _register(core, "Home")
    for selector in (id_, id_.upper(), id_.replace("-", ""), "home", "HOME", id_[:4], id_[:13]):
        assert core.history.of(selector)[0].data["name"] == "Home"


@pytest.mark.parametrize(
    "selector", ["", "nobody", "----", "abc", "\udcff", "\n", str(uuid4()), "%", "ho"]
)
def test_what_means_no_instance_is_not_found_by_any_verb(core: Core, selector: str) -> None:
    _register(core)
    verbs: list[Callable[[], object]] = [
        lambda: core.history.of(selector),
        lambda: core.probes.choose([selector]),
        lambda: core.instances.update(selector, url=URL),
        lambda: core.instances.rename(selector, "other"),
        lambda: core.instances.remove(selector),
        lambda: core.instances.restore(selector),
    ]
    for verb in verbs:
        with pytest.raises(InstanceNotFound):
            verb()


def test_a_name_of_the_past_finds_those_that_still_bear_it(core: Core) -> None:
    first = _register(core)
    core.instances.remove(first)
    second = _register(core)
    assert [e.event for e in core.history.of("home")] == ["Registered"]
    core.instances.remove(second)
    with pytest.raises(AmbiguousInstance) as refusal:
        core.history.of("HOME")
    assert {id_ for id_, _ in refusal.value.candidates} == {first, second}
    core.instances.restore(first)
    assert core.history.of("home")[-1].event == "Restored"
    core.instances.rename(first, "office")
    assert _events(core, "home") == ["Registered", "SoftDeleted"]
    assert _events(core, "office")[-1] == "Renamed"


# Changing


def test_removing_and_restoring_are_told_and_undone(core: Core) -> None:
    id_ = _register(core, token="tok-1")
    before = _entry(core, id_)
    removed = core.instances.remove("home", "moved out")
    assert removed["deletedAt"]
    assert _entry(core, id_)["deletedAt"] == removed["deletedAt"]
    with pytest.raises(InstanceRemoved):
        core.instances.remove(id_)
    core.instances.restore("home")
    after = _entry(core, id_)
    assert after | {"updatedAt": None} == before | {"updatedAt": None}
    with pytest.raises(InstanceNotRemoved):
        core.instances.restore("home")
    assert _events(core, "home") == ["Registered", "SoftDeleted", "Restored"]


def test_nothing_is_restored_under_a_name_that_was_taken_meanwhile(core: Core) -> None:
    first = _register(core)
    core.instances.remove(first)
    second = _register(core, "HOME")
    with pytest.raises(NameTaken) as refusal:
        core.instances.restore(first)
    assert refusal.value.holder == second
    core.instances.rename(second, "other")
    assert "deletedAt" not in core.instances.restore(first)


def test_a_removed_instance_is_neither_changed_nor_pinged(core: Core) -> None:
    id_ = _register(core)
    core.instances.remove(id_)
    verbs: list[Callable[[], object]] = [
        lambda: core.instances.update(id_, url="ws://other"),
        lambda: core.instances.update(id_, given=GivenCredentials(token="tok-2")),
        lambda: core.instances.rename(id_, "other"),
        lambda: core.probes.choose([id_]),
    ]
    for verb in verbs:
        with pytest.raises(InstanceRemoved):
            verb()
    assert core.probes.choose_all() == ([], {})
    assert _events(core, id_) == ["Registered", "SoftDeleted"]
    assert _register(core, "other")


def test_a_renamed_instance_lets_its_old_name_go(core: Core) -> None:
    id_ = _register(core)
    core.instances.rename("home", "office")
    assert _entry(core, id_)["title"] == "office"
    with pytest.raises(InstanceNotFound):
        core.history.of("home")
    other = _register(core, "Home")
    with pytest.raises(NameTaken):
        core.instances.rename(other, "OFFICE")
    with pytest.raises(NameTaken):
        core.instances.rename(id_, "HOME")
    assert _events(core, id_) == ["Registered", "Renamed"]


def test_a_name_may_change_its_case_alone(core: Core) -> None:
    id_ = _register(core)
    core.instances.rename("home", "HOME")
    assert _entry(core, id_)["title"] == "HOME"
    with pytest.raises(NameTaken):
        _register(core, "home")
    core.instances.rename("home", "HOME")
    assert _events(core, id_) == ["Registered", "Renamed"]


def test_swapping_names_takes_a_third_one(core: Core) -> None:
    one, other = _register(core, "one"), _register(core, "other")
    core.instances.rename(one, "third")
    core.instances.rename(other, "one")
    core.instances.rename(one, "other")
    assert _entry(core, one)["title"] == "other"
    assert _entry(core, other)["title"] == "one"


def test_an_update_is_one_event_for_each_thing_that_changed(core: Core) -> None:
    id_ = _register(core, token="tok-1")
    new_url = "wss://gateway.example.com"
    core.instances.update(
        "home", url=new_url, given=GivenCredentials(token="tok-2"), tags=["prod"], reason="why"
    )
    assert _events(core, id_) == ["Registered", "UrlChanged", "CredentialsChanged", "Tagged"]
    assert {entry.reason for entry in core.history.of(id_)[1:]} == {"why"}
    fields = _entry(core, id_)["fields"]
    assert (fields["url"], fields["token"]) == (new_url, "tok-2")


def test_an_update_that_changes_nothing_is_no_event(core: Core) -> None:
    _register(core, token="tok-1")
    core.instances.update("home")
    core.instances.update("home", url=URL, untag=["nothing"])
    assert _events(core, "home") == ["Registered"]


@pytest.mark.parametrize(
    "given",
    [
        GivenCredentials(token="tok 2"),
        GivenCredentials(private_key="no key"),
        GivenCredentials(public_key="no key"),
    ],
)
def test_a_refused_update_changes_nothing(core: Core, given: GivenCredentials) -> None:
    _register(core, token="tok-1")
    with pytest.raises((InvalidToken, KeyRefused)):
        core.instances.update("home", url="ws://other", given=given, tags=["prod"])
    assert _events(core, "home") == ["Registered"]


def _bytes_in(folder: Path, *but: str) -> bytes:
    files = [file for file in folder.iterdir() if file.name not in but]
    return b"".join(file.read_bytes() for file in files)


def test_a_replaced_token_is_found_nowhere(core: Core) -> None:
    _register(core, token="tok-old-and-replaced")
    core.instances.update("home", given=GivenCredentials(token="tok-new-and-kept"))
    everything = _bytes_in(core.home)
    assert b"tok-old-and-replaced" not in everything
    assert b"tok-new-and-kept" in everything
    core.instances.update("home", given=GivenCredentials(drop_token=True))
    assert b"tok-new-and-kept" not in _bytes_in(core.home)
    assert "token" not in core.read_view()["minions"][0]["fields"]


def test_parts_of_credentials_that_change_at_once_are_all_kept(core: Core) -> None:
    """Two people change one instance: each decides upon what the other had recorded."""
    _register(core, token="tok-1")
    key = "-----BEGIN PRIVATE KEY-----\none\n-----END PRIVATE KEY-----\n"
    admit = core.keys.admit

    def change_the_token_meanwhile(*arguments: Any) -> Any:
        other = core_in(core.home)
        other.instances.update("home", given=GivenCredentials(token="tok-2"))
        return admit(*arguments)

    core.keys.admit = change_the_token_meanwhile  # type: ignore[assignment,method-assign]
    core.instances.update("home", given=GivenCredentials(private_key=key))
    fields = core.read_view()["minions"][0]["fields"]
    assert (fields["token"], fields["devicePrivateKey"]) == ("tok-2", key)
    assert _events(core, "home").count("CredentialsChanged") == 2
    assert _kept_secrets(core) == 2


def test_a_public_key_alone_must_belong_to_the_private_one(core: Core) -> None:
    one = core.keys.admit("-----BEGIN PRIVATE KEY-----\none\n-----END PRIVATE KEY-----")
    two = core.keys.admit("-----BEGIN PRIVATE KEY-----\ntwo\n-----END PRIVATE KEY-----")
    _register(core, private_key=one.private_pem)
    with pytest.raises(KeyRefused):
        core.instances.update("home", given=GivenCredentials(public_key=two.public_pem))
    core.instances.update("home", given=GivenCredentials(public_key=one.public_pem))
    assert _events(core, "home") == ["Registered"]
    core.instances.update("home", given=GivenCredentials(drop_key=True))
    core.instances.update("home", given=GivenCredentials(public_key=two.public_pem))
    fields = core.read_view()["minions"][0]["fields"]
    assert fields["devicePublicKey"] == two.public_pem
    assert "devicePrivateKey" not in fields
    assert _kept_secrets(core) == 0


# Pinging


def test_a_ping_is_recorded_and_shown(core: Core) -> None:
    id_ = _register(core, token="tok-1")
    core.gateways.answers[URL] = REACHED
    [finding] = _ping(core, "home")
    assert finding.outcome == REACHED
    assert core.gateways.seen[0].token == "tok-1"
    assert _entry(core, id_)["fields"]["status"] == "reachable"
    assert _events(core, "home") == ["Registered", "Pinged"]
    core.gateways.answers.clear()
    _ping(core, "home")
    fields = _entry(core, id_)["fields"]
    assert (fields["status"], fields["cause"]) == ("unreachable", "connection-refused")
    assert fields["lastPingLatencyMs"] == 14.2


def test_each_instance_is_pinged_once_in_the_order_of_naming(core: Core) -> None:
    ids = [_register(core, name) for name in ("b", "a", "C")]
    probes = core.probes.choose(["C", ids[0], "b", ids[2], "a"])
    assert [probe.name for probe in probes] == ["C", "b", "a"]
    assert [probe.name for probe in core.probes.choose_all()[0]] == ["a", "b", "C"]


def test_no_more_are_pinged_at_once_than_allowed(core: Core) -> None:
    for number in range(12):
        _register(core, f"home-{number}")
    probes, _ = core.probes.choose_all()
    findings: list[Finding] = []
    core.gateways.silent.add(URL)
    reaching = core.pinging.reach(probes, timeout=0.05, concurrency=3, found=findings.append)
    asyncio.run(reaching)
    assert core.gateways.most_at_once == 3
    assert len(findings) == 12


def test_an_instance_that_was_removed_during_its_ping_stays_as_it_was(core: Core) -> None:
    _register(core)
    _register(core, "other")
    core.gateways.meanwhile = lambda: None
    probes, _ = core.probes.choose_all()
    core.instances.remove("home")
    findings: list[Finding] = []
    asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=9, found=findings.append))
    core.pinging.record(findings)
    assert _events(core, "home") == ["Registered", "SoftDeleted"]
    assert _events(core, "other") == ["Registered", "PingFailed"]


def test_what_was_found_at_an_old_url_is_not_said_of_the_new_one(core: Core) -> None:
    """A ping takes seconds, and the address may be changed meanwhile."""
    id_ = _register(core)
    core.gateways.answers[URL] = REACHED
    probes = core.probes.choose(["home"])
    core.instances.update("home", url="ws://elsewhere")
    findings: list[Finding] = []
    asyncio.run(core.pinging.reach(probes, timeout=5, concurrency=9, found=findings.append))
    core.pinging.record(findings)
    assert _events(core, "home") == ["Registered", "UrlChanged"]
    assert _entry(core, id_)["fields"]["status"] == "registered"


def test_a_token_that_a_gateway_issued_is_kept_and_shown_the_next_time(core: Core) -> None:
    _register(core)
    issued = REACHED._replace(device_token="dev-1")
    core.gateways.answers[URL] = issued
    _ping(core, "home")
    _ping(core, "home")
    assert core.gateways.seen[-1].device_token == "dev-1"
    assert _events(core, "home") == ["Registered", "Pinged", "CredentialsChanged", "Pinged"]
    assert b"dev-1" not in _bytes_in(core.home, "secrets.db")
    core.gateways.answers[URL] = REACHED._replace(device_token="dev-2")
    _ping(core, "home")
    assert b"dev-1" not in _bytes_in(core.home)


def test_nothing_pinged_is_nothing_recorded(core: Core) -> None:
    _register(core)
    head = core.log.head()
    core.pinging.record([])
    assert core.log.head() == head


# History


def test_history_is_limited_from_its_end(core: Core) -> None:
    _register(core)
    for number in range(5):
        core.instances.update("home", tags=[f"n={number}"])
    assert [entry.version for entry in core.history.of("home", 2)] == [5, 6]
    assert [entry.version for entry in core.history.of("home", 99)] == [1, 2, 3, 4, 5, 6]
    positions = [entry.position for entry in core.history.of("home")]
    assert positions == sorted(positions)


def test_a_secret_that_was_lost_can_be_given_again(core: Core) -> None:
    """The log knows the secret as before; what counts is whether it is kept."""
    _register(core, token="tok-1")
    (id_,) = core.log.ids_beginning("")
    token = core.log.instance(id_).credentials["token"]
    assert token is not None
    core.secrets.erase([token["ref"]])
    core.instances.update("home", given=GivenCredentials(token="tok-1"))
    assert core.probes.choose(["home"])[0].target.token == "tok-1"
