"""Alerts in ``config.toml``: how they are read, and what is said of those that cannot be."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.secret_store import InMemorySecretStore
from openclaw_manager.application.alerting.secrets import AlertSecrets
from openclaw_manager.domain.alert import About
from openclaw_manager.domain.errors import AlertSecretMissing, InvalidAlert, InvalidSetting
from openclaw_manager.entrypoints.composition.alert_settings import (
    AlertSettings,
    CommandSettings,
    WebhookSettings,
    read_alerts,
)
from openclaw_manager.entrypoints.composition.alerts import alerts_of, listed
from openclaw_manager.entrypoints.composition.settings import resolve

SLACK = "https://hooks.slack.com/services/T0000/B0000/XyZzYxYzZyXy"
LEAST = '[[alerts]]\nname = "x"\ntype = "webhook"\nurl = "https://example.com/hook"\n'
COMMAND = '[[alerts]]\nname = "x"\ntype = "command"\n'


def _read(home: Path, config: str) -> list[AlertSettings]:
    (home / "config.toml").write_text(config)
    return read_alerts(str(home))


def test_without_a_file_or_without_a_table_there_is_none(tmp_path: Path) -> None:
    assert read_alerts(str(tmp_path)) == []
    assert _read(tmp_path, "timeout = 3\n") == []


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    [alert] = _read(tmp_path, LEAST)
    assert alert[:-1] == ("x", "webhook", (About.DOWN, About.RECOVERY), None, None, 10.0, 3)
    assert alert.target == WebhookSettings(
        "https://example.com/hook", "POST", {}, "application/json", None
    )


def test_everything_can_be_set(tmp_path: Path) -> None:
    first, second = _read(
        tmp_path,
        """
        timeout = "5s"

        [[alerts]]
        name = "ntfy"
        type = "webhook"
        on = ["down"]
        repeat = "1h"
        select = "env=prod, !old"
        timeout = 2.5
        retries = 0
        url = "secret:ntfy-url"
        method = "PUT"
        content_type = "text/plain; charset=utf-8"
        body = "$text"

        [alerts.headers]
        Title = "$title"
        Authorization = "secret:ntfy"

        [[alerts]]
        name = "pager"
        type = "command"
        on = ["recovery"]
        command = ["/usr/local/bin/page", "--urgent", ""]
        """,
    )
    assert first.repeat == 3600
    assert str(first.selector) == "env=prod,!old"
    assert (first.on, first.timeout, first.retries) == ((About.DOWN,), 2.5, 0)
    assert isinstance(first.target, WebhookSettings)
    assert first.target.headers == {"Title": "$title", "Authorization": "secret:ntfy"}
    assert first.target.body is not None
    assert second.target == CommandSettings(("/usr/local/bin/page", "--urgent", ""))
    assert resolve({"home": str(tmp_path)}, {}, {}).timeout == 5.0


REFUSED = [
    ("[alerts]\nname = 'x'", "the alerts in config.toml: each of them begins with a line [[alert"),
    ("alerts = 5", "the alerts in config.toml: each of them begins with a line [[alerts]]"),
    ("alerts = ['x']", "the alerts in config.toml: each of them begins with a line [[alerts]]"),
    ("[[alerts]]\n", "alert number 1 in config.toml: it has no type"),
    ("[[alerts]]\nname = 'x'\n", "the alert 'x' in config.toml: it has no type"),
    (LEAST + "[[alerts]]\ntype = 'command'\ncommand = ['a']", "alert number 2 in config.toml: it"),
    ("[[alerts]]\nname='x'\ntype='mail'", "the alert 'x' in config.toml: its type 'mail' is none"),
    ("[[alerts]]\nname='x'\ntype=3", "the alert 'x' in config.toml: its type is no text"),
    (LEAST.replace('"x"', '"a b"'), "alert number 1 in config.toml: a name has up to 63 letters,"),
    (LEAST.replace('"x"', '""'), "alert number 1 in config.toml: a name has up to 63 letters,"),
    (LEAST.replace('"x"', "5"), "alert number 1 in config.toml: its name is no text"),
    (LEAST + LEAST.replace("x", "X"), "the alert 'x' in config.toml: another one has the same"),
    (LEAST + "urll = 'x'", "the alert 'x' in config.toml: it has 'urll', and there is only name,"),
    (LEAST + "concurrency = 3", "the alert 'x' in config.toml: it has 'concurrency', and there"),
    (LEAST + "command = ['a']", "the alert 'x' in config.toml: it has 'command', and there is on"),
    (LEAST + "on = 'down'", 'the alert \'x\' in config.toml: its on is no list of "down" and "r'),
    (LEAST + "on = []", "the alert 'x' in config.toml: its on is no list of"),
    (LEAST + "on = ['reminder']", "the alert 'x' in config.toml: its on is no list of"),
    (LEAST + "on = [{}]", "the alert 'x' in config.toml: its on is no list of"),
    (LEAST + "repeat = 'often'", "the alert 'x' in config.toml: its repeat 'often' is no duratio"),
    (
        LEAST + "repeat = 0",
        "the alert 'x' in config.toml: its repeat 0 is not between 1 s and 30 d",
    ),
    (LEAST + "repeat = true", "the alert 'x' in config.toml: its repeat True is no duration"),
    (LEAST + "repeat = 60\non = ['recovery']", "the alert 'x' in config.toml: it has a repeat, a"),
    (LEAST + "select = 'a b'", "the alert 'x' in config.toml: its select: the selector 'a b' is"),
    (LEAST + "select = ['a']", "the alert 'x' in config.toml: its select is no text"),
    (LEAST + "timeout = 0", "the alert 'x' in config.toml: its timeout 0 is not between 0 s and 5"),
    (
        LEAST + "timeout = 301",
        "the alert 'x' in config.toml: its timeout 301 is not between 0 s an",
    ),
    (LEAST + "timeout = nan", "the alert 'x' in config.toml: its timeout nan is no duration"),
    (LEAST + "retries = 11", "the alert 'x' in config.toml: its retries are no whole number from"),
    (LEAST + "retries = -1", "the alert 'x' in config.toml: its retries are no whole number from"),
    (LEAST + "retries = true", "the alert 'x' in config.toml: its retries are no whole number"),
    (LEAST + "method = 'DELETE'", "the alert 'x' in config.toml: its method 'DELETE' is none of "),
    (LEAST + "method = 'GET'\nbody = 'x'", "the alert 'x' in config.toml: it has a body, which t"),
    (LEAST + "content_type = 'text/plain'", "the alert 'x' in config.toml: it has a content_type"),
    (LEAST + "body = '{}'\ncontent_type = 'text'", "the alert 'x' in config.toml: its content_ty"),
    (LEAST + "body = 5", "the alert 'x' in config.toml: its body is no text"),
    (LEAST + "body = '{\"a\": $title}'", "the alert 'x' in config.toml: its body is no JSON once"),
    (LEAST + 'body = \'{"a": "$tilte"}\'', "the alert 'x' in config.toml: its body has $tilte, "),
    (LEAST + "headers = 5", "the alert 'x' in config.toml: its headers are no table, as in { Tit"),
    (LEAST + "headers = {'a b' = 'c'}", "the alert 'x' in config.toml: 'a b' can be no header"),
    (LEAST + "headers = {A = 5}", "the alert 'x' in config.toml: its header A is not one line of"),
    (LEAST + 'headers = {A = "a\\nb"}', "the alert 'x' in config.toml: its header A is not one li"),
    (LEAST + "headers = {A = '$b'}", "the alert 'x' in config.toml: its header A has $b, and the"),
    (LEAST + "headers = {Host = 'b'}", "the alert 'x' in config.toml: its header Host is set by "),
    (LEAST + "headers = {content-type = 'b'}", "the alert 'x' in config.toml: its header content"),
    (LEAST + "headers = {A = 'secret:'}", "the alert 'x' in config.toml: its header A names a se"),
    (COMMAND, "the alert 'x' in config.toml: it has no command"),
    (COMMAND + "command = 'ls -l'", "the alert 'x' in config.toml: its command is no list of wor"),
    (COMMAND + "command = []", "the alert 'x' in config.toml: its command is no list of words"),
    (COMMAND + "command = ['']", "the alert 'x' in config.toml: a word of its command is no text"),
    (COMMAND + "command = ['a', 5]", "the alert 'x' in config.toml: a word of its command is no "),
    (COMMAND + 'command = ["a", "\\u0000"]', "the alert 'x' in config.toml: a word of its command"),
]
URLS = [
    ("", "does not begin with https:// or http://"),
    ("hooks.slack.com/services", "does not begin with https:// or http://"),
    ("ws://example.com", "does not begin with https:// or http://"),
    ("file:///etc/passwd", "does not begin with https:// or http://"),
    ("https://", "has no host"),
    ("https:///path", "has no host"),
    ("https://example.com:0/", "has a bad port"),
    ("https://example.com:99999/", "has a bad host or port"),
    ("https://example.com:/", "has a bad port"),
    ("https://[::1/", "has a bad host or port"),
    ("https://exämple.com/", "has characters that no URL has"),
    ("https://example.com/a b", "has characters that no URL has"),
    ("https://example.com/" + "a" * 9000, "is longer than 8192 characters"),
    ("secret:", "names a secret, whose name has up to 63 letters"),
    ("secret:a b", "names a secret, whose name has up to 63 letters"),
]


@pytest.mark.parametrize(("config", "sentence"), REFUSED)
def test_what_an_operator_mistypes_gets_one_sentence(
    tmp_path: Path, config: str, sentence: str
) -> None:
    with pytest.raises(InvalidAlert) as refusal:
        _read(tmp_path, config)
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("url", "problem"), URLS)
def test_a_url_that_is_none_is_refused_and_not_repeated(
    tmp_path: Path, url: str, problem: str
) -> None:
    with pytest.raises(InvalidAlert) as refusal:
        _read(tmp_path, LEAST.replace("https://example.com/hook", url))
    assert str(refusal.value).startswith(f"the alert 'x' in config.toml: its url {problem}")
    assert len(url) < 8 or url not in str(refusal.value)


@pytest.mark.parametrize(
    "config",
    [
        f'[[alert]]\nname = "x"\nurl = "{SLACK}"\n',
        f'[alerts]\nname = "x"\nurl = "{SLACK}"\n',
        f'url = "{SLACK}"\n',
        f'[[alerts]]\nname = "{SLACK}"\ntype = "webhook"\nurl = "x"\n',
        LEAST.replace("https://example.com/hook", SLACK + " "),
        LEAST.replace("https://example.com/hook", SLACK) + "retries = 99\n",
        LEAST.replace("https://example.com/hook", SLACK) + "url = 5\n",
        LEAST.replace('"https://example.com/hook"', SLACK),
    ],
)
def test_no_refusal_repeats_a_url_from_wherever_it_stands(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.toml").write_text(config)
    with pytest.raises((InvalidAlert, InvalidSetting)) as refusal:
        read_alerts(str(tmp_path))
    assert "XyZzYxYzZyXy" not in str(refusal.value)


def _store(**secrets: str) -> Callable[[], InMemorySecretStore]:
    store = InMemorySecretStore()
    for name, secret in secrets.items():
        AlertSecrets(store).keep(name, secret)
    return lambda: store


def _make(home: Path, config: str, **secrets: str) -> None:
    (home / "config.toml").write_text(config)
    alerts_of(str(home), _store(**secrets), user_agent="tests")


NAMED = LEAST.replace("https://example.com/hook", "secret:slack")


def test_a_secret_is_looked_up_and_shown_by_its_name(tmp_path: Path) -> None:
    _make(tmp_path, NAMED, slack=SLACK)
    [shown] = listed(str(tmp_path), _store(slack=SLACK))
    assert (shown["to"], shown["secrets"]) == ("secret:slack", ["slack"])


def test_a_url_that_is_no_secret_is_shown_as_far_as_its_host(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        LEAST + LEAST.replace("x", "y").replace("eyample.com/hook", "u:p@example.com:8443")
    )
    first, second = listed(str(tmp_path), _store())
    assert (first["to"], second["to"]) == ("https://example.com/…", "https://example.com:8443")


def test_a_secret_that_nobody_gave_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AlertSecretMissing) as refusal:
        _make(tmp_path, NAMED)
    assert str(refusal.value) == (
        "the alert 'x' in config.toml: its url is the secret 'slack', and no such secret is kept"
    )
    listed(str(tmp_path), _store())
    assert "the alert 'x' cannot be sent (its url): no secret 'slack' is kept" in caplog.text


@pytest.mark.parametrize(
    ("config", "secret", "problem"),
    [
        (NAMED, "hooks.slack.com/XyZz", "the secret that is its url does not begin with https://"),
        (LEAST + "headers = {A = 'secret:slack'}", "Xy\nZz", "the secret that is its header A is"),
    ],
)
def test_a_secret_that_cannot_be_what_it_should_is_not_repeated(
    tmp_path: Path, config: str, secret: str, problem: str
) -> None:
    with pytest.raises(InvalidAlert) as refusal:
        _make(tmp_path, config, slack=secret)
    assert problem in str(refusal.value)
    assert "Zz" not in str(refusal.value)


@pytest.mark.parametrize(
    ("config", "warning"),
    [
        (LEAST, None),
        (NAMED, None),
        (LEAST.replace("https://example.com/hook", SLACK), "in its url; keep it with"),
        (LEAST.replace("://example.com", "://u:p@example.com"), "in its url; keep it with"),
        (LEAST.replace("/hook", "/hook?token=abcdefgh"), "in its url; keep it with"),
        (LEAST + "headers = {Authorization = 'Bearer abcdefgh'}", "in its header Authorization;"),
        (LEAST + "headers = {Authorization = 'secret:slack'}", None),
        (LEAST + "headers = {Title = '$title'}", None),
        (COMMAND + "command = ['curl', '" + SLACK + "']", "in its command, where every user"),
        (COMMAND + "command = ['page', '--urgent']", None),
    ],
)
def test_a_secret_that_stands_in_the_file_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, config: str, warning: str | None
) -> None:
    caplog.set_level(logging.WARNING)
    _make(tmp_path, config, slack=SLACK)
    assert (warning or "") in caplog.text
    assert bool(caplog.records) is (warning is not None)
    assert "XyZz" not in caplog.text
    assert "abcdefgh" not in caplog.text


def test_where_no_alert_needs_a_secret_the_store_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(LEAST)

    def nobody() -> InMemorySecretStore:
        raise AssertionError("not needed")

    assert len(alerts_of(str(tmp_path), nobody, user_agent="tests")) == 1
    assert len(listed(str(tmp_path), nobody)) == 1
