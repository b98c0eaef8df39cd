"""Secrets stay where they belong: after everything was done, every byte is searched."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from end_to_end.console import Answer, Console
from end_to_end.gateway import gateway

HOME = ".openclaw-manager"
NOWHERE = "ws://127.0.0.1:1"
TOKEN = "tok-MARKER-0123456789-first"
SECOND = "tok-MARKER-0123456789-second"
WRONG = "tok-MARKER-0123456789-wrong"
PASSPHRASE = "MARKER-passphrase-0123456789"


def _openssl(*arguments: str, cwd: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


def _lines_of(pem: Path) -> list[bytes]:
    """Read what a private key consists of, without its first and last lines."""
    return pem.read_bytes().splitlines()[2:-2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    _openssl("genrsa", "-out", "device.pem", "2048", cwd=folder)
    _openssl("rsa", "-in", "device.pem", "-pubout", "-out", "device.pub", cwd=folder)
    _openssl("genrsa", "-out", "plain.pem", "2048", cwd=folder)
    _openssl(
        *("rsa", "-aes256", "-passout", f"pass:{PASSPHRASE}"),
        *("-in", "plain.pem", "-out", "locked.pem"),
        cwd=folder,
    )
    return folder


@pytest.fixture(scope="module", params=["include", "omit"])
def used(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Console, list[Answer]]:
    """Do everything, also what fails, and keep all that was printed."""
    console = Console(tmp_path_factory.mktemp("user"))
    answers: list[Answer] = []

    def run(*arguments: str) -> None:
        answers.append(console.run("--debug", *arguments, **environment))

    environment = {"T": TOKEN, "S": SECOND, "W": WRONG, "P": PASSPHRASE}
    environment["OPENCLAW_MANAGER_SNAPSHOT_SECRETS"] = request.param

    key, locked = f"@{folder / 'device.pem'}", f"@{folder / 'locked.pem'}"
    public = f"@{folder / 'device.pub'}"
    with (
        gateway("openclaw", "--token", "env:T", T=TOKEN) as open_,
        gateway("challenge", "--token", "env:T", "--public-key", public, T=TOKEN) as challenge,
    ):
        register = ("instance", "register")
        run(*register, "home", "--url", open_, "--token", "env:T")
        run(*register, "device", "--url", challenge, "--token", "env:T", "--private-key", key)
        run(*register, "wrong", "--url", open_, "--token", "env:W", "--tag", "prod")
        run(*register, "locked", "--url", NOWHERE, "--private-key", locked, "--passphrase", "env:P")
        run("instance", "ping", "--all", "--json")
    run(*register, "home", "--url", NOWHERE, "--token", "env:S")
    run(*register, "other", "--url", f"ws://user:{SECOND}@host", "--token", "env:S")
    run(*register, "other", "--url", NOWHERE, "--private-key", locked, "--passphrase", "env:S")
    run(*register, "other", "--url", NOWHERE, "--private-key", key, "--public-key", key)
    forms = ("table", "json", "yaml") if request.param == "include" else ("json",)
    with ThreadPoolExecutor(2) as pool:
        for form in forms:
            for words in (("list", "--all"), ("show", "device"), ("history", "device")):
                pool.submit(run, "instance", *words, "-o", form)
    run("instance", "update", "home", "--token", "env:S", "--json")
    run("instance", "update", "device", "--no-key", "--json")
    run("instance", "history", "home", "--json")
    run("instance", "remove", "wrong", "--json")
    run("instance", "restore", "wrong", "--json")
    run("instance", "rename", "wrong", "right", "--json")
    run("instance", "ping", "--all")
    assert {answer.status for answer in answers} >= {0, 2, 5}
    return console, answers


def _markers(folder: Path) -> list[bytes]:
    keys = [*_lines_of(folder / "device.pem"), *_lines_of(folder / "plain.pem")]
    return [b"MARKER", PASSPHRASE.encode(), *keys]


@pytest.mark.slow
def test_no_secret_is_printed(used: tuple[Console, list[Answer]], folder: Path) -> None:
    """Also not by --debug, by an error, or in a refused URL."""
    printed = "".join(answer.out + answer.err for answer in used[1]).encode()
    assert b"sha256:" in printed
    assert not [marker for marker in _markers(folder) if marker in printed]


@pytest.mark.slow
def test_no_secret_is_in_a_file_that_is_not_for_secrets(
    used: tuple[Console, list[Answer]], folder: Path
) -> None:
    home = used[0].home / HOME
    omitted = "MARKER" not in (home / "data.json").read_text()
    allowed = {"secrets.db"} if omitted else {"secrets.db", "data.json"}
    searched = [file for file in home.iterdir() if file.name not in allowed]
    assert "events.db" in {file.name for file in searched}
    for file in searched:
        content = file.read_bytes()
        assert not [marker for marker in _markers(folder) if marker in content], file


@pytest.mark.slow
def test_what_was_replaced_or_taken_away_is_found_nowhere(
    used: tuple[Console, list[Answer]], folder: Path
) -> None:
    """Of the first token one instance still has it; the device's key has none any more."""
    home = used[0].home / HOME
    everything = b"".join(file.read_bytes() for file in home.iterdir())
    assert not [line for line in _lines_of(folder / "device.pem") if line in everything]
    assert [line for line in _lines_of(folder / "plain.pem") if line in everything]
    assert SECOND.encode() in (home / "secrets.db").read_bytes()
    environment = {"S": SECOND, "OPENCLAW_MANAGER_SNAPSHOT_SECRETS": "omit"}
    assert (
        used[0].run("instance", "update", "device", "--token", "env:S", **environment).status == 0
    )
    left = [file.name for file in home.iterdir() if TOKEN.encode() in file.read_bytes()]
    assert left == []


def test_a_process_that_we_start_has_no_secret_in_its_arguments() -> None:
    """There is none: secrets come in by file, environment or standard input."""
    source = Path(__file__).parents[2]
    starters = [
        path.relative_to(source).as_posix()
        for part in ("domain", "application", "adapters", "entrypoints")
        for path in sorted((source / part).rglob("*.py"))
        if "subprocess" in path.read_text()
    ]
    # The command of an alert is run as its owner wrote it, and is told of no secret.
    assert starters == ["adapters/alerts/command.py", "entrypoints/cli/demo.py"]
