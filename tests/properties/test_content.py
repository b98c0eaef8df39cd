"""The laws of redacting, splitting and comparing JSON, tried on arbitrary JSON."""

import base64
import json
import string
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import quote

import jsonpatch
from hypothesis import given
from hypothesis import strategies as st

from openclaw_manager.domain.content.canonical import Json, canonical, content_hash
from openclaw_manager.domain.content.difference import diff
from openclaw_manager.domain.content.patch import apply, to_json_patch
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.content.volatile import OMITTED, split_volatile
from openclaw_manager.domain.outline import Outline
from openclaw_manager.domain.section import Section

NAMES = st.sampled_from(["id", "name", "provider", "key", "ts", "a", "", "-", "0", "~/", "hash"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, 0.0, -0.0, 1.0, "a", "b"])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)


def _around(children: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.lists(children, max_size=5) | st.dictionaries(
        NAMES | st.text(max_size=4), children, max_size=5
    )


JSON: st.SearchStrategy[Any] = st.recursive(SCALARS, _around, max_leaves=30)

# Lists in which things are known by ids, some of which occur in both of two such lists.
THINGS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("abcdefgh"), "on": JSON}),
    max_size=8,
    unique_by=lambda thing: thing["id"],
)
COMPARED = JSON | THINGS | st.fixed_dictionaries({"things": THINGS, "rest": JSON})


@given(COMPARED, COMPARED)
def test_changes_lead_from_one_value_to_the_other(a: Json, b: Json) -> None:
    assert canonical(apply(diff(a, b), a)) == canonical(b)


@given(COMPARED, COMPARED)
def test_changes_written_as_rfc_6902_lead_there_too(a: Json, b: Json) -> None:
    patch = json.loads(json.dumps(to_json_patch(diff(a, b))))

    assert canonical(jsonpatch.apply_patch(a, patch)) == canonical(b)


@given(COMPARED)
def test_nothing_differs_from_itself(a: Json) -> None:
    assert diff(a, json.loads(json.dumps(a))) == []


@given(COMPARED, COMPARED)
def test_no_changes_means_the_same_content(a: Json, b: Json) -> None:
    same = content_hash(canonical(a)) == content_hash(canonical(b))

    assert (diff(a, b) == []) == same


@given(st.data(), THINGS)
def test_another_order_is_at_most_one_change(data: st.DataObject, things: list[Json]) -> None:
    shuffled = data.draw(st.permutations(things))

    assert len(diff(things, shuffled)) == (things != shuffled)


@given(JSON)
def test_a_canonical_text_is_read_as_what_it_was_written_from(value: Json) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.sampled_from(Section), JSON)
def test_splitting_loses_nothing_and_finds_nothing_in_what_is_stable(
    section: Section, value: Json
) -> None:
    stable, volatile = split_volatile(section, value)

    again, found = split_volatile(section, stable)
    assert canonical(again) == canonical(stable)
    assert not found or section is Section.CRON
    removed = {change.path for change in diff(value, stable)}
    assert OMITTED in volatile or section is Section.PRESENCE or bool(removed) == bool(volatile)


VOLATILE = st.dictionaries(
    st.sampled_from(Section), st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=3
)


@given(VOLATILE, st.data())
def test_an_outline_with_the_values_of_one_that_fits_has_its_values(
    volatile: dict[Section, dict[str, Any]], data: st.DataObject
) -> None:
    def outline(values: dict[Section, dict[str, Any]]) -> Outline:
        return Outline(dict.fromkeys(values, "sha256:0"), {}, values)

    def with_other_leaves(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: with_other_leaves(child) for key, child in value.items()}
        if isinstance(value, list):
            return [with_other_leaves(child) for child in value]
        return data.draw(st.just(value) | SCALARS)

    before = Outline.read(outline(volatile).text())
    now = outline({key: with_other_leaves(values) for key, values in volatile.items()})
    assert before.fits(now)
    assert _plain(before.with_values(before.values_of(now))) == _plain(now.volatile)


def _plain(volatile: Any) -> str:
    return canonical({section.value: dict(values) for section, values in volatile.items()})


Plant: TypeAlias = Callable[[str], Json]

PLANTS: list[Plant] = [
    lambda secret: {"token": secret},
    lambda secret: {"Bot-Token": secret},
    lambda secret: {"auth": {"password": secret}},
    lambda secret: {"credentials": {"deep": [{"er": secret}]}},
    lambda secret: {"env": {"ANY": secret}},
    lambda secret: {"env": {"vars": {"ANY": secret}}},
    lambda secret: {"env": [f"ANY={secret}"]},
    lambda secret: {"headers": {"X-Any": secret}},
    lambda secret: {"name": "api_key", "value": secret},
    lambda secret: {"args": ["--api-key", secret]},
    lambda secret: {"raw": f"// {secret}", "parsed": {}},
    lambda secret: f"https://x.example/v1?key={quote(secret, safe='')}&a=b",
    lambda secret: f"https://x.example/?a=b&access_token={quote(secret, safe='')}",
    lambda secret: f"https://user:{quote(secret, safe='')}@x.example/",
    lambda secret: json.dumps({"nested": {"secret": secret}}),
    lambda secret: json.dumps(json.dumps({"apiKey": secret})),
]
WORDED_PLANTS: list[Plant] = [
    lambda secret: f"Bearer {secret}",
    lambda secret: f"run --token {secret} --fast",
    lambda secret: f"run --token={secret} --fast",
    lambda secret: f"export API_KEY={secret}; run",
    lambda secret: f"X-Api-Key: {secret}",
    lambda secret: f"say sk-{secret} here",
    lambda secret: f"xoxb-{secret}",
    lambda secret: f"github_pat_{secret}",
    lambda secret: f"x ghp_{secret}",
    lambda secret: f"eyJ{secret}.{secret}.{secret}",
    lambda secret: f"bot123456:{secret}/",
    lambda secret: f"AIza{secret}",
    lambda secret: f"-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----",
    lambda secret: f"Basic {base64.b64encode(('u:' + secret).encode()).decode()}",
]
OWN_PLANTS: list[Plant] = [
    lambda secret: secret,
    lambda secret: f"before{secret}after",
    lambda secret: {f"key {secret}": 1},
    lambda secret: quote(secret, safe=""),
    lambda secret: json.dumps([secret]),
    lambda secret: base64.b64encode(b"ab" + secret.encode()).decode(),
    lambda secret: base64.urlsafe_b64encode(secret.encode() + b"ab").decode(),
]
WORDS = st.text(string.ascii_letters + string.digits + "_", min_size=24, max_size=40).filter(
    lambda word: not word.isdecimal()
)
PRINTABLE = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=16)


@st.composite
def planted(draw: st.DrawFn, fragment: Json) -> Json:
    """Bury a fragment somewhere in arbitrary JSON."""
    value = fragment
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            around = draw(st.dictionaries(NAMES, JSON, max_size=3))
            value = around | {draw(NAMES): value}
        else:
            value = [*draw(st.lists(JSON, max_size=2)), value, *draw(st.lists(JSON, max_size=2))]
    return value


def _spellings(secret: str) -> list[str]:
    inside = [base64.b64encode(b"\0" * shift + secret.encode()).decode() for shift in range(3)]
    return [
        *(secret, quote(secret, safe=""), json.dumps(secret)[1:-1]),
        *(text[4:-4] for text in inside),
    ]


@given(st.data(), PRINTABLE, st.sampled_from(PLANTS))
def test_a_planted_secret_is_nowhere_in_what_is_kept(
    data: st.DataObject, secret: str, plant: Plant
) -> None:
    value = data.draw(planted(plant(secret)))

    kept = canonical(redacted(value))

    assert not [spelling for spelling in _spellings(secret) if spelling in kept]


@given(st.data(), WORDS, st.sampled_from(WORDED_PLANTS))
def test_a_planted_secret_in_running_text_is_nowhere_in_what_is_kept(
    data: st.DataObject, secret: str, plant: Plant
) -> None:
    value = data.draw(planted(plant(secret)))

    kept = canonical(redacted(value))

    assert not [spelling for spelling in _spellings(secret) if spelling in kept]


@given(st.data(), PRINTABLE, st.sampled_from(OWN_PLANTS))
def test_our_own_secret_is_nowhere_in_what_is_kept(
    data: st.DataObject, secret: str, plant: Plant
) -> None:
    value = data.draw(planted(plant(secret)))

    kept = canonical(redacted(value, [secret, "another-one"]))

    assert not [spelling for spelling in _spellings(secret) if spelling in kept]


# Texts that are full of what introduces secrets, ends them, and marks that they were there.
PIECES = st.sampled_from(
    [
        *("token", "=", ":", " ", "?key=", "&", "://", "@", "/", '"', "'", '\\"', "\\", "--", "\n"),
        *("[redacted]", "__OPENCLAW_REDACTED__", "Bearer ", "Basic ", "sk-abcdefghij", "[", "]"),
        *("xoxb-0123456789", "%3D", "%3Ftoken%3D", "password", "tokens", "12", "abc", "#2", "{"),
        *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOiJIUzI1", "."),
    ]
)
PROVOKING_TEXT = st.lists(PIECES, max_size=8).map("".join)
PROVOKING: st.SearchStrategy[Any] = st.recursive(
    SCALARS | PROVOKING_TEXT,
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "token",
                    "tokens",
                    "env",
                    "headers",
                    "raw",
                    "parsed",
                    "name",
                    "value",
                    "args",
                    "source",
                ]
            )
            | PROVOKING_TEXT,
            children,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(PROVOKING, st.lists(PROVOKING_TEXT | st.sampled_from(["redacted", "abc"]), max_size=2))
def test_redacting_twice_is_redacting_once(value: Json, secrets: list[str]) -> None:
    once = redacted(value, secrets)

    assert canonical(redacted(once, secrets)) == canonical(once)


def _shape(value: Json) -> Json:
    if isinstance(value, dict):
        return [_shape(child) for child in value.values()]
    return [_shape(child) for child in value] if isinstance(value, list) else 0


@given(PROVOKING, st.lists(PROVOKING_TEXT, max_size=2))
def test_redacting_keeps_all_lists_and_mappings_and_their_sizes(
    value: Json, secrets: list[str]
) -> None:
    assert _shape(redacted(value, secrets)) == _shape(value)


HARMLESS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("abc xyz.,/-_", max_size=12),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(st.text("abcxyz", max_size=6), children, max_size=4)
    ),
    max_leaves=20,
)


@given(HARMLESS)
def test_what_has_no_secrets_stays_as_it_is(value: Json) -> None:
    assert canonical(redacted(value, ["n0t-in-there"])) == canonical(value)
