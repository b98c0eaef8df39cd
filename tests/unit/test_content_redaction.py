"""Which texts are taken for secrets, and which are not."""

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from openclaw_manager.domain.content.canonical import Json, canonical
from openclaw_manager.domain.content.redaction import redacted
from openclaw_manager.domain.content.secret_names import STEMS, promise_of, promises_secret_text
from openclaw_manager.domain.content.secret_shapes import SHAPES

RECORDED = Path(__file__).parents[1] / "data" / "gateway-frames"
HIDDEN = "[redacted]"
SECRET = "n0t-F0r-Y0ur-Ey3s"
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQ==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "name",
    [
        *("token", "botToken", "bot_token", "BOT-TOKEN", "deviceToken", "OPENAI_TOKEN"),
        *("apiKey", "api_key", "x-api-key", "APIKEY", "password", "smtp.password", "secret"),
        *("clientSecret", "webhookSecret", "authorization", "Proxy-Authorization", "cookie"),
        *("Set-Cookie", "privateKey", "private_key", "credentials", "passphrase", "encryptKey"),
        *("recoveryScope", "pluginSurfaceUrls", "serviceAccount", "tokens", "pass", "accessKey"),
    ],
)
def test_what_stands_under_a_name_that_promises_a_secret_is_redacted(name: str) -> None:
    assert redacted({name: SECRET}) == {name: HIDDEN}


@pytest.mark.parametrize(
    "name",
    [
        *("tokenCount", "authMode", "auth", "key", "mainKey", "sessionKey", "publicKey"),
        *("skillKey", "tokenSource", "secretRef", "passed", "compass", "keyPath", "tokenFile"),
        *("cookieName", "declarationKey", "primaryEnv", "passwordless", "id"),
    ],
)
def test_what_stands_under_another_name_stays(name: str) -> None:
    assert redacted({name: "agent-main"}) == {name: "agent-main"}


def test_counts_and_truths_are_no_secrets() -> None:
    value: Json = {"tokens": 123, "maxTokens": 4096, "hasToken": True, "token": None, "secret": ""}

    assert redacted(value) == value


def test_a_number_can_be_a_password() -> None:
    assert redacted({"password": 271828}) == {"password": HIDDEN}


def test_all_below_such_a_name_is_redacted_and_the_structure_stays() -> None:
    assert redacted({"credentials": {"a": [SECRET, {"b": SECRET}], "on": True}}) == {
        "credentials": {"a": [HIDDEN, {"b": HIDDEN}], "on": True}
    }


@pytest.mark.parametrize("name", ["env", "environment", "headers", "extraHeaders"])
def test_all_values_of_variables_and_headers_are_redacted(name: str) -> None:
    value: Json = {name: {"PLAIN": SECRET, "vars": {"X": SECRET}}}

    assert redacted(value) == {name: {"PLAIN": HIDDEN, "vars": {"X": HIDDEN}}}


def test_lists_of_variables_keep_the_names() -> None:
    value: Json = {"env": ["HOME", f"COLOUR={SECRET}", {"name": "X", "value": SECRET}]}

    assert redacted(value) == {"env": ["HOME", f"COLOUR={HIDDEN}", {"name": "X", "value": HIDDEN}]}


def test_pairs_of_a_name_and_a_value_are_judged_by_the_name() -> None:
    value: Json = [{"name": "X-Api-Key", "value": SECRET}, {"name": "Accept", "value": "*/*"}]

    assert redacted(value) == [
        {"name": "X-Api-Key", "value": HIDDEN},
        {"name": "Accept", "value": "*/*"},
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"token": "__OPENCLAW_REDACTED__"},
        {"token": HIDDEN},
        {"apiKey": "${OPENAI_API_KEY}", "env": {"A": "$HOME"}},
        {"apiKey": {"source": "env", "provider": "default", "id": "OPENAI_API_KEY"}},
        {"baseUrl": "https://__OPENCLAW_REDACTED__:__OPENCLAW_REDACTED__@api.example/v1"},
        {"baseUrl": "https://api.example/v1?key=__OPENCLAW_REDACTED__"},
    ],
)
def test_marks_and_references_to_secrets_stay(value: Json) -> None:
    assert redacted(value) == value


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://api.example/v1?key=abc123&alt=json", "https://api.example/v1?key=*&alt=json"),
        ("https://api.example/?a=1&access_token=abc#top", "https://api.example/?a=1&access_token=*"),
        ("/callback?next=%2Fx%3Ftoken%3Dabc", "/callback?next=%2Fx%3Ftoken%3D*"),
        ("http://127.0.0.1:18789/#token=abc", "http://127.0.0.1:18789/#token=*"),
        ("postgres://user:pa:ss@db/x", "postgres://*@db/x"),
        ("https://user:pa/ss@host/x", "https://*@host/x"),
        ("https://0123abcd@sentry.example/1", "https://*@sentry.example/1"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: *"),
        ("curl -H 'X-Api-Key: abc' https://x", "curl -H 'X-Api-Key: *' https://x"),
        ("run --api-key abc --fast", "run --api-key * --fast"),
        ("run --token=abc --fast", "run --token=* --fast"),
        ("export GH_TOKEN='abc def'", "export GH_TOKEN='*'"),
        ('{"password": "a\\"b", "n": 1}', '{"password": "*", "n": 1}'),
        ('{"password":1234,"n":1}', '{"password":*,"n":1}'),
        ('{\\"token\\":\\"abc\\",\\"n\\":1}', '{\\"token\\":\\"*\\",\\"n\\":1}'),
        ("bearer abcd1234efgh", "bearer *"),
        ("header Bearer%20abcd1234", "header Bearer%20*"),
        ("uses Basic dXNlcjpwYXNz here", "uses Basic * here"),
        ("go to /__openclaw__/cap/g2GWrz0_XtWL/x", "go to /__openclaw__/cap/*/x"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "https://hooks.slack.com/services/*"),
        ("https://discord.com/api/webhooks/12/xyz-1", "https://discord.com/api/webhooks/12/*"),
        ("https://api.telegram.org/bot123456:ABC-DEF1234ghIkl-zyx57W2v/x",
         "https://api.telegram.org/bot*/x"),
        ("mine is sk-proj-abc_DEF-123456 ok", "mine is * ok"),
        ("xoxb-123456789012-abcdef", "*"),
        ("ghp_0123456789abcdefABCD and github_pat_0123456789abcdefABCD", "* and *"),
        ("AKIAIOSFODNN7EXAMPLE", "*"),
        ("AIzaSyA-0123456789_0123456789abcdefghi", "*"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s1gn-ature", "*"),
        (f"key:\n{PEM}rest", "key:\n*\nrest"),
        (json.dumps(PEM), '"*\\n"'),
        (PEM[:40], "*"),
    ],
)  # fmt: skip
def test_secrets_in_running_text_are_known_by_introduction_or_looks(text: str, left: str) -> None:
    assert redacted([text]) == [left.replace("*", HIDDEN)]


@pytest.mark.parametrize(
    "text",
    [
        "https://api.example:8080/@scope/package?v=1795448073747",
        "ssh://git@github.com/x/y.git",
        "agent:main:main",
        "anthropic.claude-3-haiku-20240307-v1:0",
        "the bearer token is checked; basic knowledge helps",
        "max-tokens: 4096, tokens=12",
        "task-management-and-planning",
        "/usr/lib/node_modules/openclaw/skills/1password/SKILL.md",
        "Gateway: vm (192.0.2.2) · app 2026.9.6 · mode gateway · reason self",
        "hmac-sha256:v1:sgO4YCmBNCQy_n1lbP77IUEHC2gnFeRMO6z9vCEoVdw",
        "token == null || secret != x",
        'tokens: {"a": true}',
    ],
)
def test_texts_that_only_resemble_secrets_stay(text: str) -> None:
    assert redacted([text]) == [text]


def test_the_argument_after_an_option_that_takes_a_secret_is_redacted() -> None:
    value: Json = {"args": ["serve", "--token", "-abc", "--api-key", "--fast", "x"]}

    assert redacted(value) == {"args": ["serve", "--token", HIDDEN, "--api-key", HIDDEN, "x"]}


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        f"<{SECRET}>",
        quote("a b?" + SECRET, safe=""),
        json.dumps({"x": SECRET}),
        SECRET.encode().hex(),
        *(base64.b64encode(b"xyz"[:shift] + SECRET.encode()).decode() for shift in range(3)),
        base64.urlsafe_b64encode(b"user:" + SECRET.encode() + b"tail").decode(),
    ],
)
def test_our_own_secret_is_found_however_it_is_spelled(echo: str) -> None:
    kept = canonical(redacted({"echo": echo, echo: [echo]}, [SECRET]))

    assert SECRET not in kept
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + SECRET.encode()).decode()
        assert encoded[4:-8] not in kept
    assert HIDDEN in kept


@pytest.mark.parametrize("secret", ['with "quotes" & \\', "mit Umlaut: ä/ö", PEM, "p%20q+r/s=="])
def test_our_own_secret_may_have_any_characters(secret: str) -> None:
    percent_encoded = quote(secret.strip(), safe="")
    spellings = (
        *(secret.strip(), percent_encoded, quote(secret.strip())),
        re.sub("%..", lambda code: code[0].lower(), percent_encoded),
        *(json.dumps(secret.strip())[1:-1], json.dumps(secret.strip(), ensure_ascii=False)[1:-1]),
    )

    for spelling in spellings:
        assert redacted([f"({spelling})"], [secret]) == [f"({HIDDEN})"]


def test_our_own_secret_is_redacted_before_it_is_torn_apart() -> None:
    """What looks like a secret may be part of one."""
    assert redacted(["see abc?token=xyz."], ["abc?token=xyz"]) == [f"see {HIDDEN}."]


def test_a_secret_that_is_part_of_the_mark_does_not_make_it_grow() -> None:
    once = redacted({"a": "it was redacted", "token": SECRET}, ["redacted"])

    assert once == {"a": f"it was {HIDDEN}", "token": HIDDEN}
    assert redacted(once, ["redacted"]) == once


def test_a_tiny_secret_is_redacted_as_a_whole_value_only() -> None:
    assert redacted(["abc", "an abc book"], ["abc"]) == [HIDDEN, "an abc book"]


def test_keys_that_become_equal_are_numbered_and_none_is_lost() -> None:
    value: Json = {"sk-abcdefgh1": 1, "sk-abcdefgh2": 2, HIDDEN: 3}

    once = redacted(value)

    assert once == {f"{HIDDEN}#2": 1, f"{HIDDEN}#3": 2, HIDDEN: 3}
    assert redacted(once) == once


def test_the_text_of_a_configuration_file_goes_where_its_parsed_form_is_kept() -> None:
    answer: Json = {"raw": f"// the old one was {SECRET}\n{{}}", "parsed": {}, "exists": True}

    assert redacted(answer) == {"raw": HIDDEN, "parsed": {}, "exists": True}
    assert redacted({"raw": None, "parsed": {}}) == {"raw": None, "parsed": {}}
    assert redacted({"raw": "raw meat"}) == {"raw": "raw meat"}


def test_what_is_given_is_not_changed() -> None:
    value: Json = {"token": SECRET, "raw": SECRET, "parsed": {}, "list": [{"value": SECRET}]}
    before = canonical(value)

    redacted(value, [SECRET])

    assert canonical(value) == before


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*/rpc/*.json")), ids=str)
def test_nothing_in_recorded_answers_is_taken_for_a_secret_but_in_the_greeting(path: Path) -> None:
    """The gateways redacted these themselves, so all of it is of use."""
    recorded: dict[str, Any] = json.loads(path.read_text())
    answer = recorded if path.name.startswith("_hello") else recorded["response"]["payload"]

    kept = canonical(redacted(answer))

    if path.name.startswith("_hello"):
        for secret in (*answer["auth"].values(), *answer.get("pluginSurfaceUrls", {}).values()):
            is_secret = isinstance(secret, str) and len(secret) > 20
            assert not is_secret or secret not in kept
    else:
        assert kept == canonical(answer)


def test_each_name_that_promises_a_secret_contains_a_stem() -> None:
    """Texts without any stem are not searched for names."""
    from openclaw_manager.domain.content import secret_names

    names = (*secret_names._ENDINGS, *secret_names._IN_A_QUERY)

    assert all(any(stem in name for stem in STEMS) for name in names)
    assert all(promises_secret_text(ending) for ending in secret_names._ENDINGS)


def test_a_name_is_judged_without_regard_to_case_dashes_and_underscores() -> None:
    assert {promise_of(name) for name in ("api-key", "API_KEY", "ApiKey", "x.api.key")} == {
        promise_of("apikey")
    }


def test_no_shape_is_tried_where_its_trigger_is_missing() -> None:
    assert all(shape.triggers and all(shape.triggers) for shape in SHAPES)
