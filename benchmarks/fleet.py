"""A thousand gateways that take 50 ms each: how well waiting for one is used for others."""

import json

from bench import Bench, Goal, Result
from homes import TOKEN, fill, open_home
from processes import SCRIPT, bare_script, run, simulator

_AT_ONCE = "32"  # the default of the command
_RUNS = 5


def fleet_row(bench: Bench) -> list[Result]:
    """Ping all and record all, and gather the same handshakes under the same limit."""
    gateways = bench.size(1000, quick=20)
    home = bench.folder / "home"
    container = open_home(home)
    with simulator(home, "openclaw", "--token", TOKEN, "--latency", "50ms") as url:
        urls = [f"{url}/{number}" for number in range(gateways)]
        fill(container, urls)
        (home / "urls.json").write_text(json.dumps(urls))
        (home / "token").write_text(TOKEN)
        ours = [SCRIPT, "instance", "ping", "--all", "-o", "json"]
        bare = [*bare_script("gather", bench.folder), "urls.json", "token", _AT_ONCE]
        before = container.event_log().head()
        pings = json.loads(run(ours, home))
        assert [ping["condition"] for ping in pings] == ["ok"] * gateways
        assert container.event_log().head() >= before + gateways
        return [
            bench.ratio(
                f"instance ping --all, {gateways:,} gateways of 50 ms",
                Goal("at most", 1.3),
                lambda: run(ours, home),
                lambda: run(bare, home),
                runs=min(bench.runs, _RUNS),
            )
        ]
