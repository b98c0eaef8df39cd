"""Settings: which place beats which, and what is said of those that cannot be taken."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from openclaw_manager.domain.errors import InvalidSetting, StoreUnavailable
from openclaw_manager.entrypoints.composition.settings import Settings, resolve
from openclaw_manager.entrypoints.duration import seconds_in

DEFAULTS = {"actor": "ada@lovelace"}


def _resolve(
    home: Path, config: str | None = None, flags: Mapping[str, Any] | None = None, **variables: str
) -> Settings:
    if config is not None:
        (home / "config.toml").write_text(config)
    environment = {f"OPENCLAW_MANAGER_{key.upper()}": value for key, value in variables.items()}
    return resolve({"home": str(home)} | dict(flags or {}), environment, DEFAULTS)


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    resolved = [
        _resolve(tmp_path),
        _resolve(tmp_path, "timeout = 3"),
        _resolve(tmp_path, None, None, timeout="2s"),
        _resolve(tmp_path, None, {"timeout": 1.0}, timeout="2s"),
    ]
    assert [(settings.timeout, settings.origins["timeout"]) for settings in resolved] == [
        (10.0, "default"),
        (3.0, "config.toml"),
        (2.0, "environment OPENCLAW_MANAGER_TIMEOUT"),
        (1.0, "flag --timeout"),
    ]


def test_a_flag_that_was_not_given_beats_nothing(tmp_path: Path) -> None:
    assert _resolve(tmp_path, "concurrency = 5", {"concurrency": None}).concurrency == 5
    assert _resolve(tmp_path, "snapshots_shown = 0").snapshots_shown == 0


def test_every_setting_has_a_default_and_says_so(tmp_path: Path) -> None:
    settings = _resolve(tmp_path)
    values = settings._asdict()
    assert values.pop("unshown") == {}
    assert values.pop("origins") == dict.fromkeys(values, "default") | {"home": "flag --home"}
    assert values == {
        "home": str(tmp_path),
        "store": "sqlite",
        "secret_store": "file",
        "key_file": "store.key",
        "snapshot_secrets": "include",
        "snapshots_shown": 3,
        "timeout": 10.0,
        "concurrency": 256,
        "interval": 30.0,
        "failures": 3,
        "successes": 2,
        "lock_timeout": 10.0,
        "actor": "ada@lovelace",
    }


def test_every_setting_can_stand_in_the_file(tmp_path: Path) -> None:
    settings = _resolve(
        tmp_path,
        'store = "sqlite"\nsecret_store = "keyring"\nkey_file = "/k"\nsnapshot_secrets = "omit"\n'
        'snapshots_shown = 3\ntimeout = "500ms"\nconcurrency = 7\ninterval = "1m"\n'
        "failures = 5\nsuccesses = 4\nlock_timeout = 1.5\n"
        'actor = "bob@babbage"\n',
    )
    assert settings[1:-2] == (
        *("sqlite", "keyring", "/k", "omit", 3, 0.5, 7, 60.0, 5, 4),
        *(1.5, "bob@babbage"),
    )
    assert set(settings.origins.values()) == {"flag --home", "config.toml"}


def test_the_home_is_a_flag_or_a_variable_or_in_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    variable = {"OPENCLAW_MANAGER_HOME": "given/variable"}
    homes = [
        (settings.home, settings.origins["home"])
        for settings in (
            resolve({"home": "given/../flag"}, variable, DEFAULTS),
            resolve({"home": None}, variable, DEFAULTS),
            resolve({}, {"OPENCLAW_MANAGER_HOME": ""}, DEFAULTS),
        )
    ]
    assert homes == [
        (str(tmp_path / "flag"), "flag --home"),
        (str(tmp_path / "given/variable"), "environment OPENCLAW_MANAGER_HOME"),
        (str(tmp_path / "user/.openclaw-manager"), "default"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada@db.example/manager?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        "postgres:///manager",
        "postgresql://a.example:5432,b.example:5433/manager",
        "host=db.example user=ada dbname=manager passfile=/home/ada/.pgpass",
    ],
)
def test_the_log_may_be_in_postgresql(tmp_path: Path, address: str) -> None:
    settings = _resolve(tmp_path, f'store = "{address}"')
    assert (settings.store, settings.store_kind) == (address, "postgresql")
    assert settings.secret_store == "sealed"
    assert _resolve(tmp_path, f'store = "{address}"\nsecret_store = "file"').secret_store == "file"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:tok-secret@db.example/manager",
        "postgresql://ada:tok/secret@db.example",
        "postgresql://db.example/manager?user=ada&password=tok-secret",
        "postgresql://db.example/manager?sslpassword=tok-secret",
        "host=db.example password=tok-secret",
        "host=db.example password = 'tok-secret'",
        "mysql://ada:tok-secret@db.example",
        "postgresql:/ada:tok-secret@db.example",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        _resolve(tmp_path, f'store = "{address}"')
    assert "secret" not in f"{refusal.value}{refusal.value!r}".replace("secret_store", "")
    assert "tok" not in f"{refusal.value}{refusal.value!r}".replace("token", "")


def test_what_the_environment_says_of_passwords_is_kept_and_not_shown(tmp_path: Path) -> None:
    environment = {"PGPASSWORD": "tok-secret", "OPENCLAW_MANAGER_KEY": "tok-key", "HOME": "/"}
    settings = resolve({"home": str(tmp_path)}, environment, DEFAULTS)
    assert settings.unshown == {"PGPASSWORD": "tok-secret", "OPENCLAW_MANAGER_KEY": "tok-key"}
    assert "tok-" not in repr(settings)


REFUSED = [
    ("timeout = 0", "the setting timeout from config.toml, 0, is not longer than nothing"),
    ("timeout = -1", "the setting timeout from config.toml, -1, is no duration"),
    ('timeout = "soon"', "the setting timeout from config.toml, 'soon', is no duration"),
    ("timeout = true", "the setting timeout from config.toml, True, is no duration"),
    ("timeout = nan", "the setting timeout from config.toml, nan, is not longer than nothing"),
    ("timeout = inf", "the setting timeout from config.toml, inf, is longer than a day"),
    ('timeout = "2d"', "the setting timeout from config.toml, '2d', is longer than a day"),
    (f"timeout = {'9' * 400}", f"the setting timeout from config.toml, {'9' * 400}, is longer"),
    ("timeout = [1]", "the setting timeout from config.toml, [1], is no duration"),
    (
        "snapshots_shown = -1",
        "the setting snapshots_shown from config.toml, -1, is not a whole number of 0 or more",
    ),
    (
        "concurrency = 0",
        "the setting concurrency from config.toml, 0, is not a whole number of 1 or more",
    ),
    ("concurrency = 1.5", "the setting concurrency from config.toml, 1.5, is not a whole number"),
    (
        'secret_store = "vault"',
        "the setting secret_store from config.toml, 'vault', is not file or keyring",
    ),
    ("snapshot_secrets = true", "the setting snapshot_secrets from config.toml, True, is not incl"),
    ("actor = 5", "the setting actor from config.toml, 5, is not one line of text"),
    ('actor = "a\\nb"', r"the setting actor from config.toml, 'a\nb', is not one line of text"),
    ('actor = " "', "the setting actor from config.toml, ' ', is not one line of text"),
]


@pytest.mark.parametrize(("config", "sentence"), REFUSED)
def test_a_setting_is_refused_with_where_it_was_written(
    tmp_path: Path, config: str, sentence: str
) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        _resolve(tmp_path, config)
    assert str(refusal.value).startswith(sentence)


def test_a_variable_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="from environment OPENCLAW_MANAGER_LOCK_TIMEOUT"):
        _resolve(tmp_path, None, None, lock_timeout="soon")


@pytest.mark.parametrize(
    ("config", "problem"),
    [("colour = 1", "the setting colour from .*, 1, is no setting"), ("= 1", "is not TOML")],
)
def test_a_file_that_says_something_else_is_refused(
    tmp_path: Path, config: str, problem: str
) -> None:
    with pytest.raises(InvalidSetting, match=problem):
        _resolve(tmp_path, config)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'actor = "\xff"')
    with pytest.raises(InvalidSetting, match="is not UTF-8"):
        _resolve(tmp_path)


def test_a_file_that_cannot_be_read_is_a_fault_of_the_store(tmp_path: Path) -> None:
    """As is a home that is no folder: the settings were not what was wrong."""
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(StoreUnavailable, match=r"config\.toml: cannot be read: Is a directory"):
        _resolve(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be read: Not a directory"):
        _resolve(tmp_path / "file")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5),
        ("0.5", 0.5),
        ("500ms", 0.5),
        ("5s", 5),
        ("2m", 120),
        ("2h", 7200),
        ("1d", 86400),
        (" 1.5h ", 5400),
        ("0", 0),
    ],
)
def test_durations_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "s", "-1", "+1", "1e3", "5 s", "5S", "1h30m", ".5", "5.", "inf", "nan", "1w", "0x1"],
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write seconds, or 500ms, 5s, 2m, 2h"):
        seconds_in(text)


def test_a_flag_that_was_read_already_may_be_as_short_as_one_likes(tmp_path: Path) -> None:
    assert _resolve(tmp_path, None, {"timeout": 0.00001}).timeout == 0.00001
