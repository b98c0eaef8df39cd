"""The checkup of a home: what it finds in files as they are, and that it leaves them so."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from dependency_injector import providers
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as KeepsNothing
from keyring.errors import KeyringLocked

from assembly import Core, core_in
from fakes.device_keys import FakeDeviceKeys
from openclaw_manager.application.credentials import GivenCredentials
from openclaw_manager.application.ports.examination import Check, CheckId, Verdict
from openclaw_manager.entrypoints.composition.container import Container
from openclaw_manager.entrypoints.composition.settings import fallback, resolve
from openclaw_manager.entrypoints.composition.untouched import untouched_container

LATER = datetime(2026, 11, 24, tzinfo=UTC)  # than what the clock of the core tells
CONFIG = Check(CheckId.CONFIG, Verdict.OK, "")
URL = "ws://127.0.0.1:1"


class StoppedClock:
    """Tells one time."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Tell it."""
        return self._now


def doctor(home: Path, now: datetime = LATER) -> Container:
    container = untouched_container(fallback({"home": str(home)}, {}, {"actor": "a"}), "tests/1")
    container.clock.override(providers.Object(StoppedClock(now)))
    container.device_keys.override(providers.Object(FakeDeviceKeys()))
    return container


def findings(home: Path, now: datetime = LATER) -> dict[CheckId, Check]:
    checks = doctor(home, now).home_checkup().examine(CONFIG)
    assert len({check.id for check in checks}) == len(checks)
    assert all(check.message for check in checks if check is not CONFIG)
    return {check.id: check for check in checks}


def verdicts(home: Path, now: datetime = LATER) -> dict[CheckId, Verdict]:
    return {id_: check.verdict for id_, check in findings(home, now).items()}


def not_ok(home: Path) -> dict[CheckId, Verdict]:
    """Name what is wrong, leaving out what was only skipped."""
    wrong = (Verdict.WARNING, Verdict.FAILED)
    return {id_: verdict for id_, verdict in verdicts(home).items() if verdict in wrong}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def core(home: Path) -> Iterator[Core]:
    core = core_in(home)
    core.instances.register("alpha", URL, GivenCredentials(token="tok-alpha"))
    core.instances.register("beta", "ws://127.0.0.1:2", GivenCredentials())
    yield core
    core.log.close()


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.name: (path.stat().st_mode, path.read_bytes())
        for path in folder.iterdir()
        if not path.name.endswith(("-wal", "-shm"))
    }


@pytest.mark.usefixtures("core")
def test_a_home_in_good_order_has_nothing_to_mend(home: Path) -> None:
    found = verdicts(home)

    assert set(found.values()) == {Verdict.OK, Verdict.SKIPPED}
    skipped = [id_ for id_, one in found.items() if one is Verdict.SKIPPED]
    assert skipped == [CheckId.DEVICE_KEY, CheckId.ALERTS]  # there are none


@pytest.mark.usefixtures("core")
def test_each_check_is_timed(home: Path) -> None:
    times = [check.ms for id_, check in findings(home).items() if id_ is not CheckId.CONFIG]

    assert all(ms is not None and 0 <= ms < 60_000 for ms in times)


def test_a_checkup_changes_nothing(core: Core, home: Path) -> None:
    core.log.close()
    home.chmod(0o755)
    (home / "data.json").write_text("{")
    (home / "data.json").chmod(0o644)
    before = contents(home)

    verdicts(home)

    assert contents(home) == before
    assert home.stat().st_mode & 0o777 == 0o755


def test_a_home_that_is_not_there_is_not_made(home: Path) -> None:
    found = verdicts(home)

    assert found.pop(CheckId.CONFIG) is Verdict.OK
    assert found.pop(CheckId.HOME_FOLDER) is Verdict.WARNING
    assert set(found.values()) == {Verdict.SKIPPED}
    assert not home.exists()


def test_an_empty_home_is_no_fault(home: Path) -> None:
    home.mkdir(mode=0o700)

    assert not not_ok(home)
    assert list(home.iterdir()) == []


def test_a_home_that_is_a_file_is_a_fault(home: Path) -> None:
    home.write_text("")

    assert not_ok(home) == {CheckId.HOME_FOLDER: Verdict.FAILED}


@pytest.mark.usefixtures("core")
def test_modes_that_let_others_in_are_found_and_set(home: Path) -> None:
    home.chmod(0o750)
    (home / "secrets.db").chmod(0o640)
    (home / "stranger.txt").write_text("not ours")

    assert not_ok(home) == {
        CheckId.HOME_MODE: Verdict.WARNING,
        CheckId.FILE_MODES: Verdict.FAILED,
    }
    assert "secrets.db (0640)" in findings(home)[CheckId.FILE_MODES].message
    stranger = (home / "stranger.txt").stat().st_mode

    checkup = doctor(home).home_checkup()
    done = checkup.mend(checkup.examine(CONFIG))

    assert len(done) == 2
    assert not not_ok(home)
    assert (home / "stranger.txt").stat().st_mode == stranger


@pytest.mark.usefixtures("core")
def test_a_link_among_our_files_is_not_followed(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    (home / "data.json.damaged-1").symlink_to(elsewhere)
    home.chmod(0o755)

    checkup = doctor(home).home_checkup()
    checkup.mend(checkup.examine(CONFIG))

    assert elsewhere.stat().st_mode & 0o777 == 0o644


def test_a_damaged_log_is_the_one_fault_and_what_follows_is_skipped(core: Core, home: Path) -> None:
    core.log.close()
    (home / "events.db").write_bytes(b"this is no database" * 100)

    assert not_ok(home) == {CheckId.STORE: Verdict.FAILED}
    assert findings(home)[CheckId.DATA_JSON].verdict is Verdict.SKIPPED


def test_a_page_of_the_log_that_was_overwritten_is_found(core: Core, home: Path) -> None:
    core.log.close()
    path = home / "events.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'stored_events'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x0d\xff" * 2048)
    found = verdicts(home)

    assert Verdict.FAILED in (found[CheckId.STORE], found[CheckId.STORE_INTEGRITY])
    assert found[CheckId.INSTANCES] is Verdict.SKIPPED


def test_an_event_that_cannot_be_read_is_found(core: Core, home: Path) -> None:
    core.log.close()
    with closing(sqlite3.connect(home / "events.db")) as connection, connection:
        connection.execute("UPDATE stored_events SET state = CAST('{' AS BLOB) WHERE rowid = 1")

    found = not_ok(home)

    assert found.pop(CheckId.INSTANCES) is Verdict.FAILED
    assert not found


def test_a_last_event_that_does_not_fit_in_the_chain_is_found(core: Core, home: Path) -> None:
    """What was changed before is for the verification to find, which reads everything."""
    core.log.close()
    with closing(sqlite3.connect(home / "events.db")) as connection, connection:
        connection.execute(
            "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) "
            "WHERE rowid = (SELECT MAX(rowid) FROM stored_events)"
        )

    assert not_ok(home) == {CheckId.STORE_INTEGRITY: Verdict.FAILED}


def test_an_entry_of_the_view_that_says_something_else_is_found_and_mended(
    core: Core, home: Path
) -> None:
    core.data_json.write_text(core.data_json.read_text().replace('"alpha"', '"omega"'))

    assert not_ok(home) == {CheckId.DATA_JSON_ENTRIES: Verdict.WARNING}
    checkup = doctor(home).home_checkup()
    assert checkup.mend(checkup.examine(CONFIG)) == ["made data.json anew from the log"]
    assert not not_ok(home)


def test_a_log_that_is_gone_while_the_view_is_there_is_a_fault(core: Core, home: Path) -> None:
    core.log.close()
    for path in home.glob("events.db*"):
        path.unlink()

    assert not_ok(home) == {CheckId.STORE: Verdict.FAILED}
    assert not (home / "events.db").exists()


@pytest.mark.usefixtures("core")
def test_a_damaged_secret_store_is_found(home: Path) -> None:
    (home / "secrets.db").write_bytes(b"this is no database" * 100)

    assert not_ok(home) == {CheckId.SECRET_STORE: Verdict.FAILED}


def test_a_secret_that_is_gone_is_told_with_the_instance_it_belonged_to(
    core: Core, home: Path
) -> None:
    [alpha] = [one for one in core.log.ids_beginning("") if core.log.instance(one).name == "alpha"]
    token = core.log.instance(alpha).credentials["token"]
    assert token is not None
    core.secrets.erase([token["ref"]])
    check = findings(home)[CheckId.SECRETS_RESOLVE]

    assert (check.verdict, check.about) == (Verdict.FAILED, "alpha")


def test_secrets_that_nothing_refers_to_are_counted_and_kept(core: Core, home: Path) -> None:
    core.secrets.put({"somebody/token/1": "one", "somebody/token/2": "two"})
    checkup = doctor(home).home_checkup()
    checks = {check.id: check for check in checkup.examine(CONFIG)}

    assert "2 secrets" in checks[CheckId.SECRETS_ORPHANED].message
    assert checkup.mend(checks.values()) == []
    assert len(core.secrets.get(["somebody/token/1", "somebody/token/2"])) == 2


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda path: path.unlink(), CheckId.DATA_JSON),
        (lambda path: path.write_text('{"minions": ['), CheckId.DATA_JSON),
        (lambda path: path.write_text('{"minions": []}'), CheckId.DATA_JSON_CURRENT),
    ],
)
def test_a_view_that_is_missing_damaged_or_not_ours_is_made_anew(
    core: Core, home: Path, spoil: Callable[[Path], object], check: CheckId
) -> None:
    spoil(core.data_json)

    assert list(not_ok(home)) == [check]

    checkup = doctor(home).home_checkup()
    done = checkup.mend(checkup.examine(CONFIG))

    assert done == ["made data.json anew from the log"]
    assert not not_ok(home)
    assert len(core.read_view()["minions"]) == 2


def test_a_view_behind_the_log_is_warned_of(core: Core, home: Path) -> None:
    view = json.loads(core.data_json.read_text())
    view["openclawManager"]["position"] -= 1
    core.data_json.write_text(json.dumps(view))

    assert not_ok(home) == {CheckId.DATA_JSON_CURRENT: Verdict.WARNING}


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize(
    "now",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, tzinfo=UTC),  # before the last event
        LATER + timedelta(days=365 * 30),
    ],
)
def test_a_clock_that_cannot_be_right_is_a_fault(home: Path, now: datetime) -> None:
    assert verdicts(home, now)[CheckId.CLOCK] is Verdict.FAILED


def test_instances_at_one_url_are_told(core: Core, home: Path) -> None:
    core.instances.register("gamma", "ws://LOCALHOST:1/", GivenCredentials())
    check = findings(home)[CheckId.DUPLICATE_URL]

    assert (check.verdict, check.about) == (Verdict.WARNING, "gamma")
    assert check.message == "alpha and gamma have the same URL"


def test_a_removed_instance_is_no_duplicate(core: Core, home: Path) -> None:
    core.instances.register("gamma", URL, GivenCredentials())
    core.instances.remove("gamma")

    assert findings(home)[CheckId.DUPLICATE_URL].verdict is Verdict.OK


def test_instances_that_share_a_token_are_told_and_that_is_no_fault(core: Core, home: Path) -> None:
    core.instances.register("gamma", "ws://127.0.0.1:3", GivenCredentials(token="tok-alpha"))
    check = findings(home)[CheckId.SHARED_TOKEN]

    assert (check.verdict, check.message) == (Verdict.OK, "alpha and gamma show the same token")


@pytest.mark.usefixtures("core")
def test_what_cannot_be_mended_is_said(home: Path) -> None:
    """Where the secret store is damaged, the view cannot be made with what is in it."""
    (home / "secrets.db").write_bytes(b"this is no database" * 100)
    (home / "data.json").unlink()
    checkup = doctor(home).home_checkup()

    [said] = checkup.mend(checkup.examine(CONFIG))

    assert said.startswith("data.json could not be made anew")


@pytest.mark.usefixtures("core")
def test_a_log_that_somebody_keeps_locked_is_told_apart_from_a_damaged_one(home: Path) -> None:
    container = untouched_container(
        resolve({"home": str(home), "lock_timeout": 0.05}, {}, {"actor": "a"}), "tests/1"
    )
    with closing(sqlite3.connect(home / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        checks = {check.id: check for check in container.home_checkup().examine(CONFIG)}

    assert checks[CheckId.STORE_INTEGRITY].verdict is Verdict.OK
    assert checks[CheckId.STORE_WRITABLE].verdict is Verdict.FAILED
    assert "locked" in checks[CheckId.STORE_WRITABLE].message


class LockedKeyring(KeyringBackend):
    """A keyring whose owner does not unlock it."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(service, username, password)


@pytest.mark.usefixtures("core")
@pytest.mark.parametrize(
    ("backend", "verdict"), [(KeepsNothing, Verdict.OK), (LockedKeyring, Verdict.FAILED)]
)
def test_a_keyring_is_asked_and_not_listed(
    home: Path, backend: Callable[[], KeyringBackend], verdict: Verdict
) -> None:
    """It has none of the secrets, which were kept in the file."""
    settings = resolve({"home": str(home), "secret_store": "keyring"}, {}, {"actor": "a"})
    before = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        checks = untouched_container(settings, "tests/1").home_checkup().examine(CONFIG)
    finally:
        keyring.set_keyring(before)
    found = {check.id: check.verdict for check in checks}

    assert found[CheckId.SECRET_STORE] is verdict
    if verdict is Verdict.OK:
        assert found[CheckId.SECRETS_RESOLVE] is Verdict.FAILED
    assert found[CheckId.SECRETS_ORPHANED] is Verdict.SKIPPED
