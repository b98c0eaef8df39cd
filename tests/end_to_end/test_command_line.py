"""The command line as people and scripts use it: documents, exit statuses, what goes where."""

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from assembly import core_in
from end_to_end.console import Answer, Console, as_at_a_terminal
from end_to_end.gateway import gateway
from openclaw_manager.domain.address import GatewayUrl
from openclaw_manager.domain.instance import Instance
from openclaw_manager.domain.name import InstanceName
from openclaw_manager.domain.provenance import Provenance
from openclaw_manager.domain.reservation import NameReservation
from openclaw_manager.domain.secret import NO_CREDENTIALS

HOME = ".openclaw-manager"
NOWHERE = "ws://127.0.0.1:1"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MOMENT = r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
_SCRIPT = Path(sys.executable).with_name("openclaw-manager")


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


@pytest.fixture(scope="module")
def open_gateway() -> Iterator[str]:
    with gateway("openclaw", "--token", "env:T", T="tok-1") as url:
        yield url


def _done(answer: Answer) -> Answer:
    assert (answer.status, answer.err) == (0, "")
    return answer


def _says(document: dict[str, Any], **facts: Any) -> None:
    """Check some members of a document; later versions may add others."""
    assert {key: document[key] for key in facts} == facts


def _register(console: Console, name: str, url: str = NOWHERE, *more: str) -> Any:
    arguments = ("instance", "register", name, "--url", url, *more, "-o", "json")
    return _done(console.run(*arguments, T="tok-1")).json


# Documents


def test_every_document_has_the_shape_that_scripts_rely_on(
    console: Console, open_gateway: str
) -> None:
    """The whole life of an instance, each command read as JSON."""
    minion = _register(console, "Home", open_gateway, "--token", "env:T", "--tag", "prod")
    token = minion["fields"]["token"]
    assert re.fullmatch(UUID4, minion["id"])
    assert re.fullmatch(MOMENT, minion["createdAt"])
    assert minion == {
        "id": minion["id"],
        "title": "Home",
        "minionTypeId": "openclaw-instance",
        "status": "active",
        "tags": ["prod"],
        "createdAt": minion["createdAt"],
        "updatedAt": minion["createdAt"],
        "fields": {"url": open_gateway, "token": token, "status": "registered"},
    }
    assert re.fullmatch(r"sha256:[0-9a-f]{12}", token)
    assert _done(console.run("instance", "show", "home", "--json")).json == minion
    assert _done(console.run("instance", "list", "--json")).json == [minion]

    [ping] = _done(console.run("instance", "ping", "home", "-o", "json")).json
    steps = ping.pop("steps")
    taken = " ".join(step["step"] for step in steps)
    assert taken == "resolve connect upgrade challenge authenticate round-trip"
    assert {(type(step["ms"]), step["ok"]) for step in steps} == {(float, True)}
    assert re.fullmatch(MOMENT, ping["at"])
    assert 0 < ping["latencyMs"] < ping["connectMs"] * 100
    _says(
        ping,
        id=minion["id"],
        name="Home",
        status="reachable",
        condition="ok",
        cause=None,
        detail=None,
        version="2026.9.6",
        dialect="openclaw",
        protocol=4,
    )

    fields = _done(console.run("instance", "show", "home", "--json")).json["fields"]
    assert fields["lastPingAt"] == ping["at"]
    assert fields["lastPingLatencyMs"] == ping["latencyMs"]
    _says(fields, status="reachable", condition="ok", cause=None)
    _says(fields, version="2026.9.6", dialect="openclaw", protocol=4)

    removed = _done(console.run("instance", "remove", "home", "--reason", "why", "--json")).json
    assert re.fullmatch(MOMENT, removed["deletedAt"])
    assert _done(console.run("instance", "list", "--json")).json == []
    assert _done(console.run("instance", "list", "--all", "--json")).json == [removed]
    restored = _done(console.run("instance", "restore", "home", "--json")).json
    assert "deletedAt" not in restored

    history = _done(console.run("instance", "history", "home", "--json")).json
    keys = {"position", "version", "event", "topic", "at", "actor", "reason", "data"}
    assert {frozenset(entry) for entry in history} == {frozenset(keys)}
    told = {entry["event"]: (entry["topic"], entry["reason"]) for entry in history}
    assert told | {"GatewayRecognised": None} == {
        "Registered": ("instance.registered", None),
        "Pinged": ("instance.pinged", None),
        "GatewayRecognised": None,
        "SoftDeleted": ("instance.soft-deleted", "why"),
        "Restored": ("instance.restored", None),
    }
    assert [entry["version"] for entry in history] == list(range(1, len(history) + 1))
    assert all(re.fullmatch(r"\S+@\S+", entry["actor"]) for entry in history)
    assert history[0]["at"] == minion["createdAt"]
    assert history[0]["data"]["token"]["fingerprint"] == token
    assert console.run("instance", "history", "home", "--limit", "1", "--json").json == history[-1:]


def test_every_form_says_the_same(console: Console) -> None:
    for name in ("home", "Küche"):
        _register(console, name, NOWHERE, "--tag", "site=home")
    listed = console.run("instance", "list", "-o", "json")
    assert len(listed.out.splitlines()) == 1, "a program reads one line"
    lines = console.run("instance", "list", "-o", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == listed.json
    assert console.run("instance", "list", "-o", "name").out == "home\nKüche\n"
    yaml = console.run("instance", "list", "-o", "yaml").out
    assert yaml.startswith(f"- id: {listed.json[0]['id']}\n  title: home\n")
    assert "\n  title: Küche\n" in yaml
    table = console.run("instance", "list").out.splitlines()
    assert table[0].split()[:2] == ["NAME", "STATUS"]
    assert [line.split()[0] for line in table[1:]] == ["home", "Küche"]
    details = console.run("instance", "show", "home").out
    assert re.search(r"^url +ws://127\.0\.0\.1:1$", details, re.MULTILINE)


def test_an_empty_home_is_an_empty_list_and_stays_empty(console: Console) -> None:
    assert _done(console.run("instance", "list", "-o", "json")).json == []
    assert _done(console.run("instance", "list", "-o", "jsonl")).out == ""
    assert _done(console.run("instance", "list", "-o", "name")).out == ""
    assert "instance register NAME --url URL" in _done(console.run("instance", "list")).out
    assert not (console.home / HOME).exists()
    assert _done(console.run("instance", "ping", "--all", "-o", "json")).json == []


def test_settings_say_where_each_came_from(console: Console) -> None:
    environment = {"OPENCLAW_MANAGER_TIMEOUT": "500ms"}
    document = _done(console.run("--home", "here", "settings", "--json", **environment)).json
    assert document["home"] == {"value": str(console.home / "here"), "origin": "flag --home"}
    assert document["timeout"] == {
        "value": 0.5,
        "origin": "environment OPENCLAW_MANAGER_TIMEOUT",
    }
    assert document["concurrency"] == {"value": 256, "origin": "default"}


# Pointing at instances


def test_an_instance_is_pointed_at_by_id_name_or_the_beginning_of_its_id(console: Console) -> None:
    id_ = _register(console, "Home")["id"]
    for selector in (id_, id_.upper(), "home", "HOME", id_[:4], id_[:9], id_.replace("-", "")):
        for verb in ("show", "history"):
            assert console.run("instance", verb, selector).status == 0
    assert console.run("instance", "show", id_[:3]).status == 3


def test_ids_that_begin_alike_are_listed_for_choosing(console: Console) -> None:
    """Ids are drawn by chance, so these are given to the log by hand."""
    log = core_in(console.home / HOME).log
    by = Provenance(datetime(2026, 11, 23, tzinfo=UTC), "ada@lovelace")
    for number in (1, 2):
        id_ = UUID(f"abcd0000-0000-4000-8000-00000000000{number}")
        name = InstanceName(f"home-{number}")
        url = GatewayUrl(NOWHERE)
        instance = Instance.register(id_, name, url, NO_CREDENTIALS, [], by)
        log.save(instance, NameReservation.reserve_first(name, id_, by))
    for verb in ("show", "history", "ping", "remove"):
        answer = console.run("instance", verb, "ABCD", "--json")
        assert (answer.status, answer.json["error"]["code"]) == (3, "ambiguous-instance")
        assert answer.json["error"]["message"] == (
            "'ABCD' could be any of home-1 (abcd0000-0000-4000-8000-000000000001), "
            "home-2 (abcd0000-0000-4000-8000-000000000002)"
        )
    assert console.run("instance", "show", "abcd0000-0000-4000-8000-000000000002").status == 0


# Exit statuses


def test_a_target_that_is_down_is_4_and_one_that_refuses_is_5_which_wins(
    console: Console, open_gateway: str
) -> None:
    _register(console, "good", open_gateway, "--token", "env:T")
    _register(console, "down")
    _done(console.run("instance", "register", "bad", "--url", open_gateway, "-o", "name"))
    for names, status in (
        (("good",), 0),
        (("down",), 4),
        (("bad",), 5),
        (("good", "down"), 4),
        (("down", "bad", "good"), 5),
        (("--all",), 5),
    ):
        answer = console.run("instance", "ping", *names, "-o", "json")
        assert answer.status == status
        if names != ("--all",):
            assert [one["name"] for one in answer.json] == list(names), "always an array"
        assert "Traceback" not in answer.err
    assert console.run("instance", "history", "good", "-o", "name").out.count("Pinged\n") == 4


def test_a_failed_ping_says_what_happened_and_what_to_type_next(console: Console) -> None:
    _register(console, "down")
    answer = console.run("instance", "ping", "down")
    assert answer.status == 4
    assert "connection-refused" in answer.out
    said, follow = answer.err.splitlines()
    assert said.startswith("down: the host is there, and nothing listens on that port")
    assert follow.startswith("  next: ")


# Secrets on the command line


def _new_key(folder: Path) -> str:
    subprocess.run(
        ["openssl", "genrsa", "-out", folder / "device.pem", "2048"],
        check=True,
        capture_output=True,
    )
    return (folder / "device.pem").read_text()


def test_a_private_key_works_exactly_as_documented(console: Console) -> None:
    r"""`--private-key "$(cat device.pem)"`: a text that begins with dashes, and has no last \n."""
    pem = _new_key(console.home)
    name = "device"
    answer = console.run(
        *("instance", "register", name, "--url", NOWHERE),
        *("--token", "tok-1", "--private-key", pem.rstrip("\n"), "--json"),
    )
    assert answer.status == 0
    assert answer.err == "".join(
        f"warning: other users of this machine can see {option} in the process list; "
        "give @FILE, - or env:NAME instead\n"
        for option in ("--token", "--private-key")
    )
    public = subprocess.run(
        ["openssl", "rsa", "-in", console.home / "device.pem", "-pubout"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert answer.json["fields"]["devicePublicKey"] == public.stdout
    shown = console.run("instance", "show", name, "--show-secrets", "--json").json["fields"]
    assert shown["token"] == "tok-1"
    assert shown["devicePrivateKey"].startswith("-----BEGIN ")


def test_a_secret_comes_from_a_file_the_environment_or_standard_input(console: Console) -> None:
    (console.home / "token").write_text("tok-file\n")
    register = ("instance", "register", "--url", NOWHERE, "-o", "name")
    _done(console.run(*register, "file", "--token", "@token"))
    _done(console.run(*register, "environment", "--token", "env:T", T="tok-environment"))
    process = subprocess.run(
        [_SCRIPT, *register, "standard-input", "--token", "-"],
        env={"HOME": str(console.home), "PATH": os.defpath},
        input="tok-standard-input\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stderr == ""
    listed = console.run("instance", "list", "--show-secrets", "--json").json
    assert {one["title"]: one["fields"]["token"] for one in listed} == {
        "file": "tok-file",
        "environment": "tok-environment",
        "standard-input": "tok-standard-input",
    }


# Interruptions


def test_ctrl_c_during_a_ping_records_what_was_found_and_leaves_a_valid_store(
    console: Console, open_gateway: str
) -> None:
    """One at a time: when the silent gateway is reached, the other one has answered."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        _register(console, "good", open_gateway, "--token", "env:T")
        _register(console, "silent", f"ws://127.0.0.1:{silent.getsockname()[1]}")
        arguments = ("--all", "--concurrency", "1", "--timeout", "60s", "-o", "json")
        with subprocess.Popen(
            [_SCRIPT, "instance", "ping", *arguments],
            env={"HOME": str(console.home), "PATH": os.defpath},
            preexec_fn=as_at_a_terminal,  # noqa: PLW1509 - nothing here has threads
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == "interrupted"
    assert json.loads(out) == {
        "error": {"code": "interrupted", "message": "interrupted", "hint": None}
    }
    assert console.run("instance", "history", "good", "-o", "name").out.startswith(
        "Registered\nPinged\n"
    )
    assert console.run("instance", "history", "silent", "-o", "name").out == "Registered\n"
    json.loads((console.home / HOME / "data.json").read_text())


def test_whoever_reads_only_the_first_line_gets_no_traceback(console: Console) -> None:
    for number in range(3):
        _register(console, f"home-{number}", NOWHERE, *[f"--tag=k{n}=v" for n in range(50)])
    for form in ("table", "json", "jsonl", "yaml", "name"):
        process = subprocess.run(
            ["sh", "-c", f'"$0" instance list -o {form} | head -c 1', _SCRIPT],
            env={"HOME": str(console.home), "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=True,
        )
        assert process.stderr == ""
        assert len(process.stdout) == 1


# Colour


def _on_a_terminal(console: Console, *arguments: str, **environment: str) -> str:
    """Run a command where standard output is a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [_SCRIPT, *arguments],
        env={"HOME": str(console.home), "PATH": os.defpath, "TERM": "xterm", "LANG": "C.UTF-8"}
        | environment,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    ) as process:
        os.close(slave)
        printed = b""
        try:
            while chunk := os.read(master, 4096):
                printed += chunk
        except OSError:  # how Linux says that nobody holds the terminal any more
            pass
        finally:
            os.close(master)
        assert process.wait(30) in (0, 4)
    return printed.decode()


@pytest.mark.slow
def test_colour_is_for_terminals_and_those_who_force_it(console: Console) -> None:
    _register(console, "down")
    assert console.run("instance", "ping", "down").status == 4
    for arguments in (("instance", "list"), ("instance", "ping", "down")):
        assert "\x1b[" in _on_a_terminal(console, *arguments)
        assert "\x1b[" not in _on_a_terminal(console, "--no-color", *arguments)
        assert "\x1b[" not in _on_a_terminal(console, *arguments, NO_COLOR="1")
        assert "\x1b[" not in _on_a_terminal(console, *arguments, TERM="dumb")
        assert "\x1b[" not in console.run(*arguments).out
        assert "\x1b[" in console.run(*arguments, CLICOLOR_FORCE="1").out
        assert "\x1b[" not in console.run(*arguments, CLICOLOR_FORCE="1", NO_COLOR="1").out
        assert "\x1b[" not in console.run(*arguments, CLICOLOR_FORCE="0").out
    coloured = console.run("instance", "list", "-o", "json", CLICOLOR_FORCE="1")
    assert "\x1b[" not in coloured.out
    assert len(_on_a_terminal(console, "instance", "list", "-o", "json").splitlines()) > 5


# Completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_its_shell_can_load(console: Console, shell: str) -> None:
    answer = console.run("completion", shell)
    assert answer.status == 0
    assert "_OPENCLAW_MANAGER_COMPLETE" in answer.out
    assert answer.err.startswith("to keep it: ")


def _complete(console: Console, line: str) -> list[str]:
    words = line.split(" ")
    environment = {
        "_OPENCLAW_MANAGER_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    answer = console.run(**environment)
    assert (answer.status, answer.err) == (0, "")
    return [offered.split(",", 1)[1] for offered in answer.out.splitlines() if offered]


def test_commands_and_the_names_of_instances_complete(console: Console) -> None:
    for name in ("home", "Hotel", "office"):
        _register(console, name)
    assert "instance" in _complete(console, "openclaw-manager in")
    verbs = _complete(console, "openclaw-manager instance re")
    assert set(verbs) >= {"register", "rename", "remove", "restore"}
    for verb in ("show", "ping", "history", "remove", "update", "rename", "restore"):
        offered = _complete(console, f"openclaw-manager instance {verb} ho")
        assert offered == ["home", "Hotel"]
    assert _complete(console, "openclaw-manager instance show x") == []


def test_completion_without_a_home_offers_nothing_and_makes_nothing(console: Console) -> None:
    assert _complete(console, "openclaw-manager instance show ") == []
    assert not (console.home / HOME).exists()


# Files


def test_the_home_and_its_files_are_for_their_owner_alone(console: Console) -> None:
    process = subprocess.run(
        ["sh", "-c", 'umask 0; "$0" instance register home --url ws://host --token env:T', _SCRIPT],
        env={"HOME": str(console.home), "PATH": os.defpath, "T": "tok-1"},
        capture_output=True,
        check=True,
    )
    assert b"open to others" not in process.stderr
    home = console.home / HOME
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()}
    assert modes.keys() >= {"events.db", "secrets.db", "data.json"}
    assert set(modes.values()) == {0o600}
