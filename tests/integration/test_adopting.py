"""Adopting what other tools know: into the log and the secret store, all at once or not at all."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assembly import Core, core_in
from openclaw_manager.adapters.data_json.given import LARGEST, read_given
from openclaw_manager.adapters.secret_store.examination import SqliteSecretExamination
from openclaw_manager.application.adoption.fates import Fate, Outcome, examine
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.domain.errors import (
    FileRefused,
    InstanceRemoved,
    NameTakenMeanwhile,
    StoreUnavailable,
    ViewBehind,
)
from openclaw_manager.domain.secret import fingerprint
from openclaw_manager.entrypoints.composition.adoption import open_given

SAMPLES = Path(__file__).parents[1] / "data" / "adoption"
PYTHON = SAMPLES / "python-sdk-data.json"
TYPESCRIPT = SAMPLES / "typescript-cli-data-full-redacted.json"
DOCUMENTED = SAMPLES / "docs-data.json"
ALPHA = "486606b0-f619-4f63-a044-4c881358d1d7"
BETA = "fa85846a-4676-4405-b32b-948457cfc271"
GONE = "7409a238-9ae8-4c0f-9232-d1404c131979"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return core_in(tmp_path / "home")


def _adopt(core: Core, path: Path, reason: str | None = None) -> list[Fate]:
    given = open_given(str(path), str(core.home))
    examined = examine(given.entries, core.entry_reader, NOW)
    foreseen = core.adopting.foresee(examined, given.carried)
    fates = core.adopting.adopt(examined, given.carried, reason)
    assert fates == foreseen, "what is done is what was foreseen"
    core.adopting.carry_over(fates, given.entries, given.relations)
    return fates


def _outcomes(fates: list[Fate]) -> list[str]:
    return [fate.outcome.value for fate in fates]


def _own_view(core: Core, sample: Path | dict[str, Any]) -> Path:
    """Have another tool's file stand where our view is."""
    if isinstance(sample, Path):
        shutil.copy(sample, core.data_json)
    else:
        core.data_json.write_text(json.dumps(sample))
    return core.data_json


def _entry(core: Core, id_: str) -> Any:
    [entry] = [one for one in core.read_view()["minions"] if one["id"] == id_]
    return entry


def _file(tmp_path: Path, *entries: Any, **members: Any) -> Path:
    path = tmp_path / "given.json"
    path.write_text(json.dumps({"minions": entries, "relations": []} | members))
    return path


def _instance(number: int, title: str, /, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"d4a85195-8247-4d15-ac64-{number:012}",
        "title": title,
        "fields": {"url": "ws://127.0.0.1:9300", "status": "registered"} | fields,
        "createdAt": "2026-11-23T15:33:31.766693+00:00",
        "updatedAt": "2026-11-23T15:33:31.944285+00:00",
    }


# The samples


def test_the_file_of_the_python_sdk_is_adopted(core: Core) -> None:
    assert _outcomes(_adopt(core, PYTHON)) == ["adopted"] * 3
    alpha = _entry(core, "d4a85195-8247-4d15-ac64-17171faf58ac")
    assert alpha == {
        "id": "d4a85195-8247-4d15-ac64-17171faf58ac",
        "title": "alpha",
        "minionTypeId": "openclaw-instance",
        "status": "active",
        "tags": [],
        "createdAt": "2026-11-23T15:33:31.766Z",
        "updatedAt": "2026-11-23T15:33:31.944Z",
        "deletedAt": "2026-11-23T15:33:31.944Z",
        "fields": {"url": "ws://127.0.0.1:9300", "status": "registered", "token": "tok-a"},
    }
    with pytest.raises(InstanceRemoved):
        core.probes.choose(["alpha"])
    [probe] = core.probes.choose(["beta"])
    assert probe.target.url == "wss://gw.example.com:443/ws"


def test_the_file_of_the_typescript_cli_is_adopted_with_its_snapshots(core: Core) -> None:
    fates = _adopt(core, TYPESCRIPT)
    assert _outcomes(fates) == ["adopted", "adopted", "carried-over", "carried-over", "adopted"]
    alpha, view = _entry(core, ALPHA), core.read_view()
    keys = ("devicePrivateKey", "devicePublicKey")
    assert {key: value for key, value in alpha["fields"].items() if key not in keys} == {
        "url": "ws://127.0.0.1:9700",
        "token": "tok-a",
        "deviceId": "dev-1",
        "status": "reachable",
        "lastPingAt": "2026-11-23T15:42:31.833Z",
        "lastPingLatencyMs": 33,
    }
    assert (alpha["createdAt"], alpha["updatedAt"]) == (
        "2026-11-23T15:42:30.665Z",
        "2026-11-23T15:42:31.834Z",
    )
    assert _entry(core, GONE)["deletedAt"] == "2026-11-23T15:42:37.080Z"
    theirs = json.loads(TYPESCRIPT.read_text())
    assert view["relations"] == theirs["relations"]
    assert [_entry(core, one["id"]) for one in theirs["minions"][2:4]] == theirs["minions"][2:4]


def test_the_documented_file_is_refused_for_its_id_and_its_slugs_are_none_of_the_reasons(
    core: Core, tmp_path: Path
) -> None:
    assert _outcomes(_adopt(core, DOCUMENTED)) == ["refused", "left"]
    text = DOCUMENTED.read_text().replace('"uuid-v4"', f'"{ALPHA}"')
    (tmp_path / "given.json").write_text(text)
    assert _outcomes(_adopt(core, tmp_path / "given.json")) == ["adopted", "carried-over"]
    home = _entry(core, ALPHA)
    assert (home["title"], home["fields"]["status"]) == ("Home Gateway", "reachable")
    assert core.read_view()["relations"] == [], "it is between what is not there"


@pytest.mark.parametrize("sample", [PYTHON, TYPESCRIPT, DOCUMENTED], ids=lambda path: path.stem)
@pytest.mark.parametrize("own", [True, False], ids=["our own view", "another file"])
def test_adopting_twice_changes_nothing(core: Core, sample: Path, own: bool) -> None:
    path = _own_view(core, sample) if own else sample
    first = _outcomes(_adopt(core, path))
    before = core.log.head(), core.data_json.read_bytes(), sorted(core.home.iterdir())
    again = _outcomes(_adopt(core, path))
    assert before == (core.log.head(), core.data_json.read_bytes(), sorted(core.home.iterdir()))
    assert again == [
        "already-here" if outcome in ("adopted", "carried-over") else outcome for outcome in first
    ]


# What the log says


def test_the_log_says_when_it_was_adopted_and_what_it_was_told(core: Core) -> None:
    _adopt(core, TYPESCRIPT, "moving over")
    [event] = core.history.of("alpha")
    assert (event.event, event.topic, event.reason) == (
        "Adopted",
        "instance.adopted",
        "moving over",
    )
    assert event.at.date() == datetime(2026, 11, 23, tzinfo=UTC).date()
    assert event.at.hour == 12, "the time of the clock, and not that of the file"
    assert event.data["created_at"] == "2026-11-23T15:42:30.665000+00:00"
    assert event.data["status"] == "reachable"
    assert event.data["token"]["fingerprint"] == fingerprint("tok-a")
    assert "tok-a" not in json.dumps(event.data)


def test_the_view_can_be_made_anew_from_the_log(core: Core) -> None:
    _adopt(core, TYPESCRIPT)
    ours = [_entry(core, id_) for id_ in (ALPHA, BETA, GONE)]
    core.data_json.unlink()
    core.projection.catch_up()
    assert core.read_view()["minions"] == ours


def test_an_adopted_instance_is_one_like_any_other(core: Core) -> None:
    _adopt(core, TYPESCRIPT)
    core.instances.rename("alpha", "home")
    core.instances.update("home", tags=["prod"])
    core.instances.remove("home")
    core.instances.restore("HOME")
    assert [one.event for one in core.history.of("home")] == [
        "Adopted",
        "Renamed",
        "Tagged",
        "SoftDeleted",
        "Restored",
    ]
    entry = _entry(core, ALPHA)
    assert (entry["createdAt"], entry["updatedAt"][:13]) == (
        "2026-11-23T15:42:30.665Z",
        "2026-11-23T12",
    )


def test_what_was_removed_elsewhere_is_found_by_its_name_and_restored(core: Core) -> None:
    core.instances.register("gone", "ws://other", GivenCredentials())
    _adopt(core, TYPESCRIPT)
    with pytest.raises(NameTakenMeanwhile) as refusal:
        core.instances.restore("gone")
    assert refusal.value.instance_id == GONE
    restored = core.instances.restore("gone", name="back")
    assert (restored["id"], restored["title"]) == (GONE, "back")
    assert core.instances.remove("back")["id"] == GONE


def test_a_key_and_a_token_are_kept_in_the_secret_store_alone(core: Core, tmp_path: Path) -> None:
    entry = _instance(1, "home", token="tok-MARKER-1", devicePrivateKey=PEM)
    _adopt(core, _file(tmp_path, entry))
    instance = core.log.instance(core.log.ids_beginning("")[0])
    kept = core.secrets.get(
        ref["ref"]
        for ref in (instance.credentials["token"], instance.credentials["private_key"])
        if ref
    )
    assert sorted(kept.values()) == sorted(["tok-MARKER-1", PEM])
    assert instance.credentials["public_key"]
    assert b"MARKER" not in (core.home / "events.db").read_bytes()


# The view is the file


def test_in_our_own_view_what_others_wrote_stays(core: Core) -> None:
    sample = json.loads(TYPESCRIPT.read_text())
    sample["theirs"] = {"digits": 1.0}
    sample["minions"][1]["fields"]["note"] = "kept"
    _adopt(core, _own_view(core, sample))
    view = core.read_view()
    assert [one["id"] for one in view["minions"]] == [one["id"] for one in sample["minions"]]
    assert view["minions"][2:4] == sample["minions"][2:4]
    assert (view["relations"], view["theirs"]) == (sample["relations"], sample["theirs"])
    assert view["minions"][1]["fields"]["note"] == "kept"
    assert view["minions"][4]["deletedBy"] is None


def test_a_text_that_repeats_a_secret_does_not_stay_and_one_that_does_not_does(core: Core) -> None:
    _adopt(core, _own_view(core, TYPESCRIPT))
    assert "searchableText" not in _entry(core, ALPHA)
    assert _entry(core, BETA)["searchableText"] == "beta wss://gw.example.com/ws registered"


def test_with_secrets_omitted_none_is_left_in_the_view(tmp_path: Path) -> None:
    core = core_in(tmp_path / "home", snapshot_secrets="omit")
    entry = _instance(1, "home", token="Tok-MARKER", devicePrivateKey=PEM, note="Tok-MARKER!")
    entry |= {"searchableText": f"home tok-marker {PEM.lower()}", "history": [{"old": PEM}]}
    _adopt(core, _own_view(core, {"minions": [entry], "relations": []}))
    text = core.data_json.read_text().lower()
    assert "marker" not in text
    assert "miievq" not in text


# All or nothing, and one by one


def test_what_is_refused_does_not_keep_the_rest_from_being_adopted(
    core: Core, tmp_path: Path
) -> None:
    core.instances.register("taken", "ws://host", GivenCredentials())
    path = _file(
        tmp_path,
        _instance(1, "one"),
        "text",
        None,
        _instance(2, "ONE"),
        _instance(3, "Taken"),
        _instance(4, "four", url="http://host"),
        _instance(5, "five"),
        _instance(5, "five again"),
        {"id": "note", "text": "x"},
        _instance(6, "six", token="two words"),
    )
    fates = _adopt(core, path)
    assert _outcomes(fates) == [
        *("adopted", "refused", "refused", "refused", "refused", "refused"),
        *("refused", "refused", "left", "adopted"),
    ]
    assert [fate.place for fate in fates] == list(range(1, 11))
    assert {one["title"] for one in core.read_view()["minions"]} == {"taken", "one", "six"}


def test_where_the_log_takes_nothing_nothing_is_adopted(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, _instance(1, "one", token="tok-1"), _instance(2, "two", token="tok-2"))

    def fail(*_: object) -> None:
        raise StoreUnavailable("events.db", "is gone")

    with monkeypatch.context() as patch:
        patch.setattr(core.log, "save", fail)
        with pytest.raises(StoreUnavailable):
            _adopt(core, path)
    assert core.log.head() == 0
    assert not core.data_json.exists()
    assert _outcomes(_adopt(core, path)) == ["adopted", "adopted"]


def test_who_registers_a_name_meanwhile_keeps_it_and_the_rest_is_adopted(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, _instance(1, "one", token="tok-1"), _instance(2, "two", token="tok-2"))
    given = open_given(str(path), str(core.home))
    examined = examine(given.entries, core.entry_reader, NOW)
    save, other = core.log.save, core_in(core.home)

    def save_late(*aggregates: Any) -> Any:
        monkeypatch.setattr(core.log, "save", save)
        other.instances.register("ONE", "ws://host", GivenCredentials())
        return save(*aggregates)

    monkeypatch.setattr(core.log, "save", save_late)
    fates = core.adopting.adopt(examined, given.carried)
    assert _outcomes(fates) == ["refused", "adopted"]
    assert "is taken by the instance" in (fates[0].reason or "")
    instance = core.log.instance(next(iter(core.log.ids_beginning("d4a85195"))))
    assert instance.name == "two"
    assert b"tok-1" not in (core.home / "secrets.db").read_bytes()
    assert b"tok-2" in (core.home / "secrets.db").read_bytes()


def test_two_who_adopt_one_file_at_once_adopt_it_once(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, _instance(1, "one", token="tok-1"), _instance(2, "two", token="tok-2"))
    given = open_given(str(path), str(core.home))
    examined = examine(given.entries, core.entry_reader, NOW)
    save, other = core.log.save, core_in(core.home)

    def save_late(*aggregates: Any) -> Any:
        monkeypatch.setattr(core.log, "save", save)
        _adopt(other, path)
        return save(*aggregates)

    monkeypatch.setattr(core.log, "save", save_late)
    assert _outcomes(core.adopting.adopt(examined, given.carried)) == ["already-here"] * 2
    assert core.log.head() == 4
    assert len(SqliteSecretExamination(core.home / "secrets.db", lock_timeout=5).references()) == 2


def test_where_the_view_cannot_be_written_doing_it_again_is_enough(core: Core) -> None:
    lock = core.home / "data.json.lock"
    lock.mkdir()
    with pytest.raises(ViewBehind):
        _adopt(core, TYPESCRIPT)
    lock.rmdir()
    assert _outcomes(_adopt(core, TYPESCRIPT))[:3] == [
        "already-here",
        "already-here",
        "carried-over",
    ]
    assert len(core.read_view()["relations"]) == 2


def test_a_thousand_instances_are_one_step(core: Core, tmp_path: Path) -> None:
    entries = [_instance(number, f"i-{number}", token=f"tok-{number}") for number in range(1000)]
    assert set(_outcomes(_adopt(core, _file(tmp_path, *entries)))) == {"adopted"}
    assert core.log.head() == 2000
    assert len(core.read_view()["minions"]) == 1000


# Files that are none


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"[]", "is no complete JSON object with a list of minions"),
        (b"{}", "is no complete JSON object with a list of minions"),
        (b'{"minions": {}}', "is no complete JSON object with a list of minions"),
        (b'{"minions": [NaN]}', "is no complete JSON object with a list of minions"),
        (b'{"minions": []} x', "is no complete JSON object with a list of minions"),
        (b'{"minions": [{"a": "\xff"}]}', "is not UTF-8: byte 21"),
        (b'{"minions":\n [{"a": tru', "is no JSON, or was cut: line 2, column 9"),
        (b'{"minions": [{"a": "b', "is no JSON, or was cut: line 1, column 20"),
        (b'{"minions": [' + b"[" * 100_000, "is nested too deep"),
        ("hello".encode("utf-16"), "is not UTF-8: byte 1"),
        (b"\0" * 100, "is no complete JSON object with a list of minions"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_file_that_is_none_is_refused_with_the_place(
    core: Core, tmp_path: Path, data: bytes, problem: str
) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(data)
    with pytest.raises(FileRefused) as refusal:
        _adopt(core, path)
    assert str(refusal.value) == f"{path} {problem}"
    assert path.read_bytes() == data
    assert core.log.head() == 0


@pytest.mark.parametrize("sample", [PYTHON, TYPESCRIPT], ids=lambda path: path.stem)
def test_a_file_that_was_cut_anywhere_is_refused(tmp_path: Path, sample: Path) -> None:
    data = sample.read_bytes().rstrip()
    path = tmp_path / "given.json"
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        with pytest.raises(FileRefused):
            read_given(str(path))


def test_a_byte_order_mark_is_no_harm(core: Core, tmp_path: Path) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(b"\xef\xbb\xbf" + PYTHON.read_bytes())
    assert _outcomes(_adopt(core, path)) == ["adopted"] * 3


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path, problem in ((tmp_path, "Is a directory"), (tmp_path / "no", "No such file")):
        with pytest.raises(FileRefused, match=problem):
            read_given(str(path))


def test_a_file_of_any_size_is_refused_without_being_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "given.json"
    with path.open("wb") as file:
        file.truncate(2**40)  # a terabyte that takes no room
    with pytest.raises(FileRefused, match=f"larger than {LARGEST} bytes"):
        read_given(str(path))


def test_fifty_megabytes_of_notes_are_read_and_left(core: Core, tmp_path: Path) -> None:
    notes = "n" * 25_000_000
    path = _file(tmp_path, _instance(1, "one", notes=notes), {"id": "note", "text": notes})
    assert path.stat().st_size > 50_000_000
    assert _outcomes(_adopt(core, path)) == ["adopted", "left"]
    assert core.data_json.stat().st_size < 10_000


def test_outcomes_are_words_that_programs_can_rely_on() -> None:
    assert [outcome.value for outcome in Outcome] == [
        "adopted",
        "already-here",
        "carried-over",
        "left",
        "refused",
    ]
