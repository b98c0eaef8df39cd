"""The declared shape of every event: no attribute and no type changes without a new version.

`tests/data/event-shapes.json` has the shape of each version that was released. A shape that is
in there is never edited; a new version of an event gets a new one beside it.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict
from uuid import UUID

import pytest
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, register_topic

import openclaw_manager.domain
from openclaw_manager.application.transcoding import FactMapper, FactTranscoder
from openclaw_manager.domain.errors import StoreDamaged
from openclaw_manager.domain.provenance import Fact, FactKeeper

DATA = Path(__file__).parents[1] / "data"
SHAPES: dict[str, dict[str, str]] = json.loads((DATA / "event-shapes.json").read_text())
ENVELOPE = {"originator_id", "originator_version", "originator_topic", "timestamp"}


def _keepers() -> list[type[FactKeeper]]:
    """Find every aggregate there is, so that nobody has to think of listing a new one."""
    for module in walk_packages(openclaw_manager.domain.__path__, "openclaw_manager.domain."):
        import_module(module.name)
    ours = [one for one in FactKeeper.__subclasses__() if one.__module__.startswith("openclaw_")]
    return sorted(ours, key=lambda one: one.__name__)


def _events() -> Iterator[type[Fact]]:
    for keeper in _keepers():
        for attribute in vars(keeper).values():
            is_fact = isinstance(attribute, type) and issubclass(attribute, Fact)
            if is_fact and "TOPIC" in vars(attribute):
                yield attribute


def _spelled(kind: Any) -> str:
    """Spell a type out, down to the keys of what is nested, whatever it is called."""
    if kind in (NoneType, Any):
        return "None" if kind is NoneType else "Any"
    if is_typeddict(kind):
        parts = sorted(f"{key}: {_spelled(part)}" for key, part in get_type_hints(kind).items())
        return "{" + ", ".join(parts) + "}"
    arguments = [_spelled(argument) for argument in get_args(kind)]
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(arguments)
    name = getattr(get_origin(kind) or kind, "__name__", str(kind))
    return f"{name}[{', '.join(arguments)}]" if arguments else str(name)


def _shape(event: type[Any]) -> dict[str, str]:
    hints = get_type_hints(event)
    return {name: _spelled(hints[name]) for name in event.attributes() if name not in ENVELOPE}


def _version(event: type[Any]) -> str:
    return f"{get_topic(event)}.v{getattr(event, 'class_version', 1)}"


EVENTS = {_version(event): event for event in _events()}


@pytest.mark.parametrize("version", EVENTS)
def test_an_event_has_the_shape_that_its_version_was_released_with(version: str) -> None:
    """If this fails, the event needs a new version, and not this file a new shape."""
    assert _shape(EVENTS[version]) == SHAPES[version]


def test_every_version_that_was_released_is_still_read() -> None:
    """Its topic is there, with a version as high or higher, and a sample of it is stored."""
    latest = {get_topic(event): getattr(event, "class_version", 1) for event in EVENTS.values()}
    for version in SHAPES:
        topic, _, number = version.rpartition(".v")
        assert latest[topic] >= int(number)
        assert (DATA / "events" / f"{version}.json").exists()


@pytest.mark.parametrize("version", SHAPES)
def test_a_sample_shows_every_attribute_with_a_value(version: str) -> None:
    """A null or an empty list would not show what is written where there is a value."""
    state = json.loads((DATA / "events" / f"{version}.json").read_text())["state"]
    assert state.keys() - ENVELOPE - {"class_version"} == SHAPES[version].keys()
    assert [key for key, value in state.items() if value in (None, [], {}, "")] == []


def test_every_event_says_when_who_and_why() -> None:
    for event in EVENTS.values():
        shape = _shape(event)
        assert (shape["actor"], shape["reason"]) == ("str", "str | None")
        assert "timestamp" in event.attributes()


def _kind(name: str, attributes: dict[str, Any], **members: Any) -> type[Any]:
    """Make an event as a later version of this program might have it."""
    return type(name, (Fact,), {"__annotations__": attributes, "__module__": __name__, **members})


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": str, "color": str},
        {},
        {"name": str | None},
        {"label": str},
        {"name": list[str]},
        {"name": int},
    ],
    ids=["more", "less", "optional", "renamed", "a list", "another type"],
)
def test_any_change_of_an_event_is_a_change_of_its_shape(attributes: dict[str, Any]) -> None:
    before = _shape(_kind("Renamed", {"name": str}))
    assert before == {"actor": "str", "reason": "str | None", "name": "str"}
    assert _shape(_kind("Renamed", attributes)) != before


class Painted(Fact):
    """An event in its third version, to show how one is read that was stored in an older one."""

    TOPIC = "test.painted"
    class_version = 3
    colors: list[str]
    glossy: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Version 1 had one ``color``."""
        state["colors"] = [state.pop("color")]

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """Version 2 did not say whether the paint was ``glossy``, and all of it was matt."""
        state["glossy"] = False


register_topic(Painted.TOPIC, Painted)
ENVELOPE_OF_SAMPLE = {"timestamp": "2026-11-23T16:00:05.120000+00:00", "actor": "a", "reason": "b"}


def _read(state: dict[str, Any]) -> Any:
    mapper: Mapper[UUID] = FactMapper(FactTranscoder())
    stored = json.dumps(ENVELOPE_OF_SAMPLE | state).encode()
    return mapper.to_domain_event(StoredEvent(UUID(int=1), 2, "test.painted", stored))


@pytest.mark.parametrize(
    "state",
    [
        {"color": "red"},
        {"class_version": 2, "colors": ["red"]},
        {"class_version": 3, "colors": ["red"], "glossy": False},
    ],
    ids=["first version", "second version", "version of today"],
)
def test_an_event_of_an_older_version_is_read_as_one_of_today(state: dict[str, Any]) -> None:
    painted = _read(state)
    assert (painted.colors, painted.glossy) == (["red"], False)
    mapper: Mapper[UUID] = FactMapper(FactTranscoder())
    written = json.loads(mapper.to_stored_event(painted).state)
    assert written == ENVELOPE_OF_SAMPLE | {
        "class_version": 3,
        "colors": ["red"],
        "glossy": False,
    }


def test_an_event_that_was_not_upcast_is_refused() -> None:
    with pytest.raises(StoreDamaged, match="less or more"):
        _read({"class_version": 3, "color": "red"})
