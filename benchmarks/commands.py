"""Whole processes: what a person waits for at the prompt."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from bench import Bench, Goal, Result
from homes import TOKEN, fill, open_home, some_urls
from processes import SCRIPT, bare_database, bare_script, run, simulator

_URL = "ws://127.0.0.1:18789"


def list_row(bench: Bench) -> list[Result]:
    """List ten instances, and print the same file with Click and json."""
    home = bench.folder / "home"
    fill(open_home(home), some_urls(10))
    ours = [SCRIPT, "instance", "list", "-o", "json"]
    bare = [*bare_script("list_instances", bench.folder), str(home / "data.json")]
    assert [one["title"] for one in json.loads(run(ours, home))] == [
        one["title"] for one in json.loads(run(bare, home))
    ]
    return [
        bench.ratio(
            "instance list, 10 instances",
            Goal("at most", 1.3),
            lambda: run(ours, home),
            lambda: run(bare, home),
        )
    ]


def register_rows(bench: Bench) -> list[Result]:
    """Register an instance, and insert a row durably."""
    home = bench.folder / "home"
    fill(open_home(home), some_urls(10))
    run([SCRIPT, "keys", "generate"], home)
    database = bare_database(bench.folder)
    ours = [SCRIPT, "instance", "register", "--url", _URL]
    bare = [*bare_script("insert", bench.folder), database]
    key = "device.pem"
    numbers = count()

    def registering(*options: str) -> str:
        return run([*ours, *options, f"new-{next(numbers)}"], home)

    return [
        bench.ratio(
            "instance register",
            Goal("at most", 1.3),
            registering,
            lambda: run(bare, home),
        ),
        bench.ratio(
            "instance register --private-key",
            Goal("at most", 1.3),
            lambda: registering("--private-key", f"@{key}"),
            lambda: run([*bare, key], home),
        ),
    ]


def ping_rows(bench: Bench) -> list[Result]:
    """Ping one gateway of each dialect, and make the same handshake alone."""
    return [_ping(bench, dialect) for dialect in ("bearer", "challenge", "openclaw")]


def _ping(bench: Bench, dialect: str) -> Result:
    home = bench.folder / dialect
    fill(open_home(home), some_urls(10))
    with _gateway(home, dialect) as (url, key):
        registering = [SCRIPT, "instance", "register", "one", "--url", url, "--token", "@token"]
        run(registering + (["--private-key", f"@{key}"] if key else []), home)
        ours = [SCRIPT, "instance", "ping", "one"]
        bare = [*bare_script("handshake", bench.folder), dialect, url, "token"]
        bare += [key] if key else []
        run(ours, home)  # from now on it is known what is spoken
        return bench.ratio(
            f"instance ping, {dialect}",
            Goal("at most", 1.4),
            lambda: run(ours, home),
            lambda: run(bare, home),
        )


@contextmanager
def _gateway(home: Path, dialect: str) -> Iterator[tuple[str, str | None]]:
    """Simulate a gateway that wants a token and, where the dialect has one, a key."""
    (home / "token").write_text(TOKEN)
    if dialect != "challenge":
        with simulator(home, dialect, "--token", "@token") as url:
            yield url, None
        return
    run([SCRIPT, "keys", "generate"], home)
    keys = ("--token", "@token", "--public-key", "@device.pem.pub")
    with simulator(home, dialect, *keys) as url:
        yield url, "device.pem"
