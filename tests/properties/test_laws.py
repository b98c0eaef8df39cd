"""Laws that hold for whatever is done, in whatever order."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Mapper
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly import Core, core_in
from fakes.gateway_link import NOBODY_LISTENS, REACHED
from fakes.view import InMemoryView
from ledgers import Watching
from openclaw_manager.adapters.data_json.document import DamagedDocument, Document, read
from openclaw_manager.application.adoption.fates import examine
from openclaw_manager.application.capturing import CaptureFinding
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.pinging import Finding
from openclaw_manager.application.ports.view import Written
from openclaw_manager.application.projection import Projection
from openclaw_manager.application.transcoding import FactTranscoder
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.content.canonical import canonical, content_hash
from openclaw_manager.domain.errors import (
    InvalidInput,
    InvalidName,
    InvalidTag,
    InvalidToken,
    InvalidUrl,
    OpenClawManagerError,
)
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.ping import Dialect
from openclaw_manager.domain.secret import Token
from openclaw_manager.domain.section import Section
from openclaw_manager.domain.snapshot import Observation
from openclaw_manager.domain.stamp import Stamp
from openclaw_manager.domain.tag import Tag

# Replay equals live state, and the view equals a rebuild

NAMES = ["home", "HOME", "office", "Büro"]
URLS = ["ws://one", "ws://two"]
COMMANDS = st.lists(
    st.one_of(
        st.tuples(st.just("register"), st.sampled_from(NAMES), st.sampled_from([None, "tok-1"])),
        st.tuples(st.just("ping"), st.sampled_from(NAMES), st.booleans()),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("restore"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(URLS)),
        st.tuples(st.just("token"), st.sampled_from(NAMES), st.sampled_from(["tok-2", None])),
        st.tuples(st.just("tag"), st.sampled_from(NAMES), st.sampled_from(["a", "k=1", "k=2"])),
        st.tuples(st.just("untag"), st.sampled_from(NAMES), st.sampled_from(["a", "k"])),
        st.tuples(st.just("purge"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("adopt"), st.sampled_from(NAMES), st.booleans()),
        st.tuples(st.just("capture"), st.sampled_from(NAMES), st.integers(0, 2)),
        st.tuples(st.just("capture"), st.sampled_from(NAMES), st.integers(0, 2)),
        st.tuples(st.just("watch"), st.sampled_from(NAMES), st.sampled_from(["+---", "++", "-"])),
        st.tuples(st.just("lose the view"), st.none(), st.booleans()),
    ),
    max_size=25,
)


@contextmanager
def _core() -> Iterator[Core]:
    folder = tempfile.mkdtemp()
    try:
        yield core_in(Path(folder) / "home", snapshots_shown="2")
    finally:
        shutil.rmtree(folder)


def _ping(core: Core, name: str, *, well: bool) -> None:
    [probe] = core.probes.choose([name])
    outcome = REACHED if well else NOBODY_LISTENS
    core.pinging.record([Finding(probe, datetime(2026, 11, 23, tzinfo=UTC), outcome)])


def _adopt(core: Core, name: str, *, removed: bool) -> None:
    entry = {
        "id": f"d4a85195-8247-4d15-ac64-{NAMES.index(name):012}",
        "title": name,
        "deletedAt": "2026-11-23T15:33:31Z" if removed else None,
        "fields": {"url": URLS[0], "token": "tok-3"},
    }
    now = datetime(2026, 11, 23, tzinfo=UTC)
    core.adopting.adopt(examine([Written(entry, "")], core.entry_reader, now), None)


def _capture(core: Core, name: str, number: int) -> None:
    """Capture what changes from time to time, and what always does."""
    [probe] = core.probes.choose([name])
    hash_ = content_hash(canonical(number))
    seen = Observation(
        version=None,
        dialect=Dialect.OPENCLAW,
        protocol=4,
        gateway_id=None,
        contents={Section.CONFIG: hash_},
        failures={},
        volatile={Section.CONFIG: {"/hash": core.log.head()}},
        agent_count=None,
        channel_count=number,
        model_count=None,
        texts={hash_: canonical(number)},
    )
    at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=core.log.head())
    core.capturing.record([CaptureFinding(probe, at, seen)])


def _watch(core: Core, name: str, pings: str) -> None:
    watching = Watching(core)
    if name in watching.roster:
        watching.ping(name, pings)
        watching.stop()


def _do(core: Core, command: tuple[str, Any, Any]) -> None:  # noqa: C901, PLR0912 - a table
    verb, name, detail = command
    match verb:
        case "register":
            core.instances.register(name, URLS[0], GivenCredentials(token=detail))
        case "ping":
            _ping(core, name, well=detail)
        case "remove":
            core.instances.remove(name)
        case "restore":
            core.instances.restore(name)
        case "rename":
            core.instances.rename(name, detail)
        case "move":
            core.instances.update(name, url=detail)
        case "token":
            given_ = GivenCredentials(token=detail, drop_token=detail is None)
            core.instances.update(name, given=given_)
        case "tag":
            core.instances.update(name, tags=[detail])
        case "untag":
            core.instances.update(name, untag=[detail])
        case "purge":
            core.purging.purge(core.purging.choose(name))
        case "adopt":
            _adopt(core, name, removed=detail)
        case "capture":
            _capture(core, name, detail)
        case "watch":
            _watch(core, name, detail)
        case _ if core.data_json.exists():
            if detail:
                core.data_json.unlink()
            else:
                core.data_json.write_bytes(core.data_json.read_bytes()[:-9])


def _replayed(core: Core, id_: UUID) -> Instance:
    aggregate: Any = None
    for _, event in core.log.history(id_, upto=core.log.head()):
        aggregate = event.mutate(aggregate)
    assert isinstance(aggregate, Instance)
    return aggregate


@settings(max_examples=40)
@given(COMMANDS)
def test_whatever_is_done_replay_view_and_names_agree(
    commands: list[tuple[str, Any, Any]],
) -> None:
    with _core() as core:
        for command in commands:
            head = core.log.head()
            try:
                _do(core, command)
            except OpenClawManagerError:
                assert core.log.head() == head, "what is refused is not recorded"
        ids = core.log.ids_beginning("")
        for id_ in ids:
            assert vars(_replayed(core, id_)) == vars(core.log.instance(id_))
        core.projection.catch_up()
        rebuilt = InMemoryView()
        Projection(core.log, rebuilt, core.showing).catch_up()
        view = core.read_view()
        assert _instances_in(view["minions"]) == _instances_in(rebuilt.entries)
        assert _by_id(view["minions"]) == _by_id(rebuilt.entries)
        assert _by_id(view["relations"]) == _by_id(rebuilt.relations)
        for id_ in ids:
            _check_chain(core, core.log.instance(id_))
        present = [one for one in map(core.log.instance, ids) if one.removed_at is None]
        assert len({name_key(one.name) for one in present}) == len(present)
        for one in present:
            reservation = core.log.reservation(one.name)
            assert reservation
            assert reservation.holder == str(one.id)
            assert (one.credentials["token"] is not None) == bool(_secrets_of(core, one))


def _instances_in(entries: list[Any]) -> list[str]:
    return [entry["id"] for entry in entries if "url" in entry["fields"]]


def _by_id(entries: list[Any]) -> dict[str, Any]:
    by_id = {entry["id"]: entry for entry in entries}
    assert len(by_id) == len(entries), "nothing stands there twice"
    return by_id


def _check_chain(core: Core, instance: Instance) -> None:
    """Count the snapshots that lead back from the latest: there are as many as captures."""
    taken = [
        event.snapshot_id
        for _, event in core.log.history(instance.id, upto=core.log.head())
        if isinstance(event, Instance.SnapshotTaken)
    ]
    chain = [str(one.id) for one in core.log.snapshots_back_from(instance.last_snapshot)]
    assert chain == taken[::-1]


def _secrets_of(core: Core, instance: Instance) -> dict[str, str]:
    token = instance.credentials["token"]
    return core.secrets.get([token["ref"]] if token else [])


# The stored form

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
REFERENCES = st.none() | st.fixed_dictionaries({"ref": TEXTS, "fingerprint": TEXTS})
MOMENTS = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(-timedelta(hours=9))])
)
ENVELOPE = {
    "originator_id": st.uuids(),
    "originator_version": st.integers(2, 2**53),
    "timestamp": MOMENTS,
    "actor": TEXTS,
    "reason": st.none() | TEXTS,
}
MILLISECONDS = st.floats(0, 1e9)
FAILED = st.builds(
    Instance.PingFailed,
    **ENVELOPE,
    condition=TEXTS,
    cause=TEXTS,
    detail=st.none() | TEXTS,
    step=st.none() | TEXTS,
)
CHANGED = st.builds(
    Instance.CredentialsChanged,
    **ENVELOPE,
    token=REFERENCES,
    private_key=REFERENCES,
    public_key=st.none() | TEXTS,
    device_token=REFERENCES,
)
TAGGED = st.builds(Instance.Tagged, **ENVELOPE, tags=st.lists(TEXTS))
RENAMED = st.builds(Instance.Renamed, **ENVELOPE, name=TEXTS)


@given(st.one_of(FAILED, CHANGED, TAGGED, RENAMED))
def test_an_event_is_read_as_it_was_written(event: Any) -> None:
    """Also with texts that look like those by which the library marks what it encodes."""
    mapper: Mapper[UUID] = Mapper(FactTranscoder())
    again = mapper.to_domain_event(mapper.to_stored_event(event))
    assert type(again) is type(event)
    assert vars(again) == vars(event)
    assert again.timestamp.utcoffset() == event.timestamp.utcoffset()  # type: ignore[attr-defined]


@given(st.one_of(RENAMED, TAGGED), st.sampled_from(["_type_", "_data_", '"_type_"', "\\"]))
def test_marks_of_the_library_within_a_text_are_a_text(event: Any, mark: str) -> None:
    marked = type(event)(**(vars(event) | {"actor": mark, "reason": f"{mark}{mark}"}))
    mapper: Mapper[UUID] = Mapper(FactTranscoder())
    assert vars(mapper.to_domain_event(mapper.to_stored_event(marked))) == vars(marked)


# data.json

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=4)
    | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=15,
)  # fmt: skip
SPACE = st.text(" \t\r\n", max_size=3)
OURS = "6a3f0c1e-0000-4000-8000-000000000001"
MINION: dict[str, Any] = {"id": OURS, "title": "home", "fields": {"url": "ws://host"}}
STAMP = Stamp("0a0a0a0a-0000-4000-8000-000000000001", 17)
KEYS = st.text().filter(lambda key: key not in ("minions", "relations", "openclawManager"))


def _spelled(value: Any, *, ascii_only: bool) -> str:
    """JSON as one tool or another writes it; half a character can only be spelled in ASCII."""
    text = json.dumps(value, ensure_ascii=ascii_only)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


@given(
    st.dictionaries(KEYS, ANY_JSON, max_size=3),
    st.lists(ANY_JSON, max_size=4),
    ANY_JSON,
    SPACE,
    st.booleans(),
)
def test_whatever_others_wrote_stays_as_it_is_written(
    members: dict[str, Any], entries: list[Any], relations: Any, space: str, ascii_only: bool
) -> None:
    def spell(value: Any) -> str:
        return _spelled(value, ascii_only=ascii_only)

    parts = [f"{spell(key)}{space}:{space}{spell(value)}" for key, value in members.items()]
    listed = f"{space},{space}".join(map(spell, entries))
    parts += [f'"minions"{space}:[{space}{listed}{space}]', f'"relations":{spell(relations)}']
    text = space + "{" + f"{space},{space}".join(parts) + "}" + space

    document = Document.parse(text.encode())
    assert document.stamp is None
    document.put(MINION)
    written = document.text(STAMP)

    stamp, again, _ = read(written.encode())
    assert again == [*entries, MINION]
    assert stamp == STAMP
    assert {
        key: value
        for key, value in json.loads(written).items()
        if key not in ("minions", "openclawManager")
    } == members | {"relations": relations}
    for value in [*members.values(), *entries, relations]:
        assert spell(value) in written
    parsed = Document.parse(written.encode())
    parsed.put(MINION)
    assert parsed.text(STAMP) == written, "writing it again changes nothing"


@given(st.dictionaries(KEYS, ANY_JSON, max_size=3), st.dictionaries(KEYS, ANY_JSON, max_size=3))
def test_whatever_others_add_to_an_entry_of_ours_stays(
    added: dict[str, Any], added_to_fields: dict[str, Any]
) -> None:
    ours = {"id", "title", "fields", "url", "status", "tags", "version", "token"}
    added = {f"x-{key}": value for key, value in added.items() if key not in ours}
    added_to_fields = {f"x-{key}": value for key, value in added_to_fields.items()}
    entry = added | MINION | {"fields": added_to_fields | {"url": "ws://old", "version": "1"}}
    document = Document.parse(json.dumps({"minions": [entry]}).encode())
    document.put(MINION)
    [again] = json.loads(document.text(STAMP))["minions"]
    assert again == added | MINION | {"fields": added_to_fields | {"url": "ws://host"}}


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="ignore")))
def test_bytes_are_a_document_or_damaged_for_all_readers_alike(data: bytes) -> None:
    outcomes = []
    for reader in (Document.parse, read):
        try:
            reader(data)
            outcomes.append("read")
        except DamagedDocument:
            outcomes.append("damaged")
    assert outcomes[0] == outcomes[1]


# What people type


@given(st.text())
def test_a_text_is_a_name_or_refused_and_a_name_stays_one(text: str) -> None:
    with suppress(InvalidName):
        name = InstanceName(text)
        assert InstanceName(name) == name
        assert name_key(name) == name_key(text) == name_key(name_key(name))


@given(st.text() | st.text("ws:/@[]#?.%1a ", max_size=30).map(lambda text: f"ws://{text}"))
def test_a_text_is_a_url_or_refused(text: str) -> None:
    with suppress(InvalidUrl):
        assert GatewayUrl(text) == text


@given(st.text())
def test_a_text_is_a_token_or_refused_without_being_repeated(text: str) -> None:
    with suppress(InvalidToken):
        assert Token(text) == text
    with suppress(InvalidTag):
        assert Tag(text) == text
    assert issubclass(InvalidToken, InvalidInput)
