"""Adopting is safe whatever stands in the file, and doing it twice is doing it once."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assembly import Core, core_in
from openclaw_manager.application.adoption.fates import Fate, Outcome, examine
from openclaw_manager.entrypoints.composition.adoption import open_given

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=3)
    | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)  # fmt: skip
IDS = st.sampled_from([f"d4a85195-8247-4d15-ac64-{number:012}" for number in range(4)])
TIMES = st.sampled_from(["2026-11-23T15:33:31.766693+00:00", "2026-11-23T15:42:31.563Z", None])
SECRET = "tok-MARKER"


def _mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(usual, usual, usual, ANY_JSON)


FIELDS = st.fixed_dictionaries(
    {"url": _mostly(st.just("ws://host:18789"))},
    optional={
        "token": _mostly(st.just(SECRET)),
        "devicePrivateKey": ANY_JSON,
        "devicePublicKey": ANY_JSON,
        "status": _mostly(st.sampled_from(["online", "connected", "unreachable"])),
        "lastPingAt": _mostly(TIMES),
        "lastPingLatencyMs": _mostly(st.floats(0, 100)),
        "version": _mostly(st.just("2026.9.6")),
        "deviceId": _mostly(st.just("dev-1")),
        "instanceId": IDS,
        "theirs": ANY_JSON,
    },
)
ENTRIES = st.lists(
    st.one_of(
        ANY_JSON,
        st.fixed_dictionaries(
            {
                "id": _mostly(IDS),
                "title": _mostly(st.sampled_from(["home", "HOME", "office"])),
                "fields": _mostly(FIELDS),
            },
            optional={
                "tags": _mostly(st.sampled_from([None, [], ["prod"]])),
                "createdAt": _mostly(TIMES),
                "updatedAt": _mostly(TIMES),
                "deletedAt": _mostly(TIMES),
                "searchableText": st.just(f"home {SECRET.lower()}"),
                "theirs": ANY_JSON,
            },
        ),
    ),
    max_size=5,
)
RELATIONS = st.lists(
    ANY_JSON | st.fixed_dictionaries({"id": st.text(), "sourceId": IDS, "targetId": IDS}),
    max_size=3,
)


@contextmanager
def _core() -> Iterator[Core]:
    folder = tempfile.mkdtemp()
    try:
        yield core_in(Path(folder) / "home")
    finally:
        shutil.rmtree(folder)


def _adopt(core: Core, path: Path) -> list[Fate]:
    given_file = open_given(str(path), str(core.home))
    examined = examine(given_file.entries, core.entry_reader, NOW)
    fates = core.adopting.adopt(examined, given_file.carried)
    core.adopting.carry_over(fates, given_file.entries, given_file.relations)
    return fates


def _ours(core: Core) -> set[str]:
    return {str(id_) for id_ in core.log.ids_beginning("")}


@settings(max_examples=60)
@given(ENTRIES, RELATIONS, st.booleans())
def test_whatever_is_adopted_once_is_not_adopted_twice_and_the_rest_stays(
    entries: list[Any], relations: list[Any], own: bool
) -> None:
    with _core() as core:
        path = core.data_json if own else core.home / "given.json"
        path.write_text(json.dumps({"minions": entries, "relations": relations}))
        before = path.read_bytes()
        fates = _adopt(core, path)
        assert [fate.place for fate in fates] == list(range(1, len(entries) + 1))
        adopted = [fate.id for fate in fates if fate.outcome is Outcome.ADOPTED]
        assert (set(adopted), len(adopted)) == (_ours(core), len(_ours(core)))
        if own:
            view = core.read_view()
            stayed = [entries[fate.place - 1] for fate in fates if fate.outcome.value != "adopted"]
            assert [one for one in view["minions"] if _id(one) not in _ours(core)] == stayed
            assert view["relations"] == relations
        else:
            assert path.read_bytes() == before
        head = core.log.head()
        shown = core.data_json.read_bytes() if core.data_json.exists() else b""
        again = _adopt(core, path)
        assert core.log.head() == head
        assert (core.data_json.read_bytes() if core.data_json.exists() else b"") == shown
        assert not {fate.outcome.value for fate in again} & {"adopted", "carried-over"}
        assert SECRET.encode() not in (core.home / "events.db").read_bytes()


def _id(entry: Any) -> Any:
    id_ = entry.get("id") if isinstance(entry, dict) else None
    return id_ if isinstance(id_, str) else None
