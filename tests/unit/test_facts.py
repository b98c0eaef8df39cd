"""Facts: what they have, and that they do not change."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.provenance import Fact, FirstFact, StateSnapshot

ENVELOPE = {
    "originator_id": UUID(int=1),
    "originator_version": 2,
    "timestamp": datetime(2026, 11, 23, tzinfo=UTC),
    "actor": "ada@lovelace",
    "reason": None,
}
RENAMED = Instance.Renamed(**ENVELOPE, name="home")


def test_a_fact_has_its_provenance_first_and_then_what_it_says() -> None:
    assert Fact.attributes() == tuple(ENVELOPE)
    assert Instance.Renamed.attributes() == (*ENVELOPE, "name")
    assert FirstFact.attributes() == (*ENVELOPE, "originator_topic")
    assert StateSnapshot.attributes()[-2:] == ("topic", "state")
    assert (RENAMED.name, RENAMED.actor) == ("home", "ada@lovelace")


@pytest.mark.parametrize("said", [{}, {"name": "home", "color": "red"}], ids=["less", "more"])
def test_a_fact_says_neither_less_nor_more_than_its_kind(said: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="name"):
        Instance.Renamed(**ENVELOPE, **said)


def test_a_fact_does_not_change() -> None:
    with pytest.raises(AttributeError, match="Renamed was recorded"):
        RENAMED.name = "elsewhere"
    assert RENAMED.name == "home"


def test_facts_are_the_same_that_say_the_same() -> None:
    same = Instance.Renamed(**ENVELOPE, name="home")
    assert same == RENAMED
    assert hash(same) == hash(RENAMED)
    assert Instance.Renamed(**ENVELOPE, name="elsewhere") != RENAMED
    assert Instance.Restored(**ENVELOPE) != Instance.SoftDeleted(**ENVELOPE)


def test_a_fact_shows_what_it_says() -> None:
    assert repr(RENAMED).startswith("Instance.Renamed(originator_id=UUID(")
    assert repr(RENAMED).endswith("actor='ada@lovelace', reason=None, name='home')")
