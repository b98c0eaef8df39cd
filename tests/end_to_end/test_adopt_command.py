"""`adopt` as a user meets it, on the files that other tools wrote."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from end_to_end.console import Console

SAMPLES = Path(__file__).parents[1] / "data" / "adoption"
PYTHON = SAMPLES / "python-sdk-data.json"
TYPESCRIPT = SAMPLES / "typescript-cli-data-full-redacted.json"
DOCUMENTED = SAMPLES / "docs-data.json"
HOME = ".openclaw-manager"
ALPHA = "486606b0-f619-4f63-a044-4c881358d1d7"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def _own_view(console: Console, sample: Path = TYPESCRIPT) -> Path:
    view = console.home / HOME / "data.json"
    view.parent.mkdir()
    shutil.copy(sample, view)
    return view


def _names(console: Console, *flags: str) -> list[str]:
    return console.run("instance", "list", *flags, "-o", "name").out.split()


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(console: Console) -> None:
    answer = console.run("adopt", str(PYTHON), "--dry-run")
    assert answer.status == 0
    assert [line.split()[1:] for line in answer.out.splitlines()[1:]] == [
        ["alpha", "d4a85195-8247-4d15-ac64-17171faf58ac", "adopted"],
        ["beta", "af632e16-f1af-4342-a0df-1a9df815bdfb", "adopted"],
        ["gamma", "de6d9340-c538-4ab9-9788-abfee7a89961", "adopted"],
    ]
    assert answer.err == "would be: 3 adopted\n"
    assert list(console.home.iterdir()) == []


def test_a_dry_run_on_our_own_view_leaves_the_home_as_it_is(console: Console) -> None:
    view = _own_view(console)
    before = view.read_bytes(), view.stat().st_mtime_ns, sorted(view.parent.iterdir())
    assert console.run("adopt", str(view), "--dry-run", "--json").status == 0
    assert before == (view.read_bytes(), view.stat().st_mtime_ns, sorted(view.parent.iterdir()))


def test_a_home_with_instances_of_another_tool_says_so_once_and_what_to_type(
    console: Console,
) -> None:
    view = _own_view(console)
    listed = console.run("instance", "list")
    assert listed.status == 0
    assert listed.err == (
        f"warning: {view}: 3 instances in it were not registered here; "
        f"adopt them: openclaw-manager adopt {view}\n"
    )
    command = listed.err.rpartition("openclaw-manager ")[2].split()
    assert console.run(*command).status == 0
    assert console.run("instance", "list").err == ""
    assert _names(console, "--all") == ["alpha", "beta", "gone"]
    assert _names(console) == ["alpha", "beta"]


def test_what_is_left_off_is_said_and_kept_for_its_owner_alone(console: Console) -> None:
    view = _own_view(console)
    answer = console.run("adopt", str(view), "--json", "--reason", "moving")
    assert answer.status == 0
    [alpha, *_] = answer.json
    assert {key: alpha[key] for key in ("entry", "id", "name", "outcome", "reason")} == {
        "entry": 1,
        "id": ALPHA,
        "name": "alpha",
        "outcome": "adopted",
        "reason": None,
    }
    assert [part["key"] for part in alpha["leftOff"]] == ["devicePrivateKey"]
    assert "alpha: without devicePrivateKey" in answer.err
    [kept] = view.parent.glob("data.json.left-off-*")
    assert str(kept) in answer.err
    assert kept.stat().st_mode & 0o777 == 0o600
    [left_off] = json.loads(kept.read_text())
    assert (left_off["id"], left_off["title"]) == (ALPHA, "alpha")
    assert "REDACTED" in left_off["devicePrivateKey"]
    assert "tok-a" not in kept.read_text()
    again = console.run("adopt", str(view), "--json")
    assert [one["outcome"] for one in again.json][:2] == ["already-here"] * 2
    assert list(view.parent.glob("data.json.left-off-*")) == [kept]


def test_another_file_is_only_read(console: Console, tmp_path: Path) -> None:
    path = tmp_path / "their data.json"
    shutil.copy(TYPESCRIPT, path)
    path.chmod(0o444)
    before = path.read_bytes(), path.stat().st_mtime_ns
    answer = console.run("adopt", str(path))
    assert answer.status == 0
    assert before == (path.read_bytes(), path.stat().st_mtime_ns)
    assert answer.err.splitlines()[-1] == "3 adopted, 2 carried-over"
    assert list((console.home / HOME).glob("data.json.*")) == [
        console.home / HOME / "data.json.lock"
    ]


def test_the_secrets_are_in_the_secret_store_and_in_the_view_and_nowhere_else(
    console: Console,
) -> None:
    answer = console.run("adopt", str(_own_view(console)))
    shown = console.run("instance", "show", "alpha")
    told = console.run("instance", "history", "alpha", "--json")
    for text in (answer.out, answer.err, shown.out, told.out):
        assert "tok-a" not in text
    assert "sha256:4f66a4283f8b" in shown.out
    holding = {
        path.name
        for path in (console.home / HOME).iterdir()
        if b"tok-a" in path.read_bytes().lower()
    }
    assert holding == {"secrets.db", "data.json"}


def test_refused_entries_make_the_exit_status_one_and_the_rest_is_adopted(
    console: Console, tmp_path: Path
) -> None:
    sample: dict[str, Any] = json.loads(PYTHON.read_text())
    sample["minions"] += [json.loads(DOCUMENTED.read_text())["minions"][0], "text"]
    path = tmp_path / "given.json"
    path.write_text(json.dumps(sample))
    answer = console.run("adopt", str(path), "--json")
    assert answer.status == 1
    assert [one["outcome"] for one in answer.json] == ["adopted"] * 3 + ["refused"] * 2
    assert answer.json[3]["reason"] == "its id is no UUID"
    assert answer.err == "3 adopted, 2 refused\n"
    again = console.run("adopt", str(path), "-o", "name")
    assert (again.status, again.out) == (1, "")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty"),
        (b'{"minions": [', "is no"),
        (PYTHON.read_bytes()[:300], "is no JSON, or was cut: line"),
        (b"\xff\xfe{\0}\0", "is not UTF-8"),
        (b"\xef\xbb\xbf[]", "is no complete JSON object with a list of minions"),
    ],
    ids=["empty", "nothing", "cut", "UTF-16", "a list"],
)
def test_a_file_that_is_none_is_refused_and_left_as_it_was(
    console: Console, tmp_path: Path, data: bytes, problem: str
) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(data)
    answer = console.run("adopt", str(path), "--json")
    assert answer.status == 2
    assert answer.json["error"]["code"] == "file-refused"
    assert problem in answer.json["error"]["message"]
    assert "Traceback" not in answer.err
    assert path.read_bytes() == data
    assert list(console.home.iterdir()) == [path]


def test_a_damaged_view_of_our_own_is_not_adopted_and_not_replaced(console: Console) -> None:
    view = _own_view(console)
    view.write_bytes(view.read_bytes()[:1000])
    before = view.read_bytes()
    assert console.run("adopt", str(view)).status == 2
    assert (view.read_bytes(), list(view.parent.iterdir())) == (before, [view])


def test_no_file_and_a_folder_are_wrong_usage(console: Console, tmp_path: Path) -> None:
    for arguments in (("adopt",), ("adopt", str(tmp_path)), ("adopt", "no.json")):
        answer = console.run(*arguments)
        assert answer.status == 2
        assert "Traceback" not in answer.err


def test_where_the_log_was_lost_nothing_is_adopted_over_it(console: Console) -> None:
    console.run("instance", "register", "home", "--url", "ws://host")
    (console.home / HOME / "events.db").unlink()
    for flags in ((), ("--dry-run",)):
        answer = console.run("adopt", str(PYTHON), *flags)
        assert answer.status == 6
        assert "is missing" in answer.err
