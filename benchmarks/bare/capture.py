"""Asks one gateway for all that a capture asks for, at once, with nothing around it.

Given a database, it imports what keeping a log needs, and inserts the answers durably.
"""

import asyncio
import json
from typing import Any, TextIO

import click
from handshake import introduce
from websockets.asyncio.client import connect

_ALL_JOBS = {"includeDisabled": True, "limit": 200, "sortBy": "name"}
_CALLS: dict[str, dict[str, Any]] = {
    "agents.list": {},
    "channels.status": {},
    "models.list": {},
    "config.get": {},
    "sessions.list": {},
    "cron.list": _ALL_JOBS,
    "skills.status": {},
    "node.list": {},
    "status": {},
    "system-presence": {},
}
_LARGEST = 26_214_400  # bytes


async def ask(url: str, token: str) -> dict[str, Any]:
    """Shake hands, and collect the answers as they come."""
    async with connect(url, compression=None, proxy=None, max_size=_LARGEST) as socket:
        await introduce(socket, token)
        for method, params in _CALLS.items():
            request = {"type": "req", "id": method, "method": method, "params": params}
            await socket.send(json.dumps(request))
        answers: dict[str, Any] = {}
        while len(answers) < len(_CALLS):
            frame = json.loads(await socket.recv())
            if frame.get("id") in _CALLS:
                assert frame["ok"], frame
                answers[frame["id"]] = frame["payload"]
        return answers


@click.command()
@click.argument("url")
@click.argument("token", type=click.File())
@click.argument("database", required=False)
def main(url: str, token: TextIO, database: str | None) -> None:
    """Ask the gateway at URL, and keep the answers in DATABASE."""
    answers = asyncio.run(ask(url, token.read()))
    if database is not None:
        _insert(database, json.dumps(answers, sort_keys=True))
    click.echo(len(answers))


def _insert(database: str, state: str) -> None:
    import sqlite3

    import dependency_injector.containers
    import dependency_injector.providers  # noqa: F401 - measured
    import eventsourcing.application
    import eventsourcing.sqlite  # noqa: F401 - measured

    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("INSERT INTO events (state) VALUES (?)", (state,))
    connection.close()


main()
