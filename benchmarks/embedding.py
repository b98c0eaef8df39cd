"""What the package costs a program that embeds it."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

from bare.handshake import ping
from bench import Bench, Goal, Result
from homes import TOKEN, fill, open_home, some_urls
from processes import environment, simulator

from openclaw_manager import AsyncManager

Scope = dict[str, Any]
Send = Callable[[Scope], Awaitable[None]]
Application = Callable[[Scope, object, Send], Awaitable[None]]

_MS = 1000
_SCOPE = {"type": "http", "method": "GET", "path": "/gateways/home/ping", "headers": []}
_LATENCY = "50ms"
_TICK = 0.001  # seconds
_IMPORT = "from time import perf_counter as now; began = now(); import {}; print(now() - began)"


def embedding_rows(bench: Bench) -> list[Result]:
    """Import it, ping through it, and serve pings while the loop is watched."""
    return [_import_row(bench), *asyncio.run(_with_gateway(bench))]


def _import_row(bench: Bench) -> Result:
    """Import the package, and the module of the library that most programs import first."""
    times: dict[str, list[float]] = {"openclaw_manager": [], "typing": []}
    for _ in range(bench.size(bench.runs, 1)):
        for module, kept in times.items():
            done = subprocess.run(
                [sys.executable, "-I", "-c", _IMPORT.format(module)],
                env=environment(bench.folder), capture_output=True, text=True, check=True,
            )  # fmt: skip
            kept.append(float(done.stdout) * _MS)
    ours, bare = (median(kept) for kept in times.values())
    goal = Goal("at most", 1.5)
    return Result("import openclaw_manager, as of typing", ours, bare, "ms", ours / bare, goal)


async def _with_gateway(bench: Bench) -> list[Result]:
    home = bench.folder / "home"
    fill(open_home(home), some_urls(10))
    (home / "token").write_text(TOKEN)
    options = ("--token", "@token", "--latency", _LATENCY)
    with simulator(home, "openclaw", *options) as url:
        async with AsyncManager.open(home) as manager:
            await manager.register("home", url=url, token=TOKEN)
            await manager.ping("home")  # from now on it is known what is spoken
            return [
                await _ping_row(bench, manager, url),
                await _block_row(bench, manager, url),
            ]


async def _ping_row(bench: Bench, manager: AsyncManager, url: str) -> Result:
    """Ping and record it, and shake hands."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(bench.size(bench.runs, 1)):
        for kept, visit in zip(
            times,
            (lambda: manager.ping("home"), lambda: ping("openclaw", url, TOKEN)),
            strict=True,
        ):
            began = perf_counter()
            await visit()
            kept.append((perf_counter() - began) * _MS)
    ours, bare = map(median, times)
    what = f"ping through AsyncManager, a gateway of {_LATENCY[:-2]} ms"
    return Result(what, ours, bare, "ms", ours / bare, Goal("at most", 1.4))


async def _block_row(bench: Bench, manager: AsyncManager, url: str) -> Result:
    """Serve requests for pings, all at once, and look how long the loop does nothing else."""
    requests = bench.size(100, 5)

    async def pinged() -> None:
        found = await manager.ping("home")
        assert found.reachable, found

    async def shook_hands() -> None:
        await ping("openclaw", url, TOKEN)

    blocks: tuple[list[float], list[float]] = ([], [])
    for _ in range(bench.size(5, 1)):
        for kept, work in zip(blocks, (pinged, shook_hands), strict=True):
            kept.append(await _longest_block(_application(work), requests) * _MS)
    ours, bare = map(median, blocks)
    what = f"longest block of the loop, {requests} requests for a ping at once"
    return Result(what, ours, bare, "ms", ours, Goal("at most", 50, "ms"))


def _application(work: Callable[[], Awaitable[None]]) -> Application:
    """Make an ASGI application that does some work for each request."""

    async def application(_scope: Scope, _receive: object, send: Send) -> None:
        await work()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    return application


async def _longest_block(application: Application, requests: int) -> float:
    """Send all requests at once, and give the longest time in seconds that the loop was late."""
    sent: list[Scope] = []

    async def send(message: Scope) -> None:
        sent.append(message)

    await application(_SCOPE, None, send)  # what is done once is done
    watching = asyncio.ensure_future(_watch_loop())
    await asyncio.gather(*(application(_SCOPE, None, send) for _ in range(requests)))
    watching.cancel()
    assert len(sent) == 2 * (1 + requests)
    return max(await watching)


async def _watch_loop() -> list[float]:
    late = []
    try:
        while True:
            began = perf_counter()
            await asyncio.sleep(_TICK)
            late.append(perf_counter() - began - _TICK)
    except asyncio.CancelledError:
        return late
