"""A thousand gateways that take 50 ms each: how well waiting for one is used for others."""

import json
from pathlib import Path
from time import perf_counter

from bench import Bench, Goal, Result
from homes import TOKEN, fill, open_home
from processes import SCRIPT, bare_script, run, simulator
from signing import a_key

_AT_ONCE = "256"  # the default of the command
_RUNS = 5
_PING_ALL = (SCRIPT, "instance", "ping", "--all", "--concurrency", _AT_ONCE, "-o", "json")
_SLOW = ("--token", TOKEN, "--latency", "50ms")
_TARGET_DOWN = 4
_EVERY_SO_MANY = 20

_BESIDE_BARE = Goal("at most", 1.3)
# Signatures have to be made one after the other, and a key has to be kept and shown as well.
_BESIDE_BARE_BY_RSA = Goal("at most", 1.4)


def fleet_rows(bench: Bench) -> list[Result]:
    """Ping all and record all: with tokens, with RSA keys, and where some keep silent."""
    gateways = bench.size(1000, quick=20)
    return [
        _beside_bare(bench, "openclaw", gateways, _BESIDE_BARE),
        _beside_bare(bench, "challenge", gateways, _BESIDE_BARE_BY_RSA, *a_key()),
        _some_silent(bench, gateways),
    ]


def _beside_bare(
    bench: Bench,
    dialect: str,
    gateways: int,
    goal: Goal,
    private_pem: str | None = None,
    public_pem: str | None = None,
) -> Result:
    """Gather the same handshakes under the same limit, with nothing around them."""
    home = bench.folder / dialect
    container = open_home(home)
    keyed = ("--public-key", public_pem) if public_pem else ()
    with simulator(home, dialect, *_SLOW, *keyed) as url:
        urls = [f"{url}/{number}" for number in range(gateways)]
        fill(container, urls, private_pem)
        (home / "urls.json").write_text(json.dumps(urls))
        (home / "token").write_text(TOKEN)
        bare = [*bare_script("gather", bench.folder), dialect, "urls.json", "token", _AT_ONCE]
        if private_pem:
            (home / "key.pem").write_text(private_pem)
            bare.append("key.pem")
        before = container.event_log().head()
        pings = json.loads(run([*_PING_ALL], home))
        assert [ping["condition"] for ping in pings] == ["ok"] * gateways
        assert container.event_log().head() >= before + gateways
        return bench.ratio(
            f"instance ping --all, {gateways:,} gateways of 50 ms" + (", by RSA" if keyed else ""),
            goal,
            lambda: run([*_PING_ALL], home),
            lambda: run(bare, home),
            runs=min(bench.runs, _RUNS),
        )


def _some_silent(bench: Bench, gateways: int) -> Result:
    """Ping as many of which every twentieth takes the connection and never says a word."""
    home = bench.folder / "silent"
    container = open_home(home)
    timeout = bench.size(10, quick=1)
    silent = gateways // _EVERY_SO_MANY
    with (
        simulator(home, "openclaw", *_SLOW) as url,
        simulator(home, "openclaw", "--fault", "silent") as silence,
    ):
        places = (url if number % _EVERY_SO_MANY else silence for number in range(gateways))
        fill(container, [f"{place}/{number}" for number, place in enumerate(places)])
        took = _took([*_PING_ALL, "--timeout", f"{timeout}s"], home, silent)
    what = f"instance ping --all, {silent} of {gateways:,} silent, as of the timeout"
    reached = took / timeout / 10  # percent
    return Result(what, took, timeout * 1000, "ms", reached, Goal("at most", 120, "%"))


def _took(command: list[str], home: Path, silent: int) -> float:
    """Time one run, in milliseconds, in which so many were not reached."""
    began = perf_counter()
    pings = json.loads(run(command, home, status=_TARGET_DOWN))
    took = (perf_counter() - began) * 1000
    assert [ping["cause"] for ping in pings].count("timeout") == silent
    return took
