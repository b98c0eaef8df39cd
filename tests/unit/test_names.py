"""Names of instances: which are taken, and which are the same."""

import unicodedata

import pytest

from openclaw_manager.domain.errors import InvalidName
from openclaw_manager.domain.name import InstanceName, name_key
from openclaw_manager.domain.reservation import NameReservation

REFUSED = [
    ("", "the name '' is empty"),
    ("   ", "the name '   ' is empty"),
    ("\t\n", r"the name '\t\n' is empty"),
    ("x" * 101, f"the name '{'x' * 100}…' is longer than 100 characters"),
    ("\u0958" * 51, "the name '" + "\u0915\u093c" * 50 + "…' is longer than 100 characters"),
    ("a\x00b", r"the name 'a\x00b' has control characters"),
    ("a\nb", r"the name 'a\nb' has control characters"),
    ("a\x1b[31mred", r"the name 'a\x1b[31mred' has control characters"),
    ("a\x7fb", r"the name 'a\x7fb' has control characters"),
    ("a\x9bb", r"the name 'a\x9bb' has control characters"),
    ("a\u2028b", r"the name 'a\u2028b' has control characters"),
    ("a\u202eb", r"the name 'a\u202eb' has control characters"),
    ("a\udcffb", r"the name 'a\udcffb' has control characters"),
    (" home", "the name ' home' begins or ends with a space"),
    ("home ", "the name 'home ' begins or ends with a space"),
    (
        "--all",
        "the name '--all' begins with a dash, so commands would take it for an option",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_a_name_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidName) as refusal:
        InstanceName(text)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "name", ["h", "x" * 100, "my home", "Küche", "家", "a/b", "🦞", "a-b", "1"]
)
def test_what_people_call_things_is_a_name(name: str) -> None:
    assert InstanceName(name) == name


def test_two_spellings_of_one_letter_are_one_name() -> None:
    """A keyboard may write ü as one character, and a file system as two."""
    assert InstanceName("Ku\u0308che") == "K\u00fcche"


def test_a_name_that_was_taken_is_taken_again() -> None:
    """Composing characters may make a text longer; what is recorded must still be a name."""
    name = InstanceName("\u0958" * 50)
    assert InstanceName(name) == name
    assert len(name) == 100


SAME = [
    ("Home", "hOME"),
    ("STRASSE", "straße"),
    ("K\u00fcche", "KU\u0308CHE"),
    ("\uff28\uff4f\uff4d\uff45", "home"),
    ("\u212bngstr\u00f6m", "\u00e5ngstr\u00f6m"),
    ("\u0390", "\u0390".upper()),
    ("\u1fd3", "\u0390"),
    ("\ufb03", "FFI"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_are_told_apart_without_case(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert NameReservation.create_id(one) == NameReservation.create_id(other)


@pytest.mark.parametrize(("one", "other"), [("home", "home2"), ("o", "ö"), ("a b", "ab")])
def test_other_letters_make_another_name(one: str, other: str) -> None:
    assert NameReservation.create_id(one) != NameReservation.create_id(other)


def test_bringing_a_key_into_its_form_again_changes_nothing() -> None:
    """Otherwise a name that was read back could be another one."""
    for code in range(0x110000):
        character = chr(code)
        if unicodedata.category(character) in ("Cs", "Cn", "Co"):
            continue
        assert name_key(name_key(character)) == name_key(character)


def test_the_id_of_a_reservation_stays_what_it_was_released_as() -> None:
    """It follows from the name alone: a log that was written earlier must be found again."""
    assert str(NameReservation.create_id("Home")) == "db57c104-5d89-58a0-92dc-dcece884bde0"
