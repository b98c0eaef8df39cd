"""Label selectors: what they select, how they are written, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.domain.errors import InvalidLabelSelector
from openclaw_manager.domain.label import LabelSelector

PROD = ["env=prod", "site=home", "web"]


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("env=prod", True),
        ("env==prod", True),
        ("env = prod", True),
        ("env=test", False),
        ("env=PROD", False),
        ("Env=prod", False),
        ("env=", False),
        ("env!=prod", False),
        ("env!=test", True),
        ("rack!=3", True),
        ("env", True),
        ("web", True),
        ("web=", True),
        ("web!=", False),
        ("web=yes", False),
        ("rack", False),
        ("!rack", True),
        ("! rack", True),
        ("!env", False),
        ("!web", False),
        ("env=prod,web", True),
        (" env=prod , web ", True),
        ("env=prod,rack", False),
        ("env,!rack,site!=office,web", True),
        ("env=prod,env!=prod", False),
    ],
)
def test_all_requirements_have_to_be_met(selector: str, selected: bool) -> None:
    assert LabelSelector.parse(selector).selects(PROD) is selected


def test_what_has_no_tags_meets_only_what_nobody_may_have() -> None:
    selectors = ("env", "!env", "env=prod", "env!=prod", "env=")
    assert [one for one in selectors if LabelSelector.parse(one).selects([])] == [
        "!env",
        "env!=prod",
    ]


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("env==prod", "env=prod"),
        (" a , !b,c != d ", "a,!b,c!=d"),
        ("url=a:b@c+1/x.y-z_", "url=a:b@c+1/x.y-z_"),
    ],
)
def test_a_selector_is_told_in_its_shortest_form(given_: str, written: str) -> None:
    assert str(LabelSelector.parse(given_)) == written


@pytest.mark.parametrize(
    ("selector", "sentence"),
    [
        ("", "the selector '' is not key=value, key!=value, key or !key"),
        ("a b", "the selector 'a b' is not key=value, key!=value, key or !key"),
        ("a,,b", "the selector 'a,,b': '' is not key=value, key!=value, key or !key"),
        ("a,b=c=d", "the selector 'a,b=c=d': 'b=c=d' is not key=value, key!=value, key or !key"),
        ("=b", "the selector '=b' is not key=value, key!=value, key or !key"),
        ("!a=b", "the selector '!a=b' is not key=value, key!=value, key or !key"),
        ("a in (b)", "the selector 'a in (b)' is not key=value, key!=value, key or !key"),
        ("a\nb", "the selector 'a\\nb' is not key=value, key!=value, key or !key"),
        ("küche", "the selector 'küche' is not key=value, key!=value, key or !key"),
        ("k" * 64, f"the selector {'k' * 64!r} is not key=value, key!=value, key or !key"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(selector: str, sentence: str) -> None:
    with pytest.raises(InvalidLabelSelector) as refusal:
        LabelSelector.parse(selector)
    assert str(refusal.value) == sentence


_KEYS = st.sampled_from(["env", "site", "web", "a.b/c"])
_VALUES = st.sampled_from(["", "prod", "test", "home"])
_LABELS = st.dictionaries(_KEYS, _VALUES)


def _tags(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" if value else key for key, value in labels.items()]


@given(_LABELS, _KEYS, _VALUES)
def test_a_requirement_and_its_opposite_split_all_instances(
    labels: dict[str, str], key: str, value: str
) -> None:
    tags = _tags(labels)
    for one, other in ((key, f"!{key}"), (f"{key}={value}", f"{key}!={value}")):
        assert LabelSelector.parse(one).selects(tags) != LabelSelector.parse(other).selects(tags)
    assert LabelSelector.parse(key).selects(tags) == (key in labels)
    assert LabelSelector.parse(f"{key}={value}").selects(tags) == (labels.get(key) == value)
