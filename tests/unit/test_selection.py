"""How people point at an instance."""

import pytest

from openclaw_manager.application.selection import MinionDirectory, select
from openclaw_manager.domain.errors import AmbiguousInstance, InstanceNotFound

HOME = "6a3f0c1e-0000-4000-8000-000000000001"
OFFICE = "6a3f9999-0000-4000-8000-000000000002"
OLD_HOME = "11110000-0000-4000-8000-000000000003"
BEEF = "dead0000-0000-4000-8000-000000000004"
NAMED_LIKE_AN_ID = "22220000-0000-4000-8000-000000000005"
GONE_ONCE = "33330000-0000-4000-8000-000000000006"
GONE_TWICE = "44440000-0000-4000-8000-000000000007"


def _minion(id_: str, title: str, *, removed: bool = False) -> dict[str, str]:
    minion = {"id": id_, "title": title}
    return minion | {"deletedAt": "2026-11-23T16:00:00.000Z"} if removed else minion


DIRECTORY = MinionDirectory(
    [
        _minion(HOME, "Home"),
        _minion(OFFICE, "Büro"),
        _minion(OLD_HOME, "HOME", removed=True),
        _minion(BEEF, "6a3f"),
        _minion(NAMED_LIKE_AN_ID, HOME),
        _minion(GONE_ONCE, "gone", removed=True),
        _minion(GONE_TWICE, "Gone", removed=True),
    ]
)


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        (HOME, HOME),
        (HOME.upper(), HOME),
        (HOME.replace("-", ""), HOME),
        ("home", HOME),
        ("hOmE", HOME),
        ("BÜRO", OFFICE),
        ("6a3f0", HOME),
        ("6A3F0C1E-00", HOME),
        ("6a3f0c1e-", HOME),
        ("1111", OLD_HOME),
        ("6a3f", BEEF),
        ("dead", BEEF),
        ("2222", NAMED_LIKE_AN_ID),
    ],
    ids=str,
)
def test_one_instance_is_meant(selector: str, meant: str) -> None:
    """A whole id beats a name, a name beats the beginning of an id, present beats removed."""
    assert select(selector, DIRECTORY).id == meant


@pytest.mark.parametrize(
    ("selector", "meant"),
    [("home", OLD_HOME), ("gone", None), ("büro", OFFICE), (HOME, HOME), ("1111", OLD_HOME)],
)
def test_where_a_removed_one_is_asked_for_removed_beats_present(
    selector: str, meant: str | None
) -> None:
    if meant is None:
        with pytest.raises(AmbiguousInstance):
            select(selector, DIRECTORY, removed=True)
    else:
        assert select(selector, DIRECTORY, removed=True).id == meant


@pytest.mark.parametrize(
    "selector",
    ["", "hom", "111", "6a3", "6a3f0c1f", "----", "1---", "6-a-3", "-", "%", "*", "\udcff", "6a3g"],
)
def test_less_than_that_means_no_instance(selector: str) -> None:
    with pytest.raises(InstanceNotFound) as refusal:
        select(selector, DIRECTORY)
    assert str(refusal.value) == f"there is no instance {selector!r}"


def test_dashes_alone_never_mean_the_only_instance() -> None:
    """`remove -- ----` with one instance registered must not remove it."""
    with pytest.raises(InstanceNotFound):
        select("----", MinionDirectory([_minion(HOME, "home")]))


def test_several_are_listed_where_several_could_be_meant() -> None:
    directory = MinionDirectory([_minion(HOME, "Home"), _minion(OFFICE, "Büro")])
    with pytest.raises(AmbiguousInstance) as refusal:
        select("6a3f", directory)
    assert refusal.value.candidates == ((HOME, "Home"), (OFFICE, "Büro"))
    assert str(refusal.value) == f"'6a3f' could be any of Home ({HOME}), Büro ({OFFICE})"


def test_of_several_removed_ones_the_id_must_be_given() -> None:
    with pytest.raises(AmbiguousInstance):
        select("GONE", DIRECTORY)
    assert select("3333", DIRECTORY).id == GONE_ONCE
