"""What bad input and bad luck get: one sentence, the right exit status, and nothing lost."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from end_to_end.console import Answer, Console

HOME = ".openclaw-manager"
URL = "ws://127.0.0.1:1"
_SCRIPT = Path(sys.executable).with_name("openclaw-manager")


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture
def home(console: Console) -> Path:
    return console.home / HOME


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home in which ``home`` is registered, and ``old`` was and is removed."""
    console = Console(tmp_path_factory.mktemp("used"))
    for name in ("home", "old"):
        answer = console.run(
            "instance", "register", name, "--url", URL, "--token", "env:T", T=f"tok-{name}"
        )
        assert (answer.status, answer.err) == (0, "")
    assert console.run("instance", "remove", "old").status == 0
    return console.home / HOME


@pytest.fixture
def registered(console: Console, used_home: Path) -> Console:
    """Give a user a copy of that home."""
    shutil.copytree(used_home, console.home / HOME)
    return console


def _says_one_sentence(answer: Answer, status: int, sentence: str, *, data: str = "") -> None:
    """Check that standard error has one error, at most one hint, and no traceback."""
    assert answer.status == status, answer.err
    assert answer.out == data
    lines = answer.err.splitlines()
    assert re.search(sentence, lines[0].removeprefix("error: ")), answer.err
    assert lines[0].startswith("error: ")
    assert len(lines) <= 2, answer.err
    assert all(line.startswith("hint: ") for line in lines[1:])
    assert "Traceback" not in answer.err


def _register(*more: str, name: str = "new", url: str = URL) -> tuple[str, ...]:
    return ("instance", "register", name, "--url", url, *more)


REFUSED: list[tuple[tuple[str, ...], str]] = [
    (_register(url="http://host"), r"^the URL 'http://host' does not begin with ws:// or wss://$"),
    (_register(url="ws://u:hunter2@host"), r"^the URL 'ws://…@host' has user info"),
    (_register(url="ws://"), r"^the URL 'ws://' has no host$"),
    (_register(url="ws://host:99999"), r"^the URL 'ws://host:99999' has a bad host or port"),
    (_register(name=""), r"^the name '' is empty$"),
    (_register(name="a\x1b[31mb"), r"^the name 'a\\x1b\[31mb' has control characters$"),
    (_register(name="a\udcffb"), r"^the name 'a\\udcffb' has control characters$"),
    (_register(name="HOME"), r"^the name 'home' is taken by the instance [0-9a-f-]{36}$"),
    (_register("--token", "env:BAD"), r"^the token has spaces, control characters or"),
    (_register("--token", "env:NONE"), r"there is no environment variable 'NONE'$"),
    (_register("--token", "@missing"), r"@missing cannot be read: No such file or directory$"),
    (_register("--token", "@."), r"@\. cannot be read: Is a directory$"),
    (_register("--token", "@binary"), r"@binary is not text$"),
    (_register("--private-key", "@missing.pem"), r"@missing.pem cannot be read: No such file"),
    (_register("--private-key", "@text"), r"private key"),
    (_register("--public-key", "@text"), r"public key"),
    (_register("--tag", "two words"), r"^the tag 'two words' is not a word or key=value"),
    (("instance", "register", "new"), r"Missing option '--url'"),
    (("instance", "register"), r"Missing argument 'NAME'"),
    (("instance", "update", "home", "--url", "nowhere"), r"^the URL 'nowhere' does not begin"),
    (("instance", "update", "home", "--token", "@text", "--no-token"), r"contradict each other"),
    (("instance", "rename", "home", "a\nb"), r"^the name 'a\\nb' has control characters$"),
    (_register("--reason", "a\x1bb"), r"^the reason 'a\\x1bb' has control characters$"),
    (("instance", "remove", "home", "--reason", "\udcff"), r"^the reason '\\udcff' has control"),
    (("instance", "ping", "home", "--reason", "a\nb"), r"^the reason 'a\\nb' has control"),
    (("instance", "restore", "home"), r"^the instance 'home' is not removed$"),
    (("instance", "ping"), r"name the instances to ping, or give --all"),
    (("instance", "ping", "home", "--all"), r"name the instances to ping, or give --all"),
    (("instance", "ping", "home", "--timeout", "soon"), r"'soon' is no duration"),
    (("instance", "ping", "home", "--timeout", "0"), r"is not longer than nothing$"),
    (("instance", "history", "home", "--limit", "0"), r"0 is not in the range"),
    (("instance", "list", "-o", "xml"), r"'xml' is not one of"),
    (("instance", "explode"), r"No such command 'explode'"),
    (("--explode",), r"No such option:? '?--explode"),
]

NOT_FOUND: list[tuple[tuple[str, ...], str]] = [
    (("instance", "show", "nobody"), r"^there is no instance 'nobody'$"),
    (("instance", "show", "\udcff"), r"^there is no instance '\\udcff'$"),
    (("instance", "history", "\udcff"), r"^there is no instance '\\udcff'$"),
    (("instance", "remove", "--", "----"), r"^there is no instance '----'$"),
    (("instance", "ping", "home", "nobody"), r"^there is no instance 'nobody'$"),
    (("instance", "remove", "old"), r"^the instance 'old' was removed at 2\d{3}-[-0-9T:]+Z$"),
    (("instance", "ping", "old"), r"^the instance 'old' was removed at "),
]


@pytest.mark.slow
def test_what_cannot_be_taken_is_refused_and_nothing_is_lost(registered: Console) -> None:
    """One home for the whole table, so that it also shows that no refusal leaves a trace."""
    (registered.home / "binary").write_bytes(b"\xff\xfe")
    (registered.home / "text").write_text("no key\n")
    before = registered.run("instance", "list", "--all", "-o", "json").json
    table = [(2, *row) for row in REFUSED] + [(3, *row) for row in NOT_FOUND]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda row: registered.run(*row[1], BAD="tok hunter2"), table)
    for (status, _, sentence), answer in zip(table, answers, strict=True):
        _says_one_sentence(answer, status, sentence)
        assert "hunter2" not in answer.err
    assert registered.run("instance", "list", "--all", "-o", "json").json == before
    assert len(registered.run("instance", "history", "home", "-o", "json").json) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (_register("-o", "json", url="http://host"), 2, "invalid-url"),
        (_register("--json", name="HOME"), 2, "name-taken"),
        (_register("-ojson", "--token", "@missing"), 2, "bad-parameter"),
        (("instance", "show", "nobody", "--output=json"), 3, "instance-not-found"),
        (("instance", "remove", "old", "--output", "json"), 3, "instance-removed"),
        (("instance", "explode", "--json"), 2, "no-such-command"),
    ],
)
def test_in_json_mode_a_failure_is_one_document(
    registered: Console, arguments: tuple[str, ...], status: int, code: str
) -> None:
    answer = registered.run(*arguments)
    assert answer.status == status
    assert answer.json.keys() == {"error"}
    error = answer.json["error"]
    assert error.keys() == {"code", "message", "hint"}
    assert error["code"] == code
    assert answer.err.startswith(f"error: {error['message']}\n")
    assert isinstance(error["hint"], str | None)


def test_several_candidates_are_listed(console: Console) -> None:
    for _ in range(2):
        assert console.run(*_register(name="same")).status == 0
        assert console.run("instance", "remove", "same").status == 0
    answer = console.run("instance", "restore", "same")
    _says_one_sentence(answer, 3, r"^'same' could be any of same \(.{36}\), same \(.{36}\)$")


# A home that cannot be used. Who is root may do everything: the wrappers take that away.

_WITHOUT_PRIVILEGES = """
import ctypes, os, sys
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""

_WITH_SMALL_FILES = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["LARGEST"]),) * 2)
os.execv(sys.argv[1], sys.argv[1:])
"""


def _run_as(wrapper: str, console: Console, *arguments: str, **environment: str) -> Answer:
    process = subprocess.run(
        [sys.executable, "-c", wrapper, _SCRIPT, *arguments],
        env={"PATH": os.defpath, "HOME": str(console.home), "LANG": "C.UTF-8"} | environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Answer(process.returncode, process.stdout, process.stderr)


def test_a_home_that_cannot_be_a_folder_is_refused(console: Console) -> None:
    (console.home / "file").touch()
    for home in ("file", "file/below", "/proc/nowhere", "/dev/null/below"):
        for arguments in (_register(), ("instance", "list")):
            answer = console.run("--home", home, *arguments)
            if arguments[1] == "list" and home == "/proc/nowhere":
                assert answer.status == 0, "there is nothing, and nothing has to be made"
                continue
            _says_one_sentence(answer, 6, r"(Not a directory|cannot be made a folder)")


@contextmanager
def _mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def _snapshot(home: Path) -> dict[str, bytes]:
    """Read what is kept; an empty log of changes, and its index, keep nothing."""
    files = {file.name: file.read_bytes() for file in home.iterdir() if file.suffix != ".db-shm"}
    return {name: content for name, content in files.items() if content or name[-4:] != "-wal"}


@pytest.mark.parametrize(
    ("name", "mode", "arguments", "sentence"),
    [
        ("", 0o500, _register(), r"cannot be"),
        ("", 0o000, _register(), r"cannot be read: Permission denied$"),
        ("", 0o000, ("instance", "list"), r"cannot be read: Permission denied$"),
        ("events.db", 0o400, _register(), r"events\.db: cannot be written, only read$"),
        ("events.db", 0o000, _register(), r"events\.db: cannot be opened$"),
        ("events.db", 0o000, ("instance", "list"), r"events\.db: cannot be opened$"),
        (
            "data.json",
            0o000,
            ("instance", "list"),
            r"data\.json: cannot be read: Permission denied$",
        ),
        (
            "secrets.db",
            0o000,
            _register("--token", "env:T"),
            r"secrets\.db: cannot be opened$",
        ),
    ],
)
def test_a_home_that_may_not_be_used_is_said_and_nothing_is_lost(
    registered: Console, home: Path, name: str, mode: int, arguments: tuple[str, ...], sentence: str
) -> None:
    before = _snapshot(home)
    with _mode(home / name, mode):
        answer = _run_as(_WITHOUT_PRIVILEGES, registered, *arguments, T="tok-new")
    _says_one_sentence(answer, 6, sentence)
    assert _snapshot(home) == before
    assert len(registered.run("instance", "list", "--all", "-o", "json").json) == 2


def test_a_home_that_is_only_read_from_can_be_empty(console: Console, home: Path) -> None:
    home.mkdir(mode=0o500)
    answer = _run_as(_WITHOUT_PRIVILEGES, console, "instance", "list", "-o", "json")
    assert (answer.status, answer.json) == (0, [])
    _says_one_sentence(
        _run_as(_WITHOUT_PRIVILEGES, console, *_register()), 6, r"cannot be created: Permission"
    )


# A full disk


def _fill_nothing(home: Path) -> None:
    """Leave it to the reason that is given: the log must grow by as much."""


def _fill_secrets(home: Path) -> None:
    with closing(sqlite3.connect(home / "secrets.db")) as connection, connection:
        rows = [(f"filler-{number}", "x" * 8000) for number in range(200)]
        connection.executemany("INSERT INTO secrets VALUES (?, ?)", rows)


def _fill_view(home: Path) -> None:
    document = json.loads((home / "data.json").read_text())
    document["minions"].append({"id": "a note", "text": "x" * 1_000_000})
    (home / "data.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("fill", "largest", "sentence", "recorded"),
    [
        (_fill_nothing, 34_000, r"events\.db: ", False),
        (_fill_secrets, 300_000, r"secrets\.db: ", False),
        (_fill_view, 300_000, r"^recorded, but .*data\.json is behind the log: there is no", True),
    ],
)
def test_a_disk_without_space_is_said_and_the_store_stays_whole(
    registered: Console,
    home: Path,
    fill: Callable[[Path], None],
    largest: int,
    sentence: str,
    recorded: bool,
) -> None:
    """No file may grow beyond a limit, which each kind of file meets in its own way."""
    fill(home)
    arguments = _register("--token", "env:T", "--reason", "x" * 40_000)
    environment = {"T": "tok-new", "LARGEST": str(largest)}
    answer = _run_as(_WITH_SMALL_FILES, registered, *arguments, **environment)
    _says_one_sentence(answer, 6, sentence)
    names = [entry["title"] for entry in registered.run("instance", "list", "--json").json]
    assert names == (["home", "new"] if recorded else ["home"])
    again = registered.run(*arguments, T="tok-new")
    assert again.status == (2 if recorded else 0)
    minions = json.loads((home / "data.json").read_text())["minions"]
    assert [one["fields"]["token"] for one in minions if one.get("title") == "new"] == ["tok-new"]
    assert ("a note" in [one["id"] for one in minions]) == recorded


_ON_A_SMALL_DISK = """
mount -t tmpfs -o size=400k,mode=700 none "$HOME/.openclaw-manager" || exit 99
head -c 270000 /dev/zero > "$HOME/.openclaw-manager/filler"
for number in $(seq 40); do
  "$0" instance register "n$number" --url ws://host --token env:T -o name || break
done
cp "$HOME/.openclaw-manager/data.json" "$HOME/seen.json"
rm "$HOME/.openclaw-manager/filler"
echo "--"
"$0" instance list -o name
cp -r "$HOME/.openclaw-manager" "$HOME/copy"
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_is_said_and_the_store_stays_whole(console: Console) -> None:
    """A real one, of 400 kB, where this process may mount one; else the test above must do."""
    (console.home / HOME).mkdir()
    filling = ["sh", "-c", _ON_A_SMALL_DISK, str(_SCRIPT)]
    for unshare in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        try:
            process = subprocess.run(
                [*unshare, *filling],
                env={
                    "PATH": "/usr/sbin:/sbin:" + os.defpath,
                    "HOME": str(console.home),
                    "LANG": "C.UTF-8",
                    "T": "tok-1",
                },
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        except FileNotFoundError:
            pytest.skip("there is no unshare here")
        if process.returncode == 0:
            break
    else:
        pytest.skip("this process may not mount a disk")
    assert "Traceback" not in process.stderr
    [error] = [line for line in process.stderr.splitlines() if line.startswith("error: ")]
    before, _, after = process.stdout.partition("--\n")
    registered, listed = before.splitlines(), after.splitlines()
    assert registered, "there was room for some"
    assert listed[: len(registered)] == registered
    assert (len(listed) > len(registered)) == error.startswith("error: recorded, but")
    json.loads((console.home / "seen.json").read_text())
    copy = console.run("--home", "copy", "instance", "list", "-o", "name")
    assert copy.out.splitlines() == listed


# Locks


@contextmanager
def _database_locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


_HOLD = """
import sys
from fcntl import LOCK_EX, flock
with open(sys.argv[1], "w") as file:
    flock(file, LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _file_locked(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("\n", timeout=30)


def test_a_lock_that_is_held_too_long_is_said_and_nothing_is_lost(
    registered: Console, home: Path
) -> None:
    patience = {"OPENCLAW_MANAGER_LOCK_TIMEOUT": "300ms", "T": "tok-new"}
    arguments = _register("--token", "env:T", "-o", "json")
    for name in ("events.db", "secrets.db"):
        with _database_locked(home / name):
            answer = registered.run(*arguments, **patience)
            assert answer.status == 6
            assert answer.json["error"]["code"] == "store-locked"
            assert answer.json["error"]["message"].startswith(f"{home / name}: was kept locked")
            assert registered.run("instance", "list", "-o", "name", **patience).out == "home\n"
    assert len(registered.run("instance", "list", "--all", "--json").json) == 2

    with _file_locked(home / "data.json.lock"):
        answer = registered.run(*arguments, **patience)
        assert (answer.status, answer.json["error"]["code"]) == (6, "view-behind")
        assert "another process held it for longer than 0.3 s" in answer.err
        assert registered.run("instance", "list", **patience).status == 6, "it must be caught up"
    assert registered.run("instance", "list", "-o", "name").out == "home\nnew\n"


# Damage


DAMAGED_VIEWS = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "empty": lambda path: path.write_bytes(b""),
    "not UTF-8": lambda path: path.write_bytes(b'{"minions": "\xff"}'),
    "an array": lambda path: path.write_text("[]"),
    "minions an object": lambda path: path.write_text('{"minions": {}}'),
    "NaN": lambda path: path.write_text(path.read_text().replace("17", "1").replace("[]", "[NaN]")),
    "too deep": lambda path: path.write_text('{"minions": ' + "[" * 100_000),
}


@pytest.mark.parametrize("damage", DAMAGED_VIEWS)
def test_a_damaged_view_is_made_anew_and_kept_aside(
    registered: Console, home: Path, damage: str
) -> None:
    before = registered.run("instance", "list", "--all", "-o", "json")
    DAMAGED_VIEWS[damage](home / "data.json")
    damaged = (home / "data.json").read_bytes()
    answer = registered.run("instance", "list", "--all", "-o", "json")
    assert (answer.status, answer.json) == (0, before.json)
    [said] = answer.err.splitlines()
    assert said.startswith(f"warning: {home / 'data.json'} ")
    [aside] = home.glob("data.json.damaged-*")
    assert aside.name in said
    assert aside.read_bytes() == damaged
    again = registered.run("instance", "list", "--all", "-o", "json")
    assert (again.json, again.err) == (before.json, "")


def test_a_byte_order_mark_is_no_damage(registered: Console, home: Path) -> None:
    (home / "data.json").write_bytes(b"\xef\xbb\xbf" + (home / "data.json").read_bytes())
    answer = registered.run("instance", "list", "-o", "name")
    assert (answer.out, answer.err) == ("home\n", "")


def test_entries_without_title_or_fields_are_made_anew(registered: Console, home: Path) -> None:
    document = json.loads((home / "data.json").read_text())
    del document["minions"][0]["title"]
    del document["minions"][1]["fields"]
    document["minions"].append({"id": "x"})
    (home / "data.json").write_text(json.dumps(document))
    answer = registered.run("instance", "show", "home")
    assert answer.status == 0
    assert len(answer.err.splitlines()) == 1
    assert json.loads((home / "data.json").read_text())["minions"][-1] == {"id": "x"}


DAMAGED_LOGS = {
    "text": lambda path: path.write_text("no database" * 1000),
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: os.truncate(path, 5000),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGED_LOGS)
@pytest.mark.parametrize("arguments", [("instance", "list"), _register()], ids=["list", "register"])
def test_a_log_that_is_none_is_refused_and_left_as_it_is(
    registered: Console, home: Path, damage: str, arguments: tuple[str, ...]
) -> None:
    DAMAGED_LOGS[damage](home / "events.db")  # type: ignore[no-untyped-call]
    view = (home / "data.json").read_bytes()
    answer = registered.run(*arguments)
    _says_one_sentence(answer, 6, r"events\.db: (is|cannot)")
    assert (home / "data.json").read_bytes() == view


def test_a_log_that_is_gone_while_its_view_stands_is_not_begun_anew(
    registered: Console, home: Path
) -> None:
    for file in home.glob("events.db*"):
        file.unlink()
    view = (home / "data.json").read_bytes()
    for arguments in (("instance", "list"), _register(), ("instance", "ping", "--all")):
        answer = registered.run(*arguments)
        _says_one_sentence(answer, 6, r"events\.db: is missing, although data\.json was made")
    assert not (home / "events.db").exists()
    assert (home / "data.json").read_bytes() == view


def test_a_configuration_that_says_nonsense_is_refused(console: Console, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("timeout = 'soon'")
    answer = console.run("settings")
    _says_one_sentence(answer, 2, r"^the setting timeout from config\.toml, 'soon', is no duration")


def test_only_debug_shows_a_traceback_and_it_shows_no_secret(console: Console) -> None:
    arguments = _register("--token", "env:BAD")
    quiet = console.run(*arguments, BAD="tok hunter2")
    loud = console.run("--debug", *arguments, BAD="tok hunter2")
    assert "Traceback" not in quiet.err
    assert "Traceback" in loud.err
    assert loud.status == quiet.status == 2
    assert "hunter2" not in loud.err
